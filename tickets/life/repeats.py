"""A change sent twice is made once: programs name it by a key of their own.

The key is kept in the transaction of the change, so that both are there or neither.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets.life.models import Request

KEPT = timedelta(days=7)


class KeyUsedOtherwise(HotlineError):
    """The key already names another change."""

    slug = "idempotency-key-used-otherwise"

    def __init__(self, key: str) -> None:
        super().__init__(f"The key {key!r} was used for another change. Each change has its own.")


async def is_repeat(
    session: AsyncSession, who: str, key: str, asked: str, at: datetime | None = None
) -> bool:
    """Remember a change and return whether it was made before; of two at once the second waits.

    `asked` is a digest of the whole request. Raises KeyUsedOtherwise.
    """
    fresh = insert(Request).values(who=who, key=key, asked=asked, at=at or utc_now())
    done = await session.execute(fresh.on_conflict_do_nothing().returning(Request.key))
    if done.first() is not None:
        return False
    wanted = select(Request.asked).where(Request.who == who, Request.key == key)
    if await session.scalar(wanted) != asked:
        raise KeyUsedOtherwise(key)
    return True


async def forget(session: AsyncSession, at: datetime) -> None:
    """Let go of keys that nobody will send again."""
    await session.execute(delete(Request).where(Request.at < at - KEPT))
