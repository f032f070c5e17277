"""The reply to a citizen whose ticket was merged: one of their own, before the main one is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from core.masking import mask_text
from tickets.life import repository
from tickets.life.facts import Person, fit_to_store
from tickets.life.models import Follower, Matter
from tickets.life.moves import UnknownTicket, signature
from tickets.life.picture import Picture
from tickets.models import Ticket, TicketEvent
from tickets.states import TicketState

_REPLYING = frozenset({TicketState.REPLIED, TicketState.DONE, TicketState.CALLBACK})


class NoFollower(HotlineError):
    """The ticket is not merged into this one."""

    slug = "no-follower"


class ReplyNotYet(HotlineError):
    """The main ticket has no accepted answer that could be passed on."""

    slug = "reply-not-yet"


class UncleanReply(HotlineError):
    """A reply that names somebody or holds a number."""

    slug = "unclean-reply"


@dataclass(frozen=True, slots=True)
class Following:
    """One follower with the number of the ticket that was merged."""

    number: str
    follower: Follower


async def followers_of(session: AsyncSession, ticket_id: int) -> list[Following]:
    """Return who follows a ticket, in the order they came."""
    found = await session.execute(
        select(Ticket.number, Follower)
        .join(Follower, Follower.from_id == Ticket.id)
        .where(Follower.main_id == ticket_id, Follower.ended_at.is_(None))
        .order_by(Follower.id)
    )
    return [Following(number, follower) for number, follower in found]


async def reply_to(
    session: AsyncSession,
    number: str,
    merged: str,
    person: Person,
    delivered_by: str,
    reply: str = "",
    at: datetime | None = None,
) -> Picture:
    """Note that a follower has got their reply: the main ticket's public one, unless one is given.

    Raises UnknownTicket, NoFollower, ReplyNotYet, and UncleanReply as for a public reply.
    """
    at = at or utc_now()
    found = await repository.lock(session, number)
    if not found:
        raise UnknownTicket(number)
    picture = found[0]
    if picture.ticket.state not in _REPLYING:
        raise ReplyNotYet(f"{number} is {picture.ticket.state}: there is no answer to pass on yet.")
    follower, name = await _follower(session, picture, merged)
    text = fit_to_store(reply).strip() or picture.matter.public_reply
    if not text or mask_text(text) != text or (name and name in text):
        raise UncleanReply("A reply must say something, and name no person and no number.")
    follower.reply, follower.delivered_by, follower.delivered_at = text, delivered_by, at
    picture.matter.version += 1
    picture.matter.changed_at = at
    for ticket_id, state in (
        (picture.ticket.id, picture.ticket.state),
        (follower.from_id, TicketState.MERGED),
    ):
        session.add(_event(ticket_id, state, person, merged, delivered_by, at))
    await session.flush()
    return picture


async def _follower(session: AsyncSession, picture: Picture, merged: str) -> tuple[Follower, str]:
    found = await session.execute(
        select(Ticket.id, Matter.contact_name)
        .join(Matter, Matter.ticket_id == Ticket.id)
        .where(Ticket.number == merged)
    )
    known = found.first()
    for follower in picture.followers:
        if known is not None and follower.from_id == known.id:
            return follower, known.contact_name
    raise NoFollower(f"{merged} is not merged into {picture.ticket.number}.")


def _event(
    ticket_id: int, state: TicketState, person: Person, merged: str, by: str, at: datetime
) -> TicketEvent:
    return TicketEvent(
        ticket_id=ticket_id,
        from_state=state,
        to_state=state,
        actor=signature(person),
        reason=f"the citizen of {merged} was replied to by {by}",
        facts={"follower": merged, "delivered_by": by},
        at=at,
    )
