"""三遍访: what service teams brought home from their visits and what became of it.

Four numbers are published together: received, handed over, solved, found unreasonable. The rest of
what was handed over stands beside them, so that nothing is unaccounted for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from reports.answer_rate import Period
from reports.definitions.measure import Measure, Unit
from reports.definitions.tickets import TICKETS_BY_ID
from reports.ticket_counts import TicketCounts
from reports.ticket_facts import Scope
from reports.ticket_tally import tally
from tickets.city import City

# When the visits began.
FIRST_DAY = date(2020, 3, 6)
_SOURCE = "三遍访 as published: received, handed over, solved, unreasonable"


def _share(id_: str, name_zh: str, name_en: str, under: str) -> Measure[TicketCounts]:
    return Measure(
        id=id_,
        version=1,
        name_zh=name_zh,
        name_en=name_en,
        formula=f"solved / {under.replace('_', ' ')}",
        numerator="dispatched, ended, and solved",
        denominator=under.replace("_", " "),
        exclusions="none: unreasonable ones are in the denominator and have a number of their own",
        unit=Unit.SHARE,
        source=_SOURCE,
        over=lambda c: c.of("solved"),
        under=lambda c: c.of(under),
    )


SOLVED: Measure[TicketCounts] = Measure(
    id="visits_solved",
    version=1,
    name_zh="已解决",
    name_en="Solved",
    formula="dispatched tickets solved by the citizen's word or the unit's",
    numerator="dispatched tickets that are solved",
    denominator=None,
    exclusions="unreasonable ones",
    unit=Unit.TICKETS,
    source=_SOURCE,
    over=lambda c: c.of("solved"),
)
UNSOLVED: Measure[TicketCounts] = Measure(
    id="visits_unsolved",
    version=1,
    name_zh="未解决归档",
    name_en="Archived unsolved",
    formula="dispatched tickets that ended without being solved",
    numerator="dispatched tickets that ended without being solved",
    denominator=None,
    exclusions="unreasonable ones",
    unit=Unit.TICKETS,
    source=_SOURCE,
    over=lambda c: c.of("unsolved"),
)
VISIT_MEASURES: tuple[Measure[TicketCounts], ...] = (
    TICKETS_BY_ID["tickets_received"],
    TICKETS_BY_ID["tickets_handed_over"],
    SOLVED,
    TICKETS_BY_ID["tickets_unreasonable"],
    UNSOLVED,
    TICKETS_BY_ID["tickets_in_progress"],
    TICKETS_BY_ID["dispatch_rate"],
    _share("visits_solved_of_handed_over", "解决率（占转办）", "Solved of handed over",
           "handed_over"),
    _share("visits_solved_of_received", "解决率（占收到）", "Solved of received", "received"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visits:
    """The figures of a period by measure id."""

    period: Period
    as_of: datetime
    counts: TicketCounts
    figures: Mapping[str, float | None]

    @property
    def adds_up(self) -> bool:
        """Whether what was handed over is solved, unreasonable, unsolved or still in progress."""
        of = self.counts.of
        parts = of("solved") + of("unreasonable") + of("unsolved") + of("in_progress")
        return parts == of("handed_over")


async def visits(session: AsyncSession, city: City, period: Period) -> Visits:
    """Count the matters of visits as they stand now."""
    as_of = utc_now()
    found = await tally(session, city, period.since, period.until, scope=Scope.VISITS)
    counts = found[None]["total"]
    figures = {measure.id: measure.value(counts) for measure in VISIT_MEASURES}
    return Visits(period, as_of, counts, figures)
