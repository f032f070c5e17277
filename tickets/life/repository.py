"""All SQL of a ticket's life: load it locked, keep what a move changed, list who holds what."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.clock import utc_now
from tickets.life.models import Follower, Hop, Matter, RunningClock, Task
from tickets.life.picture import Picture
from tickets.models import Ticket, TicketEvent
from tickets.states import TicketState


async def lock(session: AsyncSession, *numbers: str) -> list[Picture]:
    """Load tickets for a move, in an order all takers share; unknown numbers are left out.

    The ticket's row lock makes the next mover wait and then see what this one did.
    """
    tickets = await session.scalars(
        select(Ticket)
        .where(Ticket.number.in_(numbers))
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [await _picture(session, ticket) for ticket in tickets.all()]


async def look(session: AsyncSession, number: str) -> Picture | None:
    """Load a ticket to show it; nothing is locked and nothing may be changed."""
    found = await session.scalars(select(Ticket).where(Ticket.number == number))
    ticket = found.one_or_none()
    return await _picture(session, ticket) if ticket else None


async def keep(session: AsyncSession, picture: Picture) -> None:
    """Write what a move changed, then what it added: an open task must end before the next one."""
    await session.flush()
    session.add_all(picture.tasks)
    session.add_all(picture.clocks)
    session.add_all(picture.followers)
    if picture.hop is not None:
        session.add(picture.hop)
    await session.flush()


async def tell(session: AsyncSession, event: TicketEvent) -> None:
    """Append one line to a ticket's story."""
    session.add(event)
    await session.flush()


async def hops(session: AsyncSession, ticket_id: int) -> Sequence[Hop]:
    """Return who held a ticket when, oldest first."""
    rows = await session.scalars(select(Hop).where(Hop.ticket_id == ticket_id).order_by(Hop.id))
    return rows.all()


async def all_tasks(session: AsyncSession, ticket_id: int) -> Sequence[Task]:
    """Return the tasks of a ticket, the ended ones too, oldest first."""
    rows = await session.scalars(select(Task).where(Task.ticket_id == ticket_id).order_by(Task.id))
    return rows.all()


async def main_of(session: AsyncSession, number: str) -> str | None:
    """Return the number of the ticket into which this one is merged."""
    merged, main = aliased(Ticket), aliased(Ticket)
    found: str | None = await session.scalar(
        select(main.number)
        .join(Follower, Follower.main_id == main.id)
        .join(merged, merged.id == Follower.from_id)
        .where(merged.number == number, Follower.ended_at.is_(None))
    )
    return found


async def suspended_until(session: AsyncSession, day: date) -> Sequence[str]:
    """Return the suspended tickets whose review date is this day or an earlier one."""
    rows = await session.scalars(
        select(Ticket.number)
        .join(Matter, Matter.ticket_id == Ticket.id)
        .where(Ticket.state == TicketState.SUSPENDED, Matter.review_on <= day)
        .order_by(Ticket.id)
    )
    return rows.all()


async def _picture(session: AsyncSession, ticket: Ticket) -> Picture:
    tasks = await session.scalars(
        select(Task)
        .where(Task.ticket_id == ticket.id, Task.ended_at.is_(None))
        .order_by(Task.id)
        .execution_options(populate_existing=True)
    )
    clocks = await session.scalars(
        select(RunningClock)
        .where(RunningClock.ticket_id == ticket.id)
        .order_by(RunningClock.id)
        .execution_options(populate_existing=True)
    )
    hop = await session.scalars(
        select(Hop)
        .where(Hop.ticket_id == ticket.id, Hop.until_at.is_(None))
        .execution_options(populate_existing=True)
    )
    followers = await session.scalars(
        select(Follower)
        .where(Follower.main_id == ticket.id, Follower.ended_at.is_(None))
        .order_by(Follower.id)
        .execution_options(populate_existing=True)
    )
    return Picture(
        ticket=ticket,
        matter=await _matter(session, ticket.id),
        tasks=list(tasks.all()),
        clocks=list(clocks.all()),
        hop=hop.one_or_none(),
        followers=list(followers.all()),
    )


async def _matter(session: AsyncSession, ticket_id: int) -> Matter:
    """Return the matter of a ticket, an empty one when nobody has written it yet."""
    found = await session.scalars(
        select(Matter)
        .where(Matter.ticket_id == ticket_id)
        .execution_options(populate_existing=True)
    )
    return found.one_or_none() or Matter(ticket_id=ticket_id, **_EMPTY, changed_at=utc_now())


# What the database would fill in; needed before that, by the guards.
_EMPTY = {
    "version": 0, "enterprise": False, "title": "", "details": "", "address": "",
    "contact_name": "",
    "duplicates_checked": False, "answer": "", "public_reply": "", "dispatches": 0,
    "adjudicated": False, "appealed": False, "extended": 0, "suspended_days": 0, "redos": 0,
    "supervision": 0, "attempts": 0, "urges": 0,
}  # fmt: skip
