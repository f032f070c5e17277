"""How commands use the database: one short-lived session, and a sentence when it is away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local
from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.settings import get_settings

T = TypeVar("T")


def read(question: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Ask the hotline's database one question. Raises HotlineError when it cannot be reached."""

    async def ask(sessions: async_sessionmaker[AsyncSession]) -> T:
        async with sessions() as session:
            return await question(session)

    return transact(ask)


def write(change: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Change the hotline's database in one transaction. Raises HotlineError as `read` does."""

    async def once(sessions: async_sessionmaker[AsyncSession]) -> T:
        async with sessions.begin() as session:
            return await change(session)

    return transact(once)


def transact(work: Callable[[async_sessionmaker[AsyncSession]], Awaitable[T]]) -> T:
    """Do work that needs transactions of its own. Raises HotlineError as `read` does."""
    try:
        return asyncio.run(_with_sessions(work))
    except OperationalError as error:
        raise HotlineError(
            "The database cannot be reached. Is the hotline up? See ./hotline status."
        ) from error


async def _with_sessions(work: Callable[[async_sessionmaker[AsyncSession]], Awaitable[T]]) -> T:
    engine = make_engine(get_settings().database, pool_size=1)
    try:
        return await work(make_sessions(engine))
    finally:
        await engine.dispose()


def moment(instant: datetime | None) -> str:
    """Return an instant as people in the city read it."""
    return local(instant).strftime("%Y-%m-%d %H:%M:%S") if instant else ""


def seconds(value: float | None) -> str:
    """Return a duration with one decimal, or nothing."""
    return "" if value is None else f"{value:.1f}"
