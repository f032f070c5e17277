"""A matter that comes in by another door than the phone: one ticket for each submission."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from core.phone import plain_number
from tickets import repository
from tickets.acts import Act
from tickets.channels import Channel
from tickets.city import City
from tickets.life.drafts import BadMatter, Draft, add_note, write
from tickets.life.facts import Person
from tickets.life.models import Matter
from tickets.life.moves import signature
from tickets.models import Ticket, TicketEvent
from tickets.numbers import new_query_code, ticket_number
from tickets.states import TicketState
from tickets.voices import CASE, voice_ahead_of

LONGEST_KEY = 100
LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Submission:
    """What a channel hands over; `key` is its own name for it, the same whenever it is sent."""

    channel: Channel
    key: str
    draft: Draft
    phone: str | None = None
    line: str = "12345"
    at: datetime | None = None


async def register(
    session: AsyncSession, city: City, submission: Submission, person: Person
) -> tuple[Ticket, bool]:
    """Return the ticket of a submission and whether it is new.

    The same key twice is one ticket, also when both arrive at once: numbers of a day are given
    under its lock. A case of the police whose caller is with us already becomes the ticket of that
    call. Raises BadMatter.
    """
    if not 0 < len(submission.key) <= LONGEST_KEY or not submission.key.isprintable():
        raise BadMatter(f"The key of a submission has 1 to {LONGEST_KEY} printable characters.")
    at = submission.at or utc_now()
    lasts = await repository.lock_days(session, [local_day(at)])
    known = await _known(session, submission)
    if submission.channel is Channel.POLICE:
        phone = plain_number(submission.phone)
        spoken = await voice_ahead_of(session, submission.key, phone, at)
        if spoken is not None and known in (None, spoken):
            await _add_case(session, city, spoken, submission, person, at)
            return spoken, True
    if known is not None:
        return known, False
    day = local_day(at)
    lasts[day] += 1
    ticket = Ticket(
        number=ticket_number(day, lasts[day]),
        channel=submission.channel,
        external_id=submission.key,
        query_code=new_query_code(),
        line=submission.line,
        caller=plain_number(submission.phone),
        state=TicketState.NEW,
        new_at=at,
    )
    session.add(ticket)
    await session.flush()
    session.add(_opening(ticket, person))
    await repository.save_days(session, lasts)
    await session.flush()
    await write(session, city, ticket.number, submission.draft, person, at=at)
    return ticket, True


async def _add_case(
    session: AsyncSession,
    city: City,
    ticket: Ticket,
    submission: Submission,
    person: Person,
    at: datetime,
) -> None:
    """Write a case into the ticket of its caller; what the agent wrote meanwhile stays."""
    ticket.external_id = submission.key
    state = ticket.state
    reason = f"came in by {ticket.channel}"
    session.add(
        TicketEvent(
            ticket_id=ticket.id,
            from_state=state,
            to_state=state,
            actor=signature(person),
            reason=reason,
            facts={CASE: submission.key},
            at=at,
        )
    )
    await session.flush()
    matter = await session.get(Matter, ticket.id)
    if matter is None or not matter.details:
        await write(session, city, ticket.number, submission.draft, person, at=at)
    elif submission.draft.details:
        text = submission.draft.details[:LONGEST_NOTE]
        await add_note(session, ticket.number, person, text, at=at)


async def _known(session: AsyncSession, submission: Submission) -> Ticket | None:
    found = await session.scalars(
        select(Ticket).where(
            Ticket.channel == submission.channel, Ticket.external_id == submission.key
        )
    )
    return found.one_or_none()


def _opening(ticket: Ticket, person: Person) -> TicketEvent:
    return TicketEvent(
        ticket_id=ticket.id,
        from_state=None,
        to_state=TicketState.NEW,
        actor=signature(person),
        reason=f"came in by {ticket.channel}",
        act=Act.REGISTER,
        at=ticket.new_at,
    )
