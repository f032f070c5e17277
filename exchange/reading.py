"""The messages of the exchange as a list, for the API and the command line."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.models import Message
from exchange.peers import Peer
from exchange.states import MessageState


async def newest(
    session: AsyncSession, limit: int, before: int | None = None, peer: str | None = None
) -> Sequence[Message]:
    """Return messages of both directions, newest first, from just before the given id."""
    query = select(Message).order_by(Message.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Message.id < before)
    if peer is not None:
        query = query.where(Message.peer == peer)
    return (await session.scalars(query)).all()


def needs_a_telephone(message: Message, peers: Sequence[Peer], now: datetime) -> bool:
    """Whether a message waits for its receipt longer than agreed, so that somebody must ring."""
    if message.state not in (MessageState.WAITING, MessageState.REFUSED, MessageState.GIVEN_UP):
        return False
    within = next((peer.receipt_within for peer in peers if peer.code == message.peer), 0)
    settled = message.state is not MessageState.WAITING
    return settled or now - message.made_at > timedelta(seconds=within)
