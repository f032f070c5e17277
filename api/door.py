"""Who a cookie belongs to, asked of the database at most every few seconds.

A desk must go on working while the database is away: what was known of somebody shortly before is
believed for a while then. Signing out or being locked counts everywhere within FRESH seconds.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.settings import Settings
from people.sessions import Known, Limits, digest, find_session

log = structlog.get_logger()

FRESH = 5.0
BELIEVED = 600.0
_KEPT = 5_000


@dataclass(slots=True)
class _Memory:
    who: Known
    confirmed: float
    asked: float


class Door:
    """One for each process; `known` says who comes with a cookie."""

    def __init__(self, settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._limits = Limits(
            timedelta(minutes=settings.session_idle_minutes),
            timedelta(hours=settings.session_hours),
        )
        self._sessions = sessions
        self._memory: dict[bytes, _Memory] = {}

    async def known(self, token: str) -> Known | None:
        """Return who is signed in with a cookie, None when nobody is (any more)."""
        mark, now = digest(token), time.monotonic()
        remembered = self._memory.get(mark)
        if remembered and now - remembered.asked < FRESH:
            return remembered.who
        try:
            return self._learn(mark, await self._ask(token))
        except (OperationalError, InterfaceError):
            believed = self._believed(remembered, now)
            if believed is None:
                raise
            return believed

    def forget(self, token: str) -> None:
        """Ask the database next time, because something has changed."""
        self._memory.pop(digest(token), None)

    async def _ask(self, token: str) -> Known | None:
        async with self._sessions.begin() as session:
            return await find_session(session, token, self._limits, utc_now())

    def _learn(self, mark: bytes, who: Known | None) -> Known | None:
        self._memory.pop(mark, None)
        if who is not None:
            if len(self._memory) >= _KEPT:
                self._memory.clear()
            now = time.monotonic()
            self._memory[mark] = _Memory(who, now, now)
        return who

    def _believed(self, remembered: _Memory | None, now: float) -> Known | None:
        """Return who it was a while ago, None when that is too long ago."""
        if remembered is None or now - remembered.confirmed > BELIEVED:
            return None
        if remembered.who.ends_at <= utc_now():
            return None
        remembered.asked = now
        log.warning("session believed while the database is away", who=remembered.who.name)
        return remembered.who
