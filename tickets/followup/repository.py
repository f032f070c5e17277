"""All SQL of follow-up. Runs inside the caller's transaction; nothing commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.followup.models import Attempt, FollowUp
from tickets.followup.rules import MOST_ATTEMPTS
from tickets.followup.states import LIVE, FollowUpState
from tickets.life.models import Matter
from tickets.models import Ticket
from tickets.states import TicketState


@dataclass(frozen=True, slots=True)
class Work:
    """One follow-up beside what it is about."""

    follow_up: FollowUp
    ticket: Ticket
    matter: Matter


async def newest_locked(session: AsyncSession, ticket_id: int) -> FollowUp | None:
    """Return the newest follow-up of a ticket, locked; the ticket's own row is locked before."""
    found = await session.scalars(
        select(FollowUp)
        .where(FollowUp.ticket_id == ticket_id)
        .order_by(FollowUp.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def newest(session: AsyncSession, number: str) -> Work | None:
    """Return the newest follow-up of a ticket number, to be shown."""
    rows = await session.execute(
        _work().where(Ticket.number == number).order_by(FollowUp.id.desc()).limit(1)
    )
    return next((Work(one, ticket, matter) for one, ticket, matter in rows), None)


async def attempts(session: AsyncSession, follow_up_id: int) -> Sequence[Attempt]:
    """Return the attempts of a follow-up, oldest first."""
    rows = await session.scalars(
        select(Attempt).where(Attempt.follow_up_id == follow_up_id).order_by(Attempt.id)
    )
    return rows.all()


async def attempt_of_call(session: AsyncSession, uid: str) -> Attempt | None:
    """Return what a call on the switch came to, when that is on record."""
    rows = await session.scalars(select(Attempt).where(Attempt.call_uid == uid))
    return rows.one_or_none()


async def counted_in(session: AsyncSession, follow_up_id: int, half_day: str) -> bool:
    """Whether a half-day has an attempt that counts."""
    found = await session.scalars(
        select(Attempt.id)
        .where(Attempt.follow_up_id == follow_up_id, Attempt.half_day == half_day, Attempt.counts)
        .limit(1)
    )
    return found.first() is not None


async def work_list(
    session: AsyncSession,
    limit: int,
    after: tuple[datetime, int] | None = None,
    *,
    states: Sequence[FollowUpState] = (),
    ready_at: datetime | None = None,
    claimed_by: str | None = None,
) -> Sequence[Work]:
    """Return what is to be done, the earliest due first; `after` is the last one already seen.

    `ready_at` leaves out what is not to be called before a later instant.
    """
    query = _work().where(FollowUp.state.in_(states or list(LIVE)))
    if after is not None:
        query = query.where(tuple_(FollowUp.due_at, FollowUp.id) > after)
    if ready_at is not None:
        query = query.where(FollowUp.not_before <= ready_at)
    if claimed_by is not None:
        query = query.where(FollowUp.claimed_by == claimed_by)
    rows = await session.execute(query.order_by(FollowUp.due_at, FollowUp.id).limit(limit))
    return [Work(one, ticket, matter) for one, ticket, matter in rows]


async def tried_in_vain(session: AsyncSession, at: datetime, limit: int) -> Sequence[str]:
    """Return the tickets whose attempts are used up and whose link had its time."""
    rows = await session.scalars(
        select(Ticket.number)
        .join(FollowUp, FollowUp.ticket_id == Ticket.id)
        .where(FollowUp.state == FollowUpState.WAITING, FollowUp.attempts >= MOST_ATTEMPTS)
        .where(FollowUp.not_before <= at)
        .order_by(FollowUp.due_at)
        .limit(limit)
    )
    return rows.all()


async def passed_over_before(session: AsyncSession, before: datetime, limit: int) -> Sequence[str]:
    """Return the tickets that were passed over before an instant and are not archived yet."""
    rows = await session.scalars(
        select(Ticket.number)
        .join(FollowUp, FollowUp.ticket_id == Ticket.id)
        .where(FollowUp.state == FollowUpState.NOT_DUE, ~FollowUp.archived)
        .where(FollowUp.opened_at < before)
        .where(Ticket.state.in_([TicketState.DONE, TicketState.ANSWERED]))
        # A call that still lasts decides later what its ticket is.
        .where(Ticket.call_uid.is_(None) | Ticket.outcome.is_not(None))
        .order_by(FollowUp.opened_at)
        .limit(limit)
    )
    return rows.all()


def _work() -> Select[FollowUp, Ticket, Matter]:
    return (
        select(FollowUp, Ticket, Matter)
        .join(Ticket, Ticket.id == FollowUp.ticket_id)
        .join(Matter, Matter.ticket_id == Ticket.id)
    )
