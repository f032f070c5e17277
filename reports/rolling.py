"""连续24小时接通率: whether 95 % were answered in any 24 hours, as GB/T 33358-2016 asks.

A window ends at each full hour of the period and so begins up to a day before it. Days that
are fine on their own can hide a bad night between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local, midnight, utc_now
from reports.answer_rate import Period
from reports.counts import Counts
from reports.definitions import BY_ID, Measure
from reports.rollups import counted
from reports.selections import Grouping

REQUIRED = 0.95
WINDOW = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_KEY = "%Y-%m-%d %H:00"


@dataclass(frozen=True, slots=True)
class Window:
    """The 24 hours up to `end`; `value` is None when nobody asked for a human in them."""

    end: datetime
    counts: Counts
    value: float | None

    @property
    def begin(self) -> datetime:
        """When it begins."""
        return self.end - WINDOW

    @property
    def falls_short(self) -> bool:
        """Whether fewer were answered than the standard asks for."""
        return self.value is not None and self.value < REQUIRED


@dataclass(frozen=True, slots=True)
class Rolling:
    """All windows that end in a period and are over, oldest first, with what they are measured by.

    `worst` is None when nobody asked for a human at all.
    """

    period: Period
    measure: Measure
    as_of: datetime
    windows: list[Window]

    @property
    def worst(self) -> Window | None:
        """The window with the lowest value, the first of several."""
        known = [window for window in self.windows if window.value is not None]
        return min(known, key=lambda window: window.value or 0.0, default=None)

    @property
    def short(self) -> list[Window]:
        """The windows that fall short."""
        return [window for window in self.windows if window.falls_short]


async def rolling(
    session: AsyncSession, period: Period, measure: str = "answer_rate_gross"
) -> Rolling:
    """Compute a share over each 24 hours that end at a full hour of the period.

    Calls still running are in no window's share. Raises KeyError for an unknown measure.
    """
    as_of, by = utc_now(), BY_ID[measure]
    the_day_before = period.since - timedelta(days=1)
    hours = await counted(session, the_day_before, period.until, Grouping.HOUR)
    windows = _windows(hours, midnight(the_day_before), midnight(period.until))
    over = [Window(end, counts, by.value(counts)) for end, counts in windows if end <= as_of]
    return Rolling(period, by, as_of, over)


def _windows(
    hours: dict[str, Counts], since: datetime, until: datetime
) -> list[tuple[datetime, Counts]]:
    """Add up every 24 hours in a row; the first window ends an hour after the period begins."""
    starts = [since + n * _HOUR for n in range(int((until - since) / _HOUR))]
    ones = [hours.get(local(start).strftime(_KEY), Counts()) for start in starts]
    # By doubling: a half-year takes five additions for each hour and not twenty-three.
    twos = _beside(ones, ones, 1)
    fours = _beside(twos, twos, 2)
    eights = _beside(fours, fours, 4)
    sixteens = _beside(eights, eights, 8)
    days = _beside(sixteens, eights, 16)
    return [(start + WINDOW, day) for start, day in zip(starts[1:], days[1:], strict=False)]


def _beside(first: Sequence[Counts], second: Sequence[Counts], apart: int) -> list[Counts]:
    return [one + other for one, other in zip(first, second[apart:], strict=False)]
