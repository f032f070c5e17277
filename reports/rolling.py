"""连续24小时接通率: whether 95 % were answered in any 24 hours, as GB/T 33358-2016 asks.

A window ends at each full hour of the period and so begins up to a day before it. Days that
are fine on their own can hide a bad night between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local, midnight, utc_now
from reports.answer_rate import Period
from reports.counts import Counts
from reports.definitions import BY_ID, CallMeasure, Unit
from reports.rollups import counted
from reports.selections import Grouping

REQUIRED = 0.95
WINDOW = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_NOTHING = Counts()
_KEY = "%Y-%m-%d %H:00"


@dataclass(frozen=True, slots=True)
class Window:
    """The 24 hours up to `end`; `value` is None when there is nothing to divide by in them."""

    end: datetime
    arrivals: int
    human_requests: int
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
    measure: CallMeasure
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

    Calls still running are in no window's share. Raises KeyError for an unknown measure, ValueError
    for one that is no share.
    """
    as_of, by = utc_now(), BY_ID[measure]
    if by.unit is not Unit.SHARE:
        raise ValueError(f"{measure} is no share; only shares have windows.")
    the_day_before = period.since - timedelta(days=1)
    hours = await counted(session, the_day_before, period.until, Grouping.HOUR)
    since, until = midnight(the_day_before), midnight(period.until)
    starts = [since + n * _HOUR for n in range(int((until - since) / _HOUR))]
    ones = [hours.get(f"{local(start):{_KEY}}", _NOTHING) for start in starts]
    windows = _windows(starts, ones, by)
    return Rolling(period, by, as_of, [window for window in windows if window.end <= as_of])


def _windows(starts: Sequence[datetime], hours: Sequence[Counts], by: CallMeasure) -> list[Window]:
    """Add up every 24 hours in a row; the first window ends an hour after the period begins.

    What a share divides are plain sums over calls, so each is the sum of its hours'.
    """
    parts = zip(
        _days_of([float(by.over(hour) or 0) for hour in hours]),
        _days_of([by.under(hour) if by.under else 0 for hour in hours]),
        _days_of([hour.arrivals for hour in hours]),
        _days_of([hour.human_requests for hour in hours]),
        strict=True,
    )
    return [
        Window(start + WINDOW, int(arrivals), int(asked), over / under if under > 0 else None)
        for start, (over, under, arrivals, asked) in zip(starts, parts, strict=False)
    ][1:]


def _days_of(hours: Sequence[float]) -> list[float]:
    """Return the sum of each 24 in a row."""
    sums = [0.0, *accumulate(hours)]
    return [later - earlier for earlier, later in zip(sums, sums[24:], strict=False)]
