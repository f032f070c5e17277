"""Five hundred callers waiting in the queue at once, with greeting, music and announcements, and
twenty agents who answer: memory and CPU of every process, and how long a free agent stays unrung.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.channel_events import ChannelEvents, idle_times
from benchmarks.hotline import Hotline, running_hotline
from core.settings import Settings
from phones.load import LoadResult, run_load
from phones.pool import AgentPool

QUEUE = "GEN"
NUMBER = "12345"
FIRST_AGENT = 8013
LONGEST_WAIT = 3600.0
ANSWER_AFTER = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Callers waiting, agents, seconds of talk, seconds measured, calls a second while filling.

    Talks last `talk` seconds, give or take the part `spread` of it.
    """

    waiting: int
    agents: int
    talk: float
    seconds: float
    rate: float
    spread: float = 0.0

    @property
    def callers(self) -> int:
        """So many that about `waiting` still wait in the middle of the measured time."""
        served = self.agents / (self.talk + ANSWER_AFTER)
        filling = self.waiting / self.rate
        return round(self.waiting + self.agents + served * (filling + self.seconds / 2))


FULL = Plan(waiting=500, agents=20, talk=10, seconds=60, rate=25)
QUICK = Plan(waiting=40, agents=5, talk=3, seconds=15, rate=10)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part: resident MB before the first call and while they wait; per cent of one core."""

    part: str
    idle_mb: float
    waiting_mb: float
    idle_cpu: float
    waiting_cpu: float


@dataclass(frozen=True, slots=True)
class IdleAgents:
    """Seconds from the end of an agent's call to their phone being rung for the next."""

    times: int
    median: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was seen: callers waiting when the measured time began and ended."""

    waiting_first: int
    waiting_last: int
    agents: int
    seconds: float
    parts: list[PartRow]
    idle: IdleAgents


@dataclass(frozen=True, slots=True)
class Picture:
    """Memory now and per cent of one core over the seconds just gone."""

    memory: dict[str, float]
    cpu: dict[str, float]


def measure(settings: Settings, plan: Plan, tell: Callable[[str], None]) -> Found:
    """Bring a hotline up, fill its queue and look. Raises HotlineError."""

    with running_hotline(settings, tell, lambda folder: furnish(folder, plan.agents)) as hotline:
        return asyncio.run(_measure(hotline, plan, tell))


async def _measure(hotline: Hotline, plan: Plan, tell: Callable[[str], None]) -> Found:
    idle = await _picture(hotline, min(plan.seconds, 10))
    async with agents(hotline, plan) as pool, callers(hotline, plan, plan.callers):
        tell(f"filling the queue with {plan.callers} callers")
        await until_filled(hotline, pool, plan.callers)
        first = await asyncio.to_thread(_waiting, hotline)
        tell(f"{first} wait; looking for {plan.seconds:g} s")
        events = ChannelEvents(hotline.settings.cel_file)
        busy = await _picture(hotline, plan.seconds)
        last = await asyncio.to_thread(_waiting, hotline)
        idle_seconds = idle_times(events.read(), frozenset(numbers(plan.agents)))
    parts = [
        PartRow(part, idle.memory[part], busy.memory[part], idle.cpu[part], busy.cpu[part])
        for part in busy.memory
        if part in idle.memory
    ]
    return Found(first, last, plan.agents, plan.seconds, parts, summary(idle_seconds))


async def _picture(hotline: Hotline, seconds: float) -> Picture:
    before, began = await asyncio.to_thread(hotline.cpu), time.monotonic()
    await asyncio.sleep(seconds)
    after, lasted = await asyncio.to_thread(hotline.cpu), time.monotonic() - began
    memory = await asyncio.to_thread(hotline.memory)
    used = {part: after[part] - before.get(part, 0.0) for part in after}
    return Picture(memory, {part: cpu / lasted * 100 for part, cpu in used.items()})


@asynccontextmanager
async def agents(hotline: Hotline, plan: Plan) -> AsyncIterator[AgentPool]:
    """So many agents, registered and signed in to the general queue."""
    seats = numbers(plan.agents)
    secrets = hotline.settings.secrets
    accounts = {number: secrets.sip_password(number) for number in seats}
    pool = AgentPool(
        accounts,
        hotline.server,
        answer_after=ANSWER_AFTER,
        talk_seconds=plan.talk,
        spread=plan.spread,
    )
    try:
        await pool.register()
        await asyncio.to_thread(_sign_in, hotline, seats)
        yield pool
    finally:
        await pool.close()


def _sign_in(hotline: Hotline, seats: list[str]) -> None:
    for number in seats:
        phone = f"PJSIP/{number}"
        hotline.until(
            lambda number=number: "Avail" in hotline.console(f"pjsip show aor {number}"),  # type: ignore[misc]
            f"reachable phone {number}",
        )
        hotline.console(
            f"queue add member {phone} to {QUEUE} penalty 0 as {number} state_interface {phone}"
        )


@asynccontextmanager
async def callers(
    hotline: Hotline, plan: Plan, count: int
) -> AsyncIterator[asyncio.Task[LoadResult]]:
    """So many callers, who dial one after the other and wait."""
    load = asyncio.create_task(run_load(NUMBER, count, plan.rate, LONGEST_WAIT, hotline.server))
    try:
        yield load
    finally:
        load.cancel()
        with suppress(asyncio.CancelledError):
            await load


async def until_filled(hotline: Hotline, pool: AgentPool, count: int) -> None:
    """Until so many callers wait or have been answered."""
    await asyncio.to_thread(
        hotline.until,
        lambda: _waiting(hotline) + pool.answered + pool.busy >= count,
        f"{count} callers in the queue or answered",
    )


def _waiting(hotline: Hotline) -> int:
    """Read `GEN has 500 calls (max 2000) in …`."""
    head = hotline.console(f"queue show {QUEUE}").partition(" calls")[0]
    count = head.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


def numbers(count: int) -> list[str]:
    """Return the numbers of so many seats."""
    return [str(FIRST_AGENT + place) for place in range(count)]


def furnish(folder: Path, seats: int) -> None:
    """Write so many seats into a configuration, with room for all callers and no wrap-up."""
    (folder / "agents.toml").write_text(
        "".join(
            f'[[agent]]\nnumber = "{number}"\nskills = {{ general = 1 }}\n\n'
            for number in numbers(seats)
        )
    )
    queues = folder / "queues.toml"
    text = queues.read_text().replace("max_waiting = 600", "max_waiting = 3000")
    queues.write_text(text.replace("wrap_up = 10", "wrap_up = 0"))


def summary(seconds: list[float]) -> IdleAgents:
    """Sum up times of idleness."""
    if not seconds:
        return IdleAgents(0, 0.0, 0.0, 0.0)
    ordered = sorted(seconds)
    p95 = ordered[round((len(ordered) - 1) * 0.95)]
    return IdleAgents(len(ordered), statistics.median(ordered), p95, ordered[-1])
