"""重复来电: how many callers asked for a human again soon, day by day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from queues.models import Call
from reports.answer_rate import Period
from reports.definitions.measure import Measure
from reports.definitions.repeats import REPEATS, RepeatCounts
from reports.selections import SELECTIONS
from tickets.models import Ticket

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """A day, or all of them: what was counted and its figures."""

    key: str
    counts: RepeatCounts
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class RepeatReport:
    """The days on which anybody asked for a human, and all of them together."""

    period: Period
    as_of: datetime
    rows: list[RepeatRow]
    total: RepeatRow
    definitions: tuple[Measure[RepeatCounts], ...]


async def repeat_report(session: AsyncSession, period: Period) -> RepeatReport:
    """Compute the report from the calls themselves and those of the week before them."""
    as_of = utc_now()
    before = func.lag(Call.started_at).over(
        partition_by=Ticket.caller, order_by=(Call.started_at, Call.uid)
    )
    asked = (
        select(Call.day, (Call.started_at - before).label("since"))
        .join(Ticket, Ticket.call_uid == Call.uid)
        .where(Call.day >= period.since - _WEEK - _DAY, Call.day < period.until)
        .where(SELECTIONS["human_requests"], Ticket.caller.is_not(None))
        .subquery()
    )
    query = (
        select(
            asked.c.day,
            func.count(),
            func.count().filter(asked.c.since <= _DAY),
            func.count().filter(asked.c.since <= _WEEK),
        )
        .where(asked.c.day >= period.since)
        .group_by(asked.c.day)
        .order_by(asked.c.day)
    )
    days = {str(day): RepeatCounts(*counts) for day, *counts in await session.execute(query)}
    rows = [_row(day, counts) for day, counts in days.items()]
    return RepeatReport(
        period, as_of, rows, _row("total", sum(days.values(), RepeatCounts())), REPEATS
    )


def _row(key: str, counts: RepeatCounts) -> RepeatRow:
    return RepeatRow(key, counts, {m.id: m.value(counts) for m in REPEATS})
