"""Keeps today's figures on the wall, once a second, and asks every minute whether they are right.

A task of the jobs process. Whatever is away (database, Redis) is waited for; the figures then say
by themselves how old they are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from reports.live_check import check
from reports.live_figures import Figures, hang_up, live_figures

EVERY = 1.0
SAID_AT_LEAST_EVERY = 10.0
CHECK_EVERY = 60.0

log = structlog.get_logger()

_AWAY = (SQLAlchemyError, RedisError, OSError)


class LiveFigures:
    """The figures of one node's wall; `run` ends only when cancelled."""

    def __init__(self, redis: Redis, node: str, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._redis = redis
        self._node = node
        self._sessions = sessions
        self._shown: dict[str, Any] = {}
        self._shown_at = float("-inf")
        self._away: set[str] = set()

    async def run(self) -> None:
        """Draw and check for ever, each at its own pace."""
        await asyncio.gather(
            self._for_ever("figures", self.draw, EVERY),
            self._for_ever("check", self.check, CHECK_EVERY),
        )

    async def draw(self) -> None:
        """Put the figures up if they changed, or say now and then that they did not."""
        async with self._sessions() as session:
            figures = await live_figures(session)
        if self._is_news(figures):
            await hang_up(self._redis, self._node, "figures", figures)
            self._shown, self._shown_at = _without_instant(figures), monotonic()

    async def check(self) -> None:
        """Compare with history, and show and log what differs."""
        found = await check(self._redis, self._node, self._sessions)
        for difference in found:
            log.error("live.differs", what=str(difference))
        document = {"at": utc_now().isoformat(), "differences": [str(one) for one in found]}
        await hang_up(self._redis, self._node, "check", document)

    def _is_news(self, figures: Figures) -> bool:
        is_old = monotonic() - self._shown_at >= SAID_AT_LEAST_EVERY
        return is_old or _without_instant(figures) != self._shown

    async def _for_ever(self, name: str, act: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await act()
            except _AWAY as error:
                self._note(name, str(error).partition("\n")[0])
            except Exception:
                # A fault of ours in one figure must not end the watch over all.
                log.exception("live.failed", what=name)
            else:
                self._away.discard(name)

    def _note(self, name: str, reason: str) -> None:
        """Say once that something is away."""
        if name not in self._away:
            log.warning("live.cannot_tell", what=name, reason=reason)
        self._away.add(name)


def _without_instant(figures: Figures) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "as_of"}
