"""回拨: how call-backs were kept, day by day, and the call-backs behind each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Float, and_, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import SHANGHAI, midnight, utc_now
from queues.callbacks.models import Callback, CallbackSource
from queues.callbacks.states import LIVE, CallbackState
from queues.callbacks.uids import Try
from queues.models import Call
from recordings.models import Recording
from reports.answer_rate import Period
from reports.definitions.callbacks import CALLBACKS, CallbackCounts, CallbackMeasure
from reports.repository import Place
from reports.rollups import counted
from reports.selections import Grouping
from tickets.outcomes import Outcome

_IN_24H = timedelta(hours=24)
_REACHED = Callback.state == CallbackState.REACHED
_LIVE = Callback.state.in_(LIVE)
_ASKED = Callback.source == CallbackSource.ASKED
_ORDERED = Callback.source == CallbackSource.ABANDONED


class Behind(StrEnum):
    """The numbers of the report that can be walked back to their call-backs."""

    ALL = "all"
    PROMISED = "promised"
    LIVE = "live"
    REACHED = "reached"
    REACHED_IN_TIME = "reached_in_time"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ORDERED = "ordered"
    ORDERED_REACHED = "ordered_reached"


# Counting and listing share the condition, so that a list is always as long as its number.
CONDITIONS: Mapping[Behind, ColumnElement[bool]] = {
    Behind.ALL: true(),
    Behind.PROMISED: _ASKED,
    Behind.LIVE: and_(_ASKED, _LIVE),
    Behind.REACHED: and_(_ASKED, _REACHED),
    Behind.REACHED_IN_TIME: and_(_ASKED, _REACHED, Callback.reached_at <= Callback.promised_until),
    Behind.NOT_REACHED: and_(_ASKED, Callback.state == CallbackState.NOT_REACHED),
    # What a person settled is needed no more as well.
    Behind.CANCELLED: and_(
        _ASKED, Callback.state.in_((CallbackState.CANCELLED, CallbackState.SETTLED))
    ),
    Behind.EXPIRED: and_(_ASKED, Callback.state == CallbackState.EXPIRED),
    Behind.ORDERED: _ORDERED,
    Behind.ORDERED_REACHED: and_(_ORDERED, _REACHED),
}


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A day, or all of them: what was counted and its figures."""

    key: str
    counts: CallbackCounts
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class CallbackReport:
    """Days on which anything was promised or asked for, and all of them together."""

    period: Period
    as_of: datetime
    rows: list[CallbackRow]
    total: CallbackRow
    definitions: tuple[CallbackMeasure, ...]


async def callback_report(session: AsyncSession, period: Period) -> CallbackReport:
    """Compute the report. A call-back belongs to the day it was promised or ordered, and counts in
    the answer rate with its call."""
    as_of = utc_now()
    days = await _promised(session, period)
    calls = await counted(session, period.since, period.until, Grouping.DAY)
    later = await _reached_later(session, period)
    for day in calls.keys() | later.keys():
        days[day] = replace(
            days.get(day, CallbackCounts()),
            answered=calls[day].of(Outcome.ANSWERED) if day in calls else 0,
            human_requests=calls[day].human_requests if day in calls else 0,
            reached_in_24h=later.get(day, 0),
        )
    rows = [_row(day, counts) for day, counts in sorted(days.items())]
    total = _row("total", sum(days.values(), CallbackCounts()))
    return CallbackReport(period, as_of, rows, total, CALLBACKS)


async def list_callbacks(
    session: AsyncSession,
    period: Period,
    behind: Behind = Behind.ALL,
    limit: int = 50,
    before: Place | None = None,
) -> Sequence[Callback]:
    """Return the call-backs that a number counted, newest promise first."""
    query = (
        select(Callback)
        .where(*_of(period), CONDITIONS[behind])
        .order_by(Callback.taken_at.desc(), Callback.call_uid.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(Callback.taken_at, Callback.call_uid) < before)
    return (await session.scalars(query)).all()


async def talk_of(session: AsyncSession, callback: Callback) -> Recording | None:
    """Return the recording of the talk in which a citizen was reached, None when there is none."""
    return await session.get(Recording, Try(callback.call_uid, callback.tries).uid)


def _of(period: Period) -> tuple[ColumnElement[bool], ...]:
    begin, end = midnight(period.since), midnight(period.until)
    return (Callback.taken_at >= begin, Callback.taken_at < end)


async def _promised(session: AsyncSession, period: Period) -> dict[str, CallbackCounts]:
    day = func.to_char(func.timezone(SHANGHAI.key, Callback.taken_at), "YYYY-MM-DD")
    reached = CONDITIONS[Behind.REACHED]
    took = func.date_part("epoch", Callback.reached_at - Callback.taken_at, type_=Float)
    counts = [
        func.count().filter(condition).label(behind)
        for behind, condition in CONDITIONS.items()
        if behind is not Behind.ALL
    ]
    query = (
        select(
            day.label("day"),
            *counts,
            func.coalesce(func.sum(took).filter(reached), 0.0).label("seconds_to_reach"),
        )
        .where(*_of(period))
        .group_by(day)
    )
    rows = (await session.execute(query)).mappings()
    return {r["day"]: CallbackCounts(**{k: v for k, v in r.items() if k != "day"}) for r in rows}


async def _reached_later(session: AsyncSession, period: Period) -> dict[str, int]:
    """Count, by day, calls that nobody answered and whose caller was reached within 24 h."""
    day = func.to_char(Call.day, "YYYY-MM-DD")
    query = (
        select(day, func.count())
        .join(Callback, Callback.call_uid == Call.uid)
        .where(Call.day >= period.since, Call.day < period.until)
        .where(Call.outcome != Outcome.ANSWERED, Call.human_requested_at.is_not(None), _REACHED)
        .where(Callback.reached_at <= Call.ended_at + _IN_24H)
        .group_by(day)
    )
    return {str(key): count for key, count in await session.execute(query)}


def _row(key: str, counts: CallbackCounts) -> CallbackRow:
    return CallbackRow(key, counts, {m.id: m.value(counts) for m in CALLBACKS})
