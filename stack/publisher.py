"""The publisher: `python -P -m stack.publisher`. Brings the home in step whenever aliases move.

The only process that changes what calls run on. Killed or without the database it changes nothing,
and calls go on with what was published last.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from ivr.life.repository import in_use, newest_move
from ivr.life.transaction import MOVED
from stack.health import publisher_sign
from stack.in_step import Home
from stack.switch import find_switch

log = structlog.get_logger()

# Seconds between two looks when nobody says that something moved.
_LOOK_EVERY = 1.0
# Seconds after which files are compared though nothing moved: somebody may have touched them.
_COMPARE_EVERY = 30.0
# Seconds before what could not be brought into effect is tried again.
_AGAIN_AFTER = 5.0
_AWAY = (OperationalError, psycopg.OperationalError)


def main() -> None:
    """Run until stopped. A known fault at the start is one sentence."""
    configure_logging("publisher")
    try:
        settings = get_settings()
        asyncio.run(keep_in_step(settings, Home(settings, find_switch(settings))))
    except HotlineError as fault:
        sys.exit(str(fault))


async def keep_in_step(settings: Settings, home: Home) -> None:
    """Bring every move into effect, for ever; a database that is away is waited for."""
    engine = make_engine(settings.database, pool_size=1)
    rounds = _Rounds(make_sessions(engine), home, publisher_sign(settings))
    try:
        while True:
            try:
                async with _listening(settings.database) as ear:
                    await _follow(rounds, ear)
            except _AWAY as error:
                log.warning("database away", error=str(error).splitlines()[0])
                await asyncio.sleep(_LOOK_EVERY)
    finally:
        await engine.dispose()


async def _follow(rounds: "_Rounds", ear: psycopg.AsyncConnection) -> None:
    while True:
        await rounds.look()
        async for _ in ear.notifies(timeout=_LOOK_EVERY, stop_after=1):
            pass


@asynccontextmanager
async def _listening(url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    async with await psycopg.AsyncConnection.connect(
        plain, autocommit=True, connect_timeout=3
    ) as ear:
        await ear.execute(f"LISTEN {MOVED}")
        yield ear


class _Rounds:
    """One look after the other at what is published."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], home: Home, sign: Path) -> None:
        self._sessions = sessions
        self._home = home
        self._sign = sign
        self._compare_at = 0.0
        self._again_at = 0.0
        self._fault = ""

    async def look(self) -> None:
        """Bring the home in step when something moved, or it is time to compare."""
        self._sign.touch()
        async with self._sessions() as session:
            newest = await newest_move(session)
            moved = newest != self._home.move
            if time.monotonic() < (self._again_at if moved else self._compare_at):
                return
            found = await in_use(session)
        try:
            self._home.bring_in_step(found)
        except (HotlineError, OSError) as fault:
            self._say(str(fault))
            self._again_at = time.monotonic() + _AGAIN_AFTER
            return
        self._fault = ""
        self._compare_at = time.monotonic() + _COMPARE_EVERY
        if moved:
            log.info("in_effect", move=newest)

    def _say(self, fault: str) -> None:
        """Once for each fault, however often it is met."""
        if fault != self._fault:
            log.error("not_brought_into_effect", fault=fault)
        self._fault = fault


if __name__ == "__main__":
    main()
