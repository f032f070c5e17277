"""How commands change the database: one transaction, and a sentence when it is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.settings import get_settings
from ivr.life.transaction import changing

T = TypeVar("T")


def change(act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do one act, whole or not at all. Raises HotlineError when the database is away."""
    try:
        return asyncio.run(_act(act))
    except OperationalError as error:
        raise HotlineError(
            "The database cannot be reached; nothing was changed. See ./hotline status."
        ) from error


async def _act(act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    engine = make_engine(get_settings().database, pool_size=1)
    try:
        async with changing(make_sessions(engine)) as session:
            return await act(session)
    finally:
        await engine.dispose()
