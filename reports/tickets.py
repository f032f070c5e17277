"""工单报表: tickets of a period by unit, category, channel or another side, with all measures."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from reports.answer_rate import Period
from reports.definitions.tickets import TICKET_MEASURES
from reports.ticket_counts import TicketCounts
from reports.ticket_facts import Scope
from reports.ticket_sides import TicketGrouping
from reports.ticket_tally import counts_by, tally
from tickets.city import City


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One group of tickets: its key ('' has none), what it adds up to and its figures."""

    key: str
    counts: TicketCounts
    figures: dict[str, float | None]

    @classmethod
    def of(cls, key: str, counts: TicketCounts) -> "TicketRow":
        """Compute every figure of a group."""
        return cls(key, counts, {measure.id: measure.value(counts) for measure in TICKET_MEASURES})


@dataclass(frozen=True, slots=True)
class TicketReport:
    """The rows, most tickets first, and all tickets together."""

    period: Period
    grouping: TicketGrouping
    scope: Scope
    as_of: datetime
    rows: list[TicketRow]
    total: TicketRow


async def ticket_report(
    session: AsyncSession,
    city: City,
    period: Period,
    grouping: TicketGrouping,
    scope: Scope = Scope.CITIZENS,
) -> TicketReport:
    """Count the tickets as they stand now."""
    as_of = utc_now()
    found = await tally(session, city, period.since, period.until, [grouping], scope)
    return TicketReport(
        period=period,
        grouping=grouping,
        scope=scope,
        as_of=as_of,
        rows=[TicketRow.of(key, counts) for key, counts in counts_by(found, grouping).items()],
        total=TicketRow.of("total", found[None]["total"]),
    )
