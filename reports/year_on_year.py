"""同比: a period beside the same calendar days one year before, measure by measure.

The difference is (now − before) / before. A time that became shorter is read in two ways in print,
"time cut by" and "speed up by", and they are not the same number; both are given. A share is
compared in percentage points, since the relative change of a rate near 100 % says nothing.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from reports.answer_rate import Period
from reports.counts import Counts
from reports.definitions import MEASURES, Measure, Unit
from reports.repository import first_day
from reports.rollups import total


@dataclass(frozen=True, slots=True)
class Change:
    """One measure now and a year before; None where there is nothing to compare with.

    `relative` is (now − before) / before, `points` now − before of shares, `speed` before / now − 1
    of times: how much faster, where `relative` says how much less time.
    """

    measure: Measure[Any]
    now: float | None
    before: float | None

    @property
    def relative(self) -> float | None:
        """(now − before) / before; None for shares, and without a baseline."""
        if self.now is None or not self.before or self.measure.unit is Unit.SHARE:
            return None
        return (self.now - self.before) / self.before

    @property
    def points(self) -> float | None:
        """now − before, of shares only."""
        if self.now is None or self.before is None or self.measure.unit is not Unit.SHARE:
            return None
        return self.now - self.before

    @property
    def speed(self) -> float | None:
        """before / now − 1, of times only."""
        if (
            not self.now
            or self.before is None
            or self.measure.unit not in (Unit.SECONDS, Unit.DAYS)
        ):
            return None
        return self.before / self.now - 1


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """Both periods and every measure in both.

    `known_since` is the first day of which any call is known: a baseline that begins before it is
    not whole, and its changes mean little.
    """

    now: Period
    before: Period
    as_of: datetime
    counts_now: Counts
    counts_before: Counts
    known_since: date | None

    @property
    def changes(self) -> list[Change]:
        """Every measure of both periods."""
        return [Change(m, m.value(self.counts_now), m.value(self.counts_before)) for m in MEASURES]

    @property
    def remarks(self) -> list[str]:
        """What a reader must know before comparing, in sentences."""
        said = []
        if self.known_since is None or self.known_since >= self.before.until:
            said.append(f"no call is known of {self.before.since} to {self.before.last}")
        elif self.known_since > self.before.since:
            said.append(
                f"the earlier period is not whole: calls are known since {self.known_since}"
            )
        if self.now.days != self.before.days:
            said.append(f"{self.now.days} days against {self.before.days}, for the leap day")
        if self.now.last >= local_day(self.as_of):
            said.append("the period is not over, the one it is compared with is")
        return said


def year_before(period: Period) -> Period:
    """Return the same calendar days one year before; 29 February becomes the 28th."""
    return Period.through(_year_before(period.since), _year_before(period.last))


def _year_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29) and not isleap(day.year - 1)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


async def year_on_year(session: AsyncSession, period: Period) -> YearOnYear:
    """Compute both periods from the ledger's calls as they are now."""
    as_of, before = utc_now(), year_before(period)
    return YearOnYear(
        now=period,
        before=before,
        as_of=as_of,
        counts_now=await total(session, period.since, period.until),
        counts_before=await total(session, before.since, before.until),
        known_since=await first_day(session),
    )
