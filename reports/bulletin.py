"""季度通告: what a city publishes of a quarter's matters, every sum beside its parts.

Tickets by channel, by nature, and by what became of them are three ways to cut one number; the
bulletin says itself whether they agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from reports.answer_rate import Period
from reports.counts import Counts
from reports.definitions import BY_ID
from reports.definitions.measure import Measure
from reports.definitions.tickets import TICKETS_BY_ID
from reports.rollups import total
from reports.ticket_counts import TicketCounts
from reports.ticket_sides import TicketGrouping
from reports.ticket_tally import counts_by, tally
from reports.year_on_year import Change, year_before
from tickets.city import City

TOPICS_SHOWN = 5
CALL_MEASURE = BY_ID["answer_rate_gross"]
TICKET_FIGURES = tuple(
    TICKETS_BY_ID[name]
    for name in (
        "tickets_received", "tickets_answered_online", "online_answer_rate",
        "tickets_handed_over", "dispatch_rate", "tickets_undecided", "handling_on_time",
        "overall_satisfaction", "follow_up_calls",
    )
)  # fmt: skip
_BY = (TicketGrouping.CHANNEL, TicketGrouping.NATURE, TicketGrouping.CATEGORY)


@dataclass(frozen=True, slots=True)
class Topic:
    """A category, its tickets now and a year before."""

    code: str
    name: str
    now: int
    before: int

    @property
    def change(self) -> float | None:
        """(now − before) / before."""
        return (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The quarter; `figures` by measure id, `received` compared with the year before."""

    period: Period
    before: Period
    as_of: datetime
    received: Change
    figures: Mapping[str, float | None]
    counts: TicketCounts
    calls: Counts
    channels: Mapping[str, int]
    natures: Mapping[str, int]
    topics: list[Topic]

    @property
    def adds_up(self) -> bool:
        """Whether channels, natures and what became of them each sum to the tickets received."""
        received, of = self.counts.of("received"), self.counts.of
        fates = of("answered_online") + of("handed_over") + of("undecided")
        sums = (sum(self.channels.values()), sum(self.natures.values()), fates)
        return all(parts == received for parts in sums) and self.calls.unexplained == 0

    @property
    def measures(self) -> tuple[Measure[TicketCounts] | Measure[Counts], ...]:
        """What the figures mean, in their order."""
        return (*TICKET_FIGURES, CALL_MEASURE)


async def bulletin(session: AsyncSession, city: City, period: Period) -> Bulletin:
    """Count a quarter's tickets and calls as they stand now, and the year before's."""
    as_of, before = utc_now(), year_before(period)
    now = await tally(session, city, period.since, period.until, _BY)
    then = await tally(session, city, before.since, before.until, (TicketGrouping.CATEGORY,))
    calls = await total(session, period.since, period.until)
    counts, earlier = now[None]["total"], then[None]["total"]
    received = TICKETS_BY_ID["tickets_received"]
    figures = {measure.id: measure.value(counts) for measure in TICKET_FIGURES}
    return Bulletin(
        period=period,
        before=before,
        as_of=as_of,
        received=Change(received, received.value(counts), received.value(earlier)),
        figures=figures | {CALL_MEASURE.id: CALL_MEASURE.value(calls)},
        counts=counts,
        calls=calls,
        channels=_numbers(counts_by(now, TicketGrouping.CHANNEL)),
        natures=_numbers(counts_by(now, TicketGrouping.NATURE)),
        topics=_topics(city, counts_by(now, _BY[2]), then[TicketGrouping.CATEGORY]),
    )


def _numbers(rows: Mapping[str, TicketCounts]) -> dict[str, int]:
    return {key: counts.of("received") for key, counts in rows.items()}


def _topics(
    city: City, now: Mapping[str, TicketCounts], before: Mapping[str, TicketCounts]
) -> list[Topic]:
    named = [code for code in now if code in city.routes.categories]
    return [
        Topic(
            code=code,
            name=city.routes.categories[code].name,
            now=now[code].of("received"),
            before=before.get(code, TicketCounts()).of("received"),
        )
        for code in named[:TOPICS_SHOWN]
    ]
