"""Tells the other side of a caller who is being handed over, before the voice arrives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.masking import mask_phone
from exchange.outward import Outgoing, tell
from exchange.peers import Peer
from exchange.states import Kind
from tickets.life.models import Matter
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class HandOver:
    """A caller on the way to a partner line. `needs_number`: an emergency line, which must be able
    to ring back; any other gets the number with the citizen's consent only."""

    call: str
    partner: str
    agent: str
    reason: str
    consent: bool | None
    needs_number: bool


async def announce(session: AsyncSession, peers: Sequence[Peer], hand_over: HandOver) -> int | None:
    """Write the case of a caller for the platform behind a partner line.

    Returns the message's id; None when that line has no platform, it is not connected, or it knows.
    """
    peer = next((peer for peer in peers if peer.partner == hand_over.partner and peer.url), None)
    if peer is None:
        return None
    found = await session.execute(
        select(Ticket, Matter)
        .outerjoin(Matter, Matter.ticket_id == Ticket.id)
        .where(Ticket.call_uid == hand_over.call)
    )
    ticket, matter = found.one_or_none() or (None, None)
    key = f"{hand_over.call} {hand_over.partner}"
    body = _body(hand_over, ticket, matter)
    number = ticket.number if ticket else None
    return await tell(session, peer, Outgoing(Kind.CASE, key, body, number))


def _body(hand_over: HandOver, ticket: Ticket | None, matter: Matter | None) -> dict[str, Any]:
    caller = ticket.caller if ticket else None
    given = hand_over.needs_number or hand_over.consent is True
    return {
        "callUid": hand_over.call,
        "ticketNo": ticket.number if ticket else None,
        "callerPhone": caller if given else mask_phone(caller),
        "callerConsent": hand_over.consent,
        "title": matter.title if matter else "",
        "summary": matter.details if matter else "",
        "address": matter.address if matter else "",
        "agent": hand_over.agent,
        "reason": hand_over.reason,
    }
