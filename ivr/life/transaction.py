"""One change to the life of flows: whole, or not at all, or a clear word that others were first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ivr.life.errors import Overtaken

# Told to every publisher when a change of what is published commits.
MOVED = "flow_moved"


@asynccontextmanager
async def changing(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Commit what is done inside. Raises Overtaken when another change took the same step."""
    try:
        async with sessions.begin() as session:
            yield session
    except IntegrityError as error:
        raise Overtaken(
            "Somebody else changed this at the same moment and was first; nothing of yours was "
            "done. Look at what is published now, then try again."
        ) from error


async def tell_publishers(session: AsyncSession) -> None:
    """Wake whoever brings files in step, once this transaction commits."""
    await session.execute(text(f"NOTIFY {MOVED}"))
