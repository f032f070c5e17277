"""From "publish" to the first call on the new version, idle and with five hundred callers waiting.

The clock starts before the transaction and stops at the last question of the switch that a worker
still answered with the old version. In the same run: what publishing costs beside a bare commit.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.figures import Figure
from benchmarks.hotline import Hotline, running_hotline
from core.database import make_engine, make_sessions
from core.settings import Settings
from ivr.life.drafting import Doing, begin_draft
from ivr.life.judging import judge
from ivr.life.publishing import Moving, publish_draft
from ivr.life.repository import get_version
from ivr.life.rules import Rules
from ivr.life.transaction import changing
from phones.load import LoadResult, run_load

FLOW, NUMBER, QUEUE = "direct", "12345", "GEN"
TARGET = 1.0
# Over only when so many questions in a row were answered with the new version: more
# than there are workers, so that each was surely asked.
_IN_A_ROW = 12
_PATIENCE = 20.0
_HEADER = (
    "agi_network_script: arrive\nagi_request: agi://127.0.0.1/arrive\nagi_channel: bench\n"
    "agi_language: zh\nagi_type: bench\nagi_uniqueid: bench-{uid}\nagi_version: 22\n"
    "agi_callerid: unknown\nagi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\n"
    "agi_callington: 0\nagi_callingtns: 0\nagi_dnid: 12345\nagi_rdnis: unknown\n"
    "agi_context: citizen\nagi_extension: ask\nagi_priority: 1\nagi_enhanced: 0.0\n"
    "agi_accountcode: \nagi_threadid: 1\nagi_arg_1: 12345\nagi_arg_2: direct\n\n"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Callers on the line, how many a second they come, publications."""

    waiting: int
    rate: float
    rounds: int


FULL = Plan(waiting=500, rate=25, rounds=15)
QUICK = Plan(waiting=30, rate=10, rounds=3)


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds for one state of the hotline."""

    state: str
    judged: Figure
    committed: Figure
    in_effect: Figure


@dataclass(frozen=True, slots=True)
class Found:
    """What was seen; `failed` of the callers on the line were disturbed."""

    rows: list[Row]
    callers: int
    failed: int


@dataclass(frozen=True, slots=True)
class _Round:
    judged: float
    committed: float
    in_effect: float


def measure(settings: Settings, plan: Plan, tell: Callable[[str], None]) -> Found:
    """Bring a hotline up and publish again and again. Raises HotlineError."""
    with running_hotline(settings, tell) as hotline:
        return asyncio.run(_measure(hotline, plan, tell))


async def _measure(hotline: Hotline, plan: Plan, tell: Callable[[str], None]) -> Found:
    engine = make_engine(hotline.settings.database, pool_size=2)
    try:
        publisher = _Publisher(hotline.settings, make_sessions(engine))
        rows = [_row("idle", [await publisher.publish() for _ in range(plan.rounds)])]
        tell(f"filling the line with {plan.waiting} callers")
        hold = plan.waiting / plan.rate + plan.rounds * 3
        load = asyncio.create_task(
            run_load(NUMBER, plan.waiting, plan.rate, hold, hotline.server, "127.0.0.2")
        )
        await asyncio.to_thread(
            hotline.until, lambda: _on_the_line(hotline) >= plan.waiting, "callers on the line"
        )
        tell("publishing under them")
        state = f"{plan.waiting} callers on the line"
        rows.append(_row(state, [await publisher.publish() for _ in range(plan.rounds)]))
        result: LoadResult = await load
    finally:
        await engine.dispose()
    return Found(rows, result.answered, result.failed)


def _on_the_line(hotline: Hotline) -> int:
    count = hotline.console("core show channels count").partition(" active channel")[0]
    return int(count) if count.isdigit() else 0


class _Publisher:
    """Publishes version after version of the shipped flow."""

    def __init__(self, settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._settings = settings
        self._sessions = sessions
        self._number = 1

    async def publish(self) -> _Round:
        """Publish the next version and wait for the last call on the old one."""
        self._number += 1
        async with changing(self._sessions) as session:
            text = (await get_version(session, FLOW, 1)).text + f"# {self._number}\n"
            draft = await begin_draft(session, FLOW, text, "bench", "")
        began = time.monotonic()
        judgement = await judge(self._settings, FLOW, text)
        judged = time.monotonic()
        async with changing(self._sessions) as session:
            moving, rules = Moving(FLOW, "bench", ""), Rules(review=False)
            doing = Doing(draft.id, "bench", "")
            await publish_draft(session, doing, moving, judgement, rules)
        committed = time.monotonic()
        last_old = await self._last_old(judgement.version)
        return _Round(judged - began, committed - judged, max(last_old, committed) - judged)

    async def _last_old(self, version: str) -> float:
        """Ask as the switch does; return when a worker last answered with another version."""
        last, news, limit = 0.0, 0, time.monotonic() + _PATIENCE
        while news < _IN_A_ROW:
            if time.monotonic() > limit:
                raise TimeoutError(f"{version} is not in effect after {_PATIENCE:.0f} s")
            if await _asked(self._settings.agi_port) == version:
                news += 1
            else:
                news, last = 0, time.monotonic()
            await asyncio.sleep(0.005)
        return last


async def _asked(port: int) -> str:
    """Ask what comes next for a new call and return the version of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_HEADER.format(uid=time.monotonic_ns()).encode())
        answer = (await reader.readline()).decode()
    finally:
        writer.close()
    return answer.partition(f"{FLOW}@")[2][:8]


def _row(state: str, rounds: list[_Round]) -> Row:
    return Row(
        state,
        Figure.of(one.judged for one in rounds),
        Figure.of(one.committed for one in rounds),
        Figure.of(one.in_effect for one in rounds),
    )
