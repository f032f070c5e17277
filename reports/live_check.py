"""Does the wall agree with history? Asked every minute; what differs is shown on the wall itself.

The counts on the wall are held against a count of the calls themselves, and every caller who is
shown as waiting against the ledger. Both move while they are compared: the wall is read before
and after, and only what lies outside of both readings, several times in a row, is a difference.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, midnight, utc_now
from queues.live_mirror import Mirror, read_mirror
from queues.models import Call
from reports.live_figures import counted_since, values

TRIES = 3
PAUSE = 3.0
"""Seconds between two tries: longer than the ledger and the wall need to catch up."""

_COUNTS = ("arrivals", "human_requests", "answered", "abandoned_total", "abandoned_short")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the wall and history tell differently."""

    what: str
    wall: str
    history: str

    def __str__(self) -> str:
        return f"{self.what}: {self.wall} on the wall, {self.history} in the ledger"


@dataclass(frozen=True, slots=True)
class History:
    """What the ledger says: today's measures, and which of the asked calls it knows as going on."""

    today: Mapping[str, float | None]
    going_on: frozenset[str]


def compare(before: Mirror, history: History, after: Mirror) -> list[Difference]:
    """Return what history says that neither reading of the wall, nor any between them, could."""
    found = []
    first, second = (mirror.figures.get("today", {}) for mirror in (before, after))
    for name in _COUNTS:
        told, shown = history.today.get(name), (first.get(name), second.get(name))
        if not _between(told, *shown):
            found.append(Difference(f"{name} today", _text(shown[1]), _text(told)))
    for queue in sorted(before.queues):
        for call in sorted(waiting(before, queue) & waiting(after, queue) - history.going_on):
            found.append(Difference(f"call {call} in {queue}", "waiting", "over or unknown"))
    return found


def waiting(mirror: Mirror, queue: str) -> frozenset[str]:
    """Return the calls shown as waiting in a queue."""
    callers: list[dict[str, Any]] = mirror.queues.get(queue, {}).get("callers", [])
    return frozenset(caller["call"] for caller in callers)


def _between(told: float | None, one: float | None, other: float | None) -> bool:
    if told is None or one is None or other is None:
        return told == one == other
    return min(one, other) <= told <= max(one, other)


def _text(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


async def check(
    redis: Redis,
    node: str,
    sessions: async_sessionmaker[AsyncSession],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[Difference]:
    """Compare until there is agreement or it was sought long enough. Raises RedisError and
    SQLAlchemy's errors: without one of the two there is nothing to compare."""
    found: list[Difference] = []
    for turn in range(TRIES):
        if turn:
            await pause(PAUSE)
        before = await read_mirror(redis, node)
        asked = [call for queue in before.queues for call in waiting(before, queue)]
        async with sessions() as session:
            history = await _history(session, asked)
        await pause(1.5)  # the wall shows what history knew a moment ago
        found = compare(before, history, await read_mirror(redis, node))
        if not found:
            return []
    return found


async def _history(session: AsyncSession, asked: list[str]) -> History:
    counts = await counted_since(session, midnight(local_day(utc_now())))
    open_calls = select(Call.uid).where(Call.uid.in_(asked), Call.ended_at.is_(None))
    return History(values(counts), frozenset(await session.scalars(open_calls)))
