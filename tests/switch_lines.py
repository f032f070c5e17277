"""Lines as the switch and our AGI processes write them, told as what happens to one caller.

Each step moves the caller's own clock on; nothing sleeps. The columns are those of real files.
"""

import csv
import io
import json
from dataclasses import dataclass, field

from queues.models import Stream

NOON = 1_795_500_000.0  # 2026-11-24, 14:00 in the city


def cel_row(*columns: object) -> bytes:
    """Return one row of the channel events file: every column quoted."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(columns)
    return out.getvalue().encode()


@dataclass
class ACall:
    """One caller; `at` is now, `lines` is what the files got, in order of time for each stream."""

    number: int = 7
    began: float = NOON
    caller: str = "13800000000"
    node: str = "node1"
    context: str = "from-citizen"
    at: float = field(init=False)
    lines: list[tuple[float, Stream, bytes]] = field(default_factory=list)
    bridge: int = 0
    agent: str = ""

    def __post_init__(self) -> None:
        self.at = self.began

    @property
    def uid(self) -> str:
        """The citizen's channel."""
        return f"{self.node}-{int(self.began)}.{self.number}"

    @property
    def channel(self) -> str:
        """The citizen's channel by name."""
        return f"PJSIP/trunk-{self.number:08x}"

    def of(self, stream: Stream) -> list[bytes]:
        """Return the lines of one file."""
        return [line for _, which, line in self.lines if which is stream]

    # One line of a file.

    def cel(self, kind: str, agent: str = "", extra: object = "", **more: str) -> "ACall":
        """Write a channel event of the citizen's channel or of an agent's."""
        self.at += 0.0001
        uid = f"{self.node}-{int(self.began)}.{self.number}{'1' + agent if agent else ''}"
        told = json.dumps(extra) if extra else ""
        row = cel_row(
            f"{self.at:.6f}", kind, uid, self.uid,
            more.get("channel", f"PJSIP/{agent}-0000000a" if agent else self.channel),
            more.get("context", "from-agent" if agent else "citizen"), more.get("exten", "s"),
            agent or self.caller, more.get("name", ""), more.get("app", ""), more.get("data", ""),
            more.get("peer", ""), told,
        )  # fmt: skip
        self.lines.append((self.at, Stream.CEL, row))
        return self

    def mark(self, marker: str, words: str) -> "ACall":
        """Write a marker of the dialplan."""
        return self.cel(marker, app="CELGenUserEvent", extra={"extra": words})

    def queue_log(
        self, kind: str, *data: object, queue: str = "GEN", agent: str = "NONE"
    ) -> "ACall":
        """Write a line of queue_log, which cuts the second off."""
        words = [str(int(self.at)), self.uid, queue, agent, kind, *map(str, data)]
        self.lines.append((self.at, Stream.QUEUE_LOG, "|".join(words).encode() + b"\n"))
        return self

    def journal(self, kind: str, **fields: object) -> "ACall":
        """Write a line of the journal."""
        line = json.dumps({"at": self.at, "call": self.uid, "kind": kind, **fields})
        self.lines.append((self.at, Stream.JOURNAL, line.encode() + b"\n"))
        return self

    # What happens.

    def wait(self, seconds: float) -> "ACall":
        """Let time pass."""
        self.at += seconds
        return self

    def rings_at(self, did: str) -> "ACall":
        """Reach the switch, where nothing has been decided yet."""
        return self.cel("CHAN_START", context=self.context, exten=did)

    def arrives(self, did: str = "12345", line: str = "12345") -> "ACall":
        """Ring and be picked up."""
        self.rings_at(did).mark("HL-ARRIVED", line)
        return self.cel("ANSWER", app="Answer")

    def in_menu(self, seconds: float = 2.0, keys: str = "", code: str = "048213") -> "ACall":
        """Hear the flow and press keys."""
        self.journal("flow", flow="direct", version=3, line="12345").journal("code", code=code)
        self.wait(seconds)
        return self.journal("step", node="menu", verb="menu", outcome="done", ms=10, keys=keys)

    def queues(self, queue: str = "GEN") -> "ACall":
        """Enter a queue."""
        self.mark("HL-QUEUE", queue).cel("APP_START", app="Queue", data=f"{queue},cCt,,,600")
        return self.queue_log("ENTERQUEUE", "", self.caller, 1, queue=queue)

    def turned_away(self, status: str, queue: str = "GEN") -> "ACall":
        """Ask for a queue that does not take anybody in: queue_log says nothing of it."""
        self.mark("HL-QUEUE", queue).cel("APP_START", app="Queue", data=f"{queue},cCt,,,600")
        return self.cel("APP_END", app="Queue").mark("HL-QUEUE-LEFT", f"{queue}|{status}")

    def leaves_queue(self, status: str, queue: str = "GEN") -> "ACall":
        """Be sent on by the queue, or by a key."""
        ends = {"TIMEOUT": "EXITWITHTIMEOUT", "LEAVEEMPTY": "EXITEMPTY"}
        if status in ends:
            self.queue_log(ends[status], 1, 1, 30, queue=queue)
        elif status.startswith("key-"):
            self.queue_log("EXITWITHKEY", status[4:], 1, 1, 9, queue=queue)
        return self.cel("APP_END", app="Queue").mark("HL-QUEUE-LEFT", f"{queue}|{status}")

    def rings(self, agent: str = "8013") -> "ACall":
        """Ring a seat."""
        self.agent = agent
        return self.cel("CHAN_START", agent)

    def rings_out(self, queue: str = "GEN") -> "ACall":
        """Nobody picks up at that seat."""
        self.queue_log("RINGNOANSWER", 15000, queue=queue, agent=self.agent)
        return self.cel("HANGUP", self.agent).cel("CHAN_END", self.agent)

    def connects(self, queue: str = "GEN") -> "ACall":
        """The ringing seat picks up and both hear each other."""
        self.cel("ANSWER", self.agent)
        self.queue_log("CONNECT", 5, f"{self.uid}1", 3, queue=queue, agent=self.agent)
        return self.joins(self.agent)

    def picks_up_and_leaves(self, queue: str = "GEN") -> "ACall":
        """The ringing seat picks up and hangs up before it is joined with the caller."""
        self.cel("ANSWER", self.agent).cel("HANGUP", self.agent).cel("CHAN_END", self.agent)
        self.queue_log("CONNECT", 5, f"{self.uid}1", 3, queue=queue, agent=self.agent)
        return self.queue_log("COMPLETECALLER", 5, 0, 1, queue=queue, agent=self.agent)

    def is_joined_too_late(self, queue: str = "GEN") -> "ACall":
        """The seat hung up during the announcement; app_queue joins the two for an instant, and
        closes the talk in queue_log only when the whole call ends."""
        self.connects(queue)
        self.cel("BRIDGE_EXIT", self.agent, self._in_bridge())
        self.cel("BRIDGE_EXIT", extra=self._in_bridge()).cel("APP_END", app="Queue")
        self.mark("HL-QUEUE-LEFT", f"{queue}|CONTINUE").mark("HL-AGENT-LOST", f"{queue}|26")
        return self.cel("HANGUP", self.agent).cel("CHAN_END", self.agent)

    def loses_agent(self, queue: str = "GEN") -> "ACall":
        """The dialplan sees that the agent left before the first word."""
        self.picks_up_and_leaves(queue).cel("APP_END", app="Queue")
        return self.mark("HL-QUEUE-LEFT", f"{queue}|CONTINUE").mark("HL-AGENT-LOST", f"{queue}|16")

    def joins(self, other: str) -> "ACall":
        """Citizen and another party enter one bridge."""
        self.bridge += 1
        self.cel("BRIDGE_ENTER", other, self._in_bridge())
        return self.cel("BRIDGE_ENTER", extra=self._in_bridge())

    def agent_hangs_up(self, talked: int = 60) -> "ACall":
        """The agent ends the talk; the caller is still there."""
        self.cel("BRIDGE_EXIT", self.agent, self._in_bridge()).cel(
            "BRIDGE_EXIT", extra=self._in_bridge()
        )
        self.queue_log("COMPLETEAGENT", 5, talked, 1, agent=self.agent)
        self.cel("APP_END", app="Queue").mark("HL-QUEUE-LEFT", "GEN|CONTINUE")
        return self.cel("HANGUP", self.agent).cel("CHAN_END", self.agent)

    def hangs_up_on_agent(self, talked: int = 60) -> "ACall":
        """The caller ends talk and call."""
        self.cel("BRIDGE_EXIT", extra=self._in_bridge()).cel(
            "BRIDGE_EXIT", self.agent, self._in_bridge()
        )
        self.queue_log("COMPLETECALLER", 5, talked, 1, agent=self.agent)
        self.cel("HANGUP", self.agent).cel("CHAN_END", self.agent)
        return self.hangs_up()

    def abandons(self, waited: int = 30, queue: str = "GEN") -> "ACall":
        """Hang up in the queue."""
        self.queue_log("ABANDON", 1, 1, waited, queue=queue)
        return self.cel("APP_END", app="Queue").hangs_up()

    def dials_partner(self, code: str = "12348") -> "ACall":
        """Be put through to a partner line."""
        return self.mark("HL-PARTNER", code)

    def partner_done(self, status: str, code: str = "12348") -> "ACall":
        """Come back from a partner line."""
        return self.mark("HL-PARTNER-LEFT", f"{code}|{status}")

    def speaks(self, seconds: float) -> "ACall":
        """Leave a message."""
        self.mark("HL-MESSAGE", f"/spool/messages/{self.uid}.wav").wait(seconds)
        return self.mark("HL-MESSAGE-END", "DTMF")

    def hangs_up(self) -> "ACall":
        """The caller is gone."""
        return self._ends(self.channel)

    def is_hung_up(self) -> "ACall":
        """The dialplan ends the call."""
        return self._ends("dialplan/builtin")

    def _ends(self, source: str) -> "ACall":
        self.cel("HANGUP", extra={"hangupcause": 16, "hangupsource": source, "dialstatus": ""})
        return self.cel("CHAN_END").cel("LINKEDID_END")

    def _in_bridge(self) -> dict[str, str]:
        return {"bridge_id": f"bridge-{self.uid}-{self.bridge}", "bridge_technology": "simple"}


def restart_line(at: float) -> bytes:
    """Return what queue_log gets when the switch has started."""
    return f"{int(at)}|NONE|NONE|NONE|QUEUESTART|\n".encode()


def answered_call(number: int = 7, began: float = NOON, talk: float = 60.0) -> ACall:
    """A call as most are: greeted, queued, answered, talked, rated."""
    call = ACall(number, began).arrives().in_menu().queues().wait(2).rings().wait(3).connects()
    call.wait(talk).agent_hangs_up(int(talk)).wait(3).journal("rating", score=5)
    return call.wait(1).is_hung_up()
