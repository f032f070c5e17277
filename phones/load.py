"""Many calls at a fixed rate through one sipp; for benchmarks and for fifty calls at once."""

import asyncio
import csv
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from phones.errors import PhoneError, PhoneTimeoutError
from phones.media import Media
from phones.orders import Report
from phones.scenario import load_scenario
from phones.sipp import Sipp, free_port
from phones.stream import Address, Stream
from phones.voice import tone_voice

FIRST_NUMBER = 13_900_000_000
ANSWER_LIMIT = 60.0
SLACK = 30.0
KEYS_AFTER = 1.0
TONE = 500
# sipp counts whole calls in a period; in this one a tenth of a call a second is a whole one.
PERIOD_MS = 10_000
# sipp answers questions itself; whatever else it does not expect it drops, as phones do.
_OPTIONS = ("-aa", "-default_behaviors", "none", "-trace_stat", "-stf", "statistics", "-fd", "1")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load of calls met. Set-up is from our INVITE to the 200, in milliseconds, sorted."""

    sent: int
    answered: int
    failed: int
    retransmissions: int
    setup_ms: tuple[float, ...]
    refusals: dict[int, int] = field(default_factory=dict)

    @property
    def mean_ms(self) -> float:
        """Mean set-up time, 0 when nobody answered."""
        return sum(self.setup_ms) / len(self.setup_ms) if self.setup_ms else 0.0

    def percentile_ms(self, percent: float) -> float:
        """Set-up time that `percent` of the answered calls did not exceed, 0 when none."""
        if not self.setup_ms:
            return 0.0
        return self.setup_ms[round((len(self.setup_ms) - 1) * percent / 100)]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What `run_load` was asked for."""

    to: str
    calls: int
    rate: float
    hold_seconds: float
    server: Address
    local_ip: str
    keys: str
    voice: bool
    answer_limit: float

    @property
    def limit(self) -> float:
        """Seconds after which even a load with trouble is over."""
        return self.calls / self.rate + self.answer_limit + self.hold_seconds + SLACK


async def run_load(
    to: str,
    calls: int,
    rate: float,
    hold_seconds: float,
    server: Address,
    local_ip: str = "127.0.0.2",
    keys: str = "",
    *,
    voice: bool = False,
    answer_limit: float = ANSWER_LIMIT,
) -> LoadResult:
    """Dial `to` `calls` times, `rate` a second, and stay `hold_seconds` after each answer.

    Each caller presses `keys` one second after the answer; with `voice` each sounds 500 Hz all
    the time. Ends after the last call, and in any case in bounded time with PhoneTimeoutError.
    """
    load = _Load(_Plan(to, calls, rate, hold_seconds, server, local_ip, keys, voice, answer_limit))
    try:
        return await load.run()
    finally:
        await load.close()


class _Load:
    """One run: sipp signals, a media port of ours speaks and presses keys."""

    def __init__(self, plan: _Plan) -> None:
        self._plan = plan
        # Deaf: nobody listens to hundreds of callers, the kernel drops what comes.
        self._media = Media(plan.local_ip, deaf=True)
        self._sipp = Sipp(plan.local_ip, free_port(plan.local_ip), self._hear, _expected_end)
        self._streams: dict[str, Stream] = {}
        self._setups: list[float] = []
        self._refusals: Counter[int] = Counter()
        self._pressing: set[asyncio.Task[None]] = set()

    async def run(self) -> LoadResult:
        """Start everything, wait until sipp ends, read its statistics."""
        await self._media.open()
        await self._sipp.launch(self._scenario(), *self._arguments())
        try:
            status = await asyncio.wait_for(self._sipp.ended(), self._plan.limit)
        except TimeoutError:
            what = f"end of {self._plan.calls} calls"
            raise PhoneTimeoutError("load", what, self._plan.limit, "") from None
        # sipp ends with 1 when calls failed, which is a result; higher numbers are its own faults.
        if status not in (0, 1) or not (self._sipp.folder / "statistics").exists():
            raise self._sipp.failure()
        return self._result()

    async def close(self) -> None:
        """End sipp, the media and the keys still being pressed."""
        for task in list(self._pressing):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._sipp.close()
        await self._media.close()

    def _scenario(self) -> str:
        host, port = self._plan.server
        return load_scenario(
            ip=self._plan.local_ip,
            port=self._sipp.port,
            rtp_port=self._media.port,
            uri=f"sip:{self._plan.to}@{host}:{port}",
            answer_ms=round(self._plan.answer_limit * 1000),
            hold_ms=max(1, round(self._plan.hold_seconds * 1000)),
        )

    def _arguments(self) -> list[str]:
        calls = self._plan.calls
        numbers = "\n".join(str(FIRST_NUMBER + caller) for caller in range(calls))
        (self._sipp.folder / "numbers").write_text(f"SEQUENTIAL\n{numbers}\n")
        in_period = max(1, round(self._plan.rate * PERIOD_MS / 1000))
        return [
            *("-inf", "numbers", "-m", str(calls), "-l", str(calls)),
            *("-r", str(in_period), "-rp", str(PERIOD_MS), *_OPTIONS),
            "{}:{}".format(*self._plan.server),
        ]

    def _hear(self, report: Report) -> None:
        match report.name:
            case "answered":
                self._on_answered(report)
            case "ended" if (stream := self._streams.pop(report.call_id, None)) is not None:
                self._media.remove(stream)
            case "refused":
                self._refusals[report.number("code") or 0] += 1

    def _on_answered(self, report: Report) -> None:
        self._setups.append(_setup_ms(report))
        if not (self._plan.voice or self._plan.keys):
            return
        remote = (report.fields["ip"], report.number("port") or 0)
        stream = Stream(remote, tone_voice(TONE))
        stream.silent = not self._plan.voice
        self._streams[report.call_id] = stream
        self._media.add(stream)
        if self._plan.keys:
            task = asyncio.create_task(self._press(stream), name="load presses keys")
            self._pressing.add(task)
            task.add_done_callback(self._pressing.discard)

    async def _press(self, stream: Stream) -> None:
        await asyncio.sleep(KEYS_AFTER)
        for key in self._plan.keys:
            await stream.press(key, length=0.1, gap=0.1)

    def _result(self) -> LoadResult:
        totals = _last_row(self._sipp.folder / "statistics")
        sent, answered = int(totals["TotalCallCreated"]), int(totals["answered(C)"])
        return LoadResult(
            sent=sent,
            answered=answered,
            failed=sent - answered,
            retransmissions=int(totals["Retransmissions(C)"]),
            setup_ms=tuple(sorted(self._setups)),
            refusals=dict(self._refusals),
        )


def _expected_end(reason: str) -> None:
    """Sipp ends by itself after the last call; `run` looks at how."""


def _last_row(path: Path) -> dict[str, str]:
    """Return the last line of sipp's statistics, whose counts (C) are since the start."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    if not rows:
        raise PhoneError("sipp left no statistics: the load ended before it began.")
    return rows[-1]


def _setup_ms(report: Report) -> float:
    """Return the milliseconds between an INVITE sent and its 200, as the scenario took them."""
    seconds, micros = (
        float(report.fields[f"to_{unit}"]) - float(report.fields[f"from_{unit}"])
        for unit in ("s", "us")
    )
    return seconds * 1e3 + micros / 1e3
