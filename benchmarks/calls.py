"""Whole calls through a real Asterisk: answer, a short question, one key, variables, hang up.

At a fixed rate: CPU for each call, in Asterisk and in us. Then the most each way sustains.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.channel_events import ChannelEvents, durations
from benchmarks.figures import Figure, ratio
from benchmarks.hotline import OURS as OUR_PROCESSES
from benchmarks.hotline import Hotline, running_hotline
from benchmarks.rounds import interleave
from benchmarks.scratch import LINE
from benchmarks.ways import KEY, LIMIT, NUMBERS, OURS, LimitServer, three_ways
from core.settings import Settings
from phones.load import KEYS_AFTER, run_load

CPU_TARGET = 1.3
RATE_TARGET = 0.9
# A call that lasts longer has lost its key or waited for somebody.
LONGEST_CALL = KEYS_AFTER + 2.0
# Longer than any call should last: the hotline hangs up, not the caller.
HOLD = 8.0

WARM_RATE = 20.0
WARM_SECONDS = 2.0

UNSETTLED = "SELECT count(*) FROM call WHERE settled_at IS NULL"
ASTERISK = "asterisk"
C_SERVER = "C server"
DATABASE = ("postgres", "redis")


@dataclass(frozen=True, slots=True)
class Plan:
    """The fixed rate (calls/s), its seconds and rounds; then the same of the rates tried."""

    rate: float
    seconds: float
    rounds: int
    rates: tuple[int, ...]
    most_seconds: float
    most_rounds: int


FULL = Plan(100, 10, 4, (120, 160, 200, 240), 8, 3)
QUICK = Plan(20, 4, 1, (20, 40), 4, 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """One load: CPU milliseconds for each call by part, and what went wrong."""

    cpu_ms: Mapping[str, float]
    failed: int
    retransmissions: int
    slow: int

    @property
    def clean(self) -> bool:
        """Whether every call was answered at once and heard its key."""
        return not (self.failed or self.retransmissions or self.slow)

    @property
    def serving_ms(self) -> float:
        """CPU of Asterisk and of whoever runs the steps, without the database."""
        return sum(ms for part, ms in self.cpu_ms.items() if part not in DATABASE)


@dataclass(frozen=True, slots=True)
class FixedRow:
    """One way at the fixed rate: CPU ms for each call by part, all told, and beside the limit."""

    way: str
    cpu_ms: dict[str, Figure]
    serving_ms: Figure
    of_limit: Figure
    with_database_ms: Figure
    troubles: str


@dataclass(frozen=True, slots=True)
class MostRow:
    """One way at growing calls/s: clean rounds of all rounds, and the most that was sustained."""

    way: str
    clean: dict[int, str]
    sustained: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the whole measurement found."""

    rate: float
    commands: int
    fixed: list[FixedRow]
    most: list[MostRow]


def measure(settings: Settings, plan: Plan, tell: Callable[[str], None]) -> Found:
    """Bring a hotline up and measure the three ways. Raises HotlineError."""
    with running_hotline(settings, tell) as hotline, three_ways(hotline) as limit:
        bench = Bench(hotline, limit)
        fixed = bench.rounds(list(NUMBERS), plan.rate, plan.seconds, plan.rounds, tell)
        most = _most(bench, plan, tell)
    return Found(plan.rate, limit.commands, [_fixed_row(way, fixed) for way in NUMBERS], most)


class Bench:
    """Sends loads into a hotline and reads what they cost."""

    def __init__(self, hotline: Hotline, limit: LimitServer) -> None:
        self._hotline = hotline
        self._limit = limit
        self._way = ""

    def load(self, way: str, rate: float, seconds: float) -> Sample:
        """Send calls one way and return what each cost."""
        self._choose(way)
        calls = round(rate * seconds)
        events = ChannelEvents(self._hotline.settings.cel_file)
        tickets, before = self._tickets(), self._cpu(way)
        result = asyncio.run(
            run_load(NUMBERS[way], calls, rate, HOLD, self._hotline.server, keys=KEY)
        )
        if way == OURS:
            self._until_written(tickets + result.answered)
        after = self._cpu(way)
        self._hotline.until_quiet()
        return Sample(
            {part: (after[part] - before[part]) / calls * 1e3 for part in before},
            result.failed,
            result.retransmissions,
            sum(lived > LONGEST_CALL for lived in durations(events.read())),
        )

    def rounds(
        self,
        ways: list[str],
        rate: float,
        seconds: float,
        rounds: int,
        tell: Callable[[str], None],
    ) -> dict[str, list[Sample]]:
        """Send the same loads in turn."""
        return interleave(
            ways,
            lambda way: self.load(way, rate, seconds),
            rounds,
            lambda what: tell(f"{rate:g} calls/s, {what}"),
        )

    def _choose(self, way: str) -> None:
        """Our processes run only while our flow is measured: they cost the others nothing."""
        if way == self._way:
            return
        if OURS in (way, self._way):
            self._hotline.our_processes(running=way == OURS)
        self._way = way
        self.load(way, WARM_RATE, WARM_SECONDS)  # nobody is measured cold

    def _cpu(self, way: str) -> dict[str, float]:
        found = self._hotline.cpu()
        parts = {ASTERISK: found[ASTERISK]}
        if way == OURS:
            parts |= {part: found[part] for part in (*OUR_PROCESSES, *DATABASE)}
        elif way == LIMIT:
            parts[C_SERVER] = self._limit.cpu()
        return parts

    def _until_written(self, tickets: int) -> None:
        """Wait for a ticket of every call, and until all of them are closed with their calls."""
        self._hotline.until(lambda: self._tickets() >= tickets, "ticket for every call")
        self._hotline.until(lambda: not self._hotline.number(UNSETTLED), "end of every ticket")

    def _tickets(self) -> int:
        return self._hotline.number(f"SELECT count(*) FROM ticket WHERE line = '{LINE}'")  # noqa: S608


def _most(bench: Bench, plan: Plan, tell: Callable[[str], None]) -> list[MostRow]:
    """Raise the rate until a way does not stay clean in most rounds."""
    clean: dict[str, dict[int, str]] = {way: {} for way in NUMBERS}
    sustained = dict.fromkeys(NUMBERS, 0)
    rising = list(NUMBERS)
    for rate in plan.rates:
        samples = bench.rounds(rising, rate, plan.most_seconds, plan.most_rounds, tell)
        for way, seen in samples.items():
            kept = sum(sample.clean for sample in seen)
            clean[way][rate] = f"{kept}/{len(seen)}"
            if kept * 2 > len(seen):
                sustained[way] = rate
            else:
                rising.remove(way)
    return [MostRow(way, clean[way], sustained[way]) for way in NUMBERS]


def _fixed_row(way: str, samples: Mapping[str, list[Sample]]) -> FixedRow:
    own = samples[way]
    serving = [sample.serving_ms for sample in own]
    return FixedRow(
        way,
        {part: Figure.of(sample.cpu_ms[part] for sample in own) for part in own[0].cpu_ms},
        Figure.of(serving),
        ratio(serving, [sample.serving_ms for sample in samples[LIMIT]]),
        Figure.of(sum(sample.cpu_ms.values()) for sample in own),
        _troubles(own),
    )


def _troubles(samples: list[Sample]) -> str:
    failed = sum(sample.failed for sample in samples)
    repeated = sum(sample.retransmissions for sample in samples)
    slow = sum(sample.slow for sample in samples)
    return (
        f"{failed} failed, {repeated} repeated, {slow} slow" if failed or repeated or slow else ""
    )
