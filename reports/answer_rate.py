"""接通率: how many of those who asked for a human got one, by day, hour, line or queue.

Every number of the report can be walked back to its calls with `calls_behind`, and the report says
itself whether its classes add up.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from queues.models import Call
from reports import repository
from reports.counts import Counts
from reports.definitions import MEASURES, CallMeasure
from reports.hearing import heard
from reports.repository import CallInList, Place
from reports.rollups import counted
from reports.selections import SELECTIONS, Grouping, row_key
from reports.witness import Witness

_OFFENDERS_SHOWN = 100


class UnknownSelection(HotlineError):
    """Nobody counts calls by that name."""

    slug = "unknown-selection"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no number {name!r}. Choose one of: {', '.join(SELECTIONS)}.")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days (Asia/Shanghai) from `since` up to but not including `until`.

    A call belongs to the day it began, also when it ended on the next.
    """

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise EmptyPeriod(self)

    @classmethod
    def through(cls, first: date, last: date) -> "Period":
        """Return the period as people say it, both days included. Raises EmptyPeriod."""
        return cls(first, last + timedelta(days=1))

    @property
    def last(self) -> date:
        """The last day that counts."""
        return self.until - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days


class EmptyPeriod(HotlineError):
    """A period that contains no day."""

    slug = "empty-period"

    def __init__(self, period: Period) -> None:
        super().__init__(
            f"From {period.since} to {period.last} there is no day: the last lies before the first."
        )


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One group of calls: its key ('' is no queue), what it adds up to and its figures."""

    key: str
    counts: Counts
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """The report with all that is needed to judge it.

    `as_of` is when it was computed, `total.counts.running` how many calls were still going on,
    `total.counts.late` how many changed after they had been handed on, `offenders` the calls that
    break an identity (Σ classes = arrivals − running, and each class with what its calls did),
    `witness` what the switch's own lines say, as of its own instant.
    """

    period: Period
    grouping: Grouping
    as_of: datetime
    rows: list[ReportRow]
    total: ReportRow
    definitions: tuple[CallMeasure, ...]
    offenders: list[CallInList]
    witness: Witness

    @property
    def adds_up(self) -> bool:
        """Whether every ended call of every row is in exactly one of the sixteen classes, and the
        lines of the switch tell of the same arrivals and answers."""
        explained = all(row.counts.unexplained == 0 for row in self.rows)
        return explained and not self.offenders and not self.witness.doubts


async def answer_rate(session: AsyncSession, period: Period, grouping: Grouping) -> AnswerRate:
    """Compute the report from the ledger's calls as they are now."""
    as_of = utc_now()
    counts = await counted(session, period.since, period.until, grouping)
    offenders = []
    # Counted and not reckoned: two faults of opposite sign must not hide each other.
    if any(group.misfits for group in counts.values()):
        offenders = await calls_behind(session, period, "misfits", limit=_OFFENDERS_SHOWN)
    return AnswerRate(
        period=period,
        grouping=grouping,
        as_of=as_of,
        rows=[_row(key, group) for key, group in counts.items()],
        total=_row("total", sum(counts.values(), Counts())),
        definitions=MEASURES,
        offenders=offenders,
        witness=await heard(session, period.since, period.until),
    )


async def calls_behind(
    session: AsyncSession,
    period: Period,
    selection: str,
    grouping: Grouping | None = None,
    key: str | None = None,
    limit: int = 50,
    before: Place | None = None,
) -> list[CallInList]:
    """Return the calls that a number of the report counted, newest first.

    `selection` is one of the sixteen classes or another name in SELECTIONS; without grouping and
    key it is a number of the total row. Raises UnknownSelection.
    """
    if selection not in SELECTIONS:
        raise UnknownSelection(selection)
    conditions = [Call.day >= period.since, Call.day < period.until, SELECTIONS[selection]]
    if grouping is not None and key is not None:
        conditions.append(row_key(grouping) == key)
    return await repository.newest_calls(session, conditions, limit, before)


def _row(key: str, counts: Counts) -> ReportRow:
    return ReportRow(key, counts, {measure.id: measure.value(counts) for measure in MEASURES})
