"""A half-year of a city's calls as the switch and our AGI processes would have written them.

632,919 calls in 182 days, 2,279 of them given up: 99.64 % answered, 42.05 % more than the 445,561
of a year before. Fewer calls are the same half-year thinned out, evenly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge
from pathlib import Path

from core.clock import midnight
from queues.models import Stream

CALLS, GIVEN_UP, A_YEAR_BEFORE = 632_919, 2_279, 445_561
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2020, 6, 30)
SECONDS = 182 * 86_400
AGENTS = 184

Line = tuple[float, bytes]
# Seconds after the call began, the channel event, whose leg, context, application, its data, extra.
_ASKS = (
    (0.00, "CHAN_START", 0, "from-citizen", "", "", ""),
    (0.01, "HL-ARRIVED", 0, "citizen", "CELGenUserEvent", "HL-ARRIVED", "12345"),
    (0.02, "ANSWER", 0, "citizen", "Answer", "", ""),
    (0.30, "HL-QUEUE", 0, "citizen", "CELGenUserEvent", "HL-QUEUE", "GEN"),
    (0.31, "APP_START", 0, "citizen", "Queue", "GEN,cCt,,,600", ""),
)
_TALKS = (
    (2.00, "CHAN_START", 1, "from-agent", "AppQueue", "(Outgoing Line)", ""),
    (5.00, "ANSWER", 1, "from-agent", "AppQueue", "(Outgoing Line)", ""),
    (5.01, "BRIDGE_ENTER", 1, "from-agent", "AppQueue", "(Outgoing Line)", "bridge"),
    (5.02, "BRIDGE_ENTER", 0, "citizen", "Queue", "GEN,cCt,,,600", "bridge"),
    (223.00, "BRIDGE_EXIT", 1, "from-agent", "AppQueue", "(Outgoing Line)", "bridge"),
    (223.01, "BRIDGE_EXIT", 0, "citizen", "Queue", "GEN,cCt,,,600", "bridge"),
    (223.02, "HANGUP", 1, "from-agent", "AppQueue", "(Outgoing Line)", "agent"),
    (223.03, "CHAN_END", 1, "from-agent", "AppQueue", "(Outgoing Line)", ""),
    (223.04, "APP_END", 0, "citizen", "Queue", "GEN,cCt,,,600", ""),
    (223.05, "HL-QUEUE-LEFT", 0, "citizen", "CELGenUserEvent", "HL-QUEUE-LEFT", "GEN|CONTINUE"),
    (230.00, "HANGUP", 0, "citizen", "Hangup", "", "dialplan/builtin"),
    (230.01, "CHAN_END", 0, "citizen", "", "", ""),
    (230.02, "LINKEDID_END", 0, "citizen", "", "", ""),
)
_GIVES_UP = (
    (40.00, "APP_END", 0, "citizen", "Queue", "GEN,cCt,,,600", ""),
    (40.01, "HANGUP", 0, "citizen", "Queue", "", "citizen"),
    (40.02, "CHAN_END", 0, "citizen", "", "", ""),
    (40.03, "LINKEDID_END", 0, "citizen", "", "", ""),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One of the calls; everything about it follows from its number."""

    number: int
    began: float
    given_up: bool
    node: str

    @property
    def uid(self) -> str:
        """The citizen's channel."""
        return f"{self.node}-{int(self.began)}.{2 * self.number + 2}"

    @property
    def agent(self) -> str:
        """Who answers."""
        return str(8000 + self.number % AGENTS)

    def cel(self) -> list[Line]:
        """What the file of channel events gets."""
        story = _ASKS + (_GIVES_UP if self.given_up else _TALKS)
        return [(self.began + step[0], self._row(*step)) for step in story]

    def _row(
        self, after: float, kind: str, leg: int, context: str, app: str, data: str, extra: str
    ) -> bytes:
        at = self.began + after
        agent_uid = f"{self.node}-{int(self.began)}.{2 * self.number + 3}"
        own = f"PJSIP/trunk-{self.number:08x}"
        channel = f"PJSIP/{self.agent}-{self.number:08x}" if leg else own
        number = self.agent if leg else f"138{self.number % 100_000_000:08d}"
        told = self._extra(kind, extra, own, channel).replace('"', '""')
        return (
            f'"{at:.6f}","{kind}","{agent_uid if leg else self.uid}","{self.uid}","{channel}",'
            f'"{context}","{"12345" if kind == "CHAN_START" else "s"}","{number}","","{app}",'
            f'"{data}","","{told}"\n'
        ).encode()

    def _extra(self, kind: str, extra: str, own: str, channel: str) -> str:
        if kind.startswith("HL-"):
            return f'{{"extra":"{extra}"}}'
        if kind.startswith("BRIDGE"):
            return f'{{"bridge_id":"b-{self.uid}","bridge_technology":"simple_bridge"}}'
        if kind == "HANGUP":
            source = {"citizen": own, "agent": channel}.get(extra, extra)
            return f'{{"hangupcause":16,"hangupsource":"{source}","dialstatus":""}}'
        return ""

    def queue_log(self) -> list[Line]:
        """What queue_log gets."""
        caller = f"138{self.number % 100_000_000:08d}"
        told = [(0.31, "NONE", f"ENTERQUEUE||{caller}|1")]
        if self.given_up:
            told.append((40.0, "NONE", "ABANDON|1|1|40"))
        else:
            told += [
                (5.0, self.agent, "CONNECT|5|x|3"),
                (223.0, self.agent, "COMPLETEAGENT|5|218|1"),
            ]
        return [
            (
                self.began + after,
                f"{int(self.began + after)}|{self.uid}|GEN|{who}|{what}\n".encode(),
            )
            for after, who, what in told
        ]

    def journal(self) -> list[Line]:
        """What the journal gets."""
        code = self.number * 7919 % 1_000_000
        told = [
            (0.10, '"kind":"flow","flow":"direct","version":3,"line":"12345"'),
            (0.11, f'"kind":"code","code":"{code:06d}"'),
        ]
        if not self.given_up:
            told.append((228.0, f'"kind":"rating","score":{1 + self.number % 3}'))
        return [
            (
                self.began + after,
                f'{{"at":{self.began + after:.6f},"call":"{self.uid}",{what}}}\n'.encode(),
            )
            for after, what in told
        ]


def calls(count: int, node: str) -> Iterator[Call]:
    """Return the calls in the order they began."""
    first, given_up = midnight(FIRST_DAY).timestamp(), round(count * GIVEN_UP / CALLS)
    for number in range(count):
        lost = (number + 1) * given_up // count > number * given_up // count
        yield Call(number, first + number * SECONDS / count, lost, node)


def write(folder: dict[Stream, Path], count: int, node: str) -> int:
    """Write the three files, each in the order of time; return how many lines they have."""
    tellers = {Stream.CEL: Call.cel, Stream.QUEUE_LOG: Call.queue_log, Stream.JOURNAL: Call.journal}
    lines = 0
    for stream, tell in tellers.items():
        with folder[stream].open("wb") as file:
            for _, line in _in_time(tell(call) for call in calls(count, node)):
                file.write(line)
                lines += 1
    return lines


def _in_time(told: Iterator[list[Line]]) -> Iterator[Line]:
    """Merge calls' lines; of a few at a time, since no call lasts four minutes."""
    open_lines: list[Line] = []
    for lines in told:
        began = lines[0][0]
        ready = [line for line in open_lines if line[0] < began]
        yield from ready
        open_lines = list(merge(open_lines[len(ready) :], lines))
    yield from open_lines
