"""Writes a message in the caller's transaction; it is sent once that commits."""

import re
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox import defer_message
from tickets.messages.models import MessageState, TextMessage

_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


def takes_messages(number: str | None) -> bool:
    """Whether a number is a mobile phone's."""
    return number is not None and _MOBILE.fullmatch(number) is not None


async def write(
    session: AsyncSession, key: str, ticket_id: int, number: str, text: str, at: datetime
) -> int | None:
    """Return the id of a message, None when it was written already."""
    row = {
        "key": key,
        "ticket_id": ticket_id,
        "number": number,
        "text": text,
        "state": MessageState.WAITING,
        "made_at": at,
    }
    written = await session.scalars(
        insert(TextMessage).values(row).on_conflict_do_nothing().returning(TextMessage.id)
    )
    identity = written.one_or_none()
    if identity is not None:
        await defer_message(session, identity)
    return identity
