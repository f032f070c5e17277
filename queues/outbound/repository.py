"""All SQL of the calls we make. Runs inside the caller's transaction; nothing commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from queues.journal import JournalKind
from queues.models import Call, Stream, SwitchEvent, SwitchFile
from queues.outbound.models import OutboundCall
from queues.outbound.story import OutboundStory
from queues.outbound.words import KINDS, Way
from tickets.followup.models import FollowUp
from tickets.followup.rules import MOST_ATTEMPTS
from tickets.followup.states import FollowUpState
from tickets.life.models import Matter
from tickets.models import Ticket

_TOLD_BY = [*KINDS, JournalKind.OUTBOUND_ANSWER]


async def lines_of(session: AsyncSession, uid: str) -> Sequence[tuple[Stream, str]]:
    """Return (stream, line) of all that was written about a call of ours."""
    rows = await session.execute(
        select(SwitchFile.stream, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(SwitchEvent.call_uid == uid, SwitchEvent.kind.in_(_TOLD_BY))
        .order_by(SwitchEvent.at, SwitchEvent.file_id, SwitchEvent.pos)
    )
    return [(stream, line) for stream, line in rows]


async def save(session: AsyncSession, uid: str, story: OutboundStory) -> None:
    """Write what the lines tell; a call that has taken effect is a record."""
    values = {
        "rang_at": story.rang_at,
        "reached_at": story.reached_at,
        "ended_at": story.ended_at,
        "ending": story.ending,
        "answers": story.answers,
    }
    await session.execute(
        update(OutboundCall)
        .where(OutboundCall.uid == uid, OutboundCall.settled_at.is_(None))
        .values(values)
    )


async def calls_about(session: AsyncSession, ticket_id: int) -> Sequence[OutboundCall]:
    """Return the calls that were made about a ticket, oldest first."""
    rows = await session.scalars(
        select(OutboundCall)
        .where(OutboundCall.ticket_id == ticket_id)
        .order_by(OutboundCall.placed_at)
    )
    return rows.all()


async def unsettled(session: AsyncSession, node: str) -> Sequence[OutboundCall]:
    """Return the calls of a node that last, or have not taken effect."""
    rows = await session.scalars(
        select(OutboundCall)
        .where(OutboundCall.node == node, OutboundCall.settled_at.is_(None))
        .order_by(OutboundCall.placed_at)
    )
    return rows.all()


async def lock(session: AsyncSession, uid: str) -> tuple[OutboundCall, str] | None:
    """Lock a call that has not taken effect, with its ticket's number; None for any other."""
    rows = await session.execute(
        select(OutboundCall, Ticket.number)
        .join(Ticket, Ticket.id == OutboundCall.ticket_id)
        .where(OutboundCall.uid == uid, OutboundCall.settled_at.is_(None))
        .with_for_update(of=OutboundCall)
        .execution_options(populate_existing=True)
    )
    found = rows.one_or_none()
    return (found[0], found[1]) if found else None


async def to_be_asked(
    session: AsyncSession, types: Sequence[str], at: datetime, limit: int
) -> Sequence[str]:
    """Return the tickets whose citizens are to be called automatically, the earliest due first.

    Nobody is called who speaks with us now, and nobody whose matter a person has to look at.
    """
    number = func.coalesce(Matter.contact_phone, Ticket.caller)
    on_the_line = select(Call.uid).where(Call.ended_at.is_(None), Call.caller == number)
    rows = await session.scalars(
        select(Ticket.number)
        .join(FollowUp, FollowUp.ticket_id == Ticket.id)
        .join(Matter, Matter.ticket_id == Ticket.id)
        .where(FollowUp.state == FollowUpState.WAITING, FollowUp.why.is_(None))
        .where(FollowUp.attempts < MOST_ATTEMPTS, FollowUp.not_before <= at)
        .where(Matter.type.in_(types), ~on_the_line.exists())
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(limit)
    )
    return rows.all()


async def automatic_now(session: AsyncSession) -> int:
    """Return how many automatic calls are under way, of all nodes."""
    found = await session.scalar(
        select(func.count())
        .select_from(OutboundCall)
        .where(OutboundCall.way == Way.AUTOMATIC, OutboundCall.ended_at.is_(None))
    )
    return found or 0
