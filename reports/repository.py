"""The SQL that reports share, over the ledger's `call` table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from queues.models import Call, LedgerPosition, SwitchEvent
from recordings.models import Recording, RecordingState
from reports.counts import Counts
from reports.selections import (
    ABANDONED_IN_TIME,
    ANSWERED,
    ANSWERED_IN_TIME,
    ANSWERED_IN_TIME_OF_CALL,
    GAVE_UP,
    QUEUED,
    RATED,
    RUNNING,
    SATISFIED,
    UNEXPLAINED,
    Grouping,
    reached,
    row_key,
    waited,
)
from tickets.models import Ticket
from tickets.outcomes import Outcome

# The position of a call in every list: newest first, `uid` where two began in one microsecond.
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class CallInList:
    """A call with the number of its ticket and the state of its recording."""

    call: Call
    ticket_number: str | None
    recording: RecordingState | None


@dataclass(frozen=True, slots=True)
class Count:
    """The calls of one row key and one class; `misfits` of them are in no class."""

    key: str
    misfits: int
    counts: Counts


async def count_calls(
    session: AsyncSession, since: date, until: date, grouping: Grouping
) -> Sequence[Count]:
    """Count the calls of [since, until) by row key and class."""
    key = row_key(grouping).label("key")
    query = (
        select(
            key,
            Call.outcome,
            func.count().filter(UNEXPLAINED).label("misfits"),
            *(amount.label(name) for name, amount in _AMOUNTS.items()),
        )
        .where(Call.day >= since, Call.day < until)
        .group_by(key, Call.outcome)
        .order_by(key)
    )
    return [_count(*row) for row in await session.execute(query)]


def _count(key: str, outcome: Outcome | None, misfits: int, *amounts: Any) -> Count:
    told = dict(zip(_AMOUNTS, amounts, strict=True))
    classes = {outcome: told["arrivals"]} if outcome is not None else {}
    return Count(key, misfits, Counts(classes=classes, **told))


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


def _sum(value: ColumnElement[Any], where: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(value).filter(where), 0)


# Everything that `Counts` holds but for the classes, by its name.
_AMOUNTS: Mapping[str, ColumnElement[Any]] = {
    "arrivals": func.count(),
    "running": func.count().filter(RUNNING),
    "requests": _sum(Call.queue_visits.expression, Call.ended_at.is_not(None)),
    "queued": func.count().filter(QUEUED),
    "answered_in_time": func.count().filter(ANSWERED_IN_TIME),
    "answered_in_time_of_call": func.count().filter(ANSWERED_IN_TIME_OF_CALL),
    "abandoned_in_time": func.count().filter(ABANDONED_IN_TIME),
    "waited": _sum(waited(), ANSWERED),
    "waited_abandoned": _sum(waited(), GAVE_UP),
    "waited_all": _sum(Call.wait_seconds.expression, QUEUED),
    "reached": _sum(reached(), ANSWERED),
    "talked": _sum(Call.talk_seconds.expression, ANSWERED),
    "rated": func.count().filter(RATED),
    "satisfied": func.count().filter(SATISFIED),
    "longest_wait": func.max(Call.wait_seconds).filter(QUEUED),
    "longest_talk": func.max(Call.talk_seconds).filter(ANSWERED),
}
