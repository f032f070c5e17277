"""The SQL that reports share, over the ledger's `call` table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Float, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from queues.models import Call, LedgerPosition, SwitchEvent
from recordings.models import Recording, RecordingState
from tickets.models import Ticket

# The position of a call in every list: newest first, `uid` where two began in one microsecond.
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class CallInList:
    """A call with the number of its ticket and the state of its recording."""

    call: Call
    ticket_number: str | None
    recording: RecordingState | None


async def newest_calls(
    session: AsyncSession,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    before: Place | None,
) -> list[CallInList]:
    """Return calls that fulfil all conditions, newest first, from just before a place."""
    query = _calls().where(*conditions).limit(limit)
    if before is not None:
        query = query.where(tuple_(Call.started_at, Call.uid) < before)
    return [CallInList(*row) for row in await session.execute(query)]


async def call_with_uid(session: AsyncSession, uid: str) -> CallInList | None:
    """Return one call."""
    row = (await session.execute(_calls().where(Call.uid == uid))).one_or_none()
    return CallInList(*row) if row else None


async def events_of(session: AsyncSession, uid: str) -> Sequence[SwitchEvent]:
    """Return the switch's own lines about a call, in time."""
    events = await session.scalars(
        select(SwitchEvent)
        .where(SwitchEvent.call_uid == uid)
        .order_by(SwitchEvent.at.nulls_last(), SwitchEvent.file_id, SwitchEvent.pos)
    )
    return events.all()


async def recording_of(session: AsyncSession, uid: str) -> Recording | None:
    """Return what became of a call's recording."""
    return await session.get(Recording, uid)


async def first_day(session: AsyncSession) -> date | None:
    """Return the day of the first call that is known, None when there is none."""
    first: date | None = await session.scalar(select(func.min(Call.day)))
    return first


async def ledger_silence(session: AsyncSession) -> tuple[float | None, int]:
    """Return the seconds since the least lately read file was looked at, and all unread bytes."""
    query = select(
        func.date_part("epoch", func.now() - func.min(LedgerPosition.seen_at), type_=Float),
        func.coalesce(func.sum(LedgerPosition.unread_bytes), 0),
    )
    silent, unread = (await session.execute(query)).one()
    return silent, int(unread)


def _calls() -> Select[Call, str, RecordingState]:
    return (
        select(Call, Ticket.number, Recording.state)
        .outerjoin(Ticket, Ticket.call_uid == Call.uid)
        .outerjoin(Recording, Recording.call_uid == Call.uid)
        .order_by(Call.started_at.desc(), Call.uid.desc())
    )
