"""半年通报: calls and the flow of tickets beside the same half-year before.

"Time cut by" and "speed up by" are two readings of one change and two numbers; both are given.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from reports.answer_rate import Period
from reports.definitions import BY_ID
from reports.definitions.tickets import TICKETS_BY_ID
from reports.rollups import total
from reports.ticket_tally import tally
from reports.year_on_year import Change, year_before
from tickets.city import City

_OF_CALLS = ("arrivals", "answered", "answer_rate_gross", "mean_talk")
_OF_TICKETS = (
    "tickets_received", "tickets_handed_over", "dispatch_rate", "handling_on_time", "flow_days",
    "flow_days_unpaused", "flow_workdays", "handling_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HalfYear:
    """Both half-years, measure by measure."""

    period: Period
    before: Period
    as_of: datetime
    changes: list[Change]


async def half_year(session: AsyncSession, city: City, period: Period) -> HalfYear:
    """Count both half-years as they stand now."""
    as_of, before = utc_now(), year_before(period)
    changes = []
    calls, calls_before = [await total(session, p.since, p.until) for p in (period, before)]
    for name in _OF_CALLS:
        measure = BY_ID[name]
        changes.append(Change(measure, measure.value(calls), measure.value(calls_before)))
    now, then = [
        (await tally(session, city, p.since, p.until))[None]["total"] for p in (period, before)
    ]
    for name in _OF_TICKETS:
        of_tickets = TICKETS_BY_ID[name]
        changes.append(Change(of_tickets, of_tickets.value(now), of_tickets.value(then)))
    return HalfYear(period, before, as_of, changes)
