"""What an agent sees of a call that rings, before the first word: the call, and what came before.

Nothing here is more than the agent may know: numbers leave masked, in `api.desk`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from queues.models import Call
from tickets.life.models import Matter
from tickets.models import Ticket
from tickets.states import OPEN, TicketState

EARLIER = 8


@dataclass(frozen=True, slots=True)
class EarlierTicket:
    """A ticket of the same number; `open` while something is owed to the citizen."""

    number: str
    state: TicketState
    title: str
    category: str | None
    new_at: datetime
    rating: int | None

    @property
    def open(self) -> bool:
        """Whether something is owed to the citizen still."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class DeskCall:
    """A call as it comes to a desk; `ticket` is None for the moment before the ledger opens it."""

    call: Call
    ticket: str | None
    language: str | None
    earlier: list[EarlierTicket]


async def desk_call(session: AsyncSession, uid: str) -> DeskCall | None:
    """Return what is known of a call that goes on, or went; None before the ledger has it."""
    query = (
        select(Call, Ticket.number, Ticket.language)
        .outerjoin(Ticket, Ticket.call_uid == Call.uid)
        .where(Call.uid == uid)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    call, number, language = row
    return DeskCall(call, number, language, await _earlier(session, uid))


async def _earlier(session: AsyncSession, uid: str) -> list[EarlierTicket]:
    """The latest other tickets of the number, by the tickets' own spelling of it."""
    caller = select(Ticket.caller).where(Ticket.call_uid == uid).scalar_subquery()
    query = (
        select(
            Ticket.number, Ticket.state, Matter.title, Matter.category, Ticket.new_at, Ticket.rating
        )
        .outerjoin(Matter, Matter.ticket_id == Ticket.id)
        .where(Ticket.caller == caller, Ticket.call_uid.is_distinct_from(uid))
        .order_by(Ticket.id.desc())
        .limit(EARLIER)
    )
    return [
        EarlierTicket(number, state, title or "", category, new_at, rating)
        for number, state, title, category, new_at, rating in await session.execute(query)
    ]
