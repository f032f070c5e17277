"""A year on: the same days, the city's published growth, and no change made up out of nothing."""

from datetime import UTC, date, datetime

import pytest

from reports.answer_rate import Period
from reports.counts import Counts
from reports.definitions import BY_ID
from reports.year_on_year import Change, YearOnYear, year_before
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit

# The half-year a city published: 632,919 calls, 99.64 % answered, 42.05 % more than a year before.
PUBLISHED = Counts(arrivals=632_919, classes={Outcome.ANSWERED: 630_640, Outcome.ABANDONED: 2_279})
A_YEAR_BEFORE = Counts(arrivals=445_561, classes={Outcome.ANSWERED: 445_561})
HALF_YEAR = Period(date(2020, 1, 1), date(2020, 7, 1))


def compared(now: Counts, before: Counts, known_since: date | None = None) -> YearOnYear:
    as_of = datetime(2026, 11, 24, tzinfo=UTC)
    return YearOnYear(HALF_YEAR, year_before(HALF_YEAR), as_of, now, before, known_since)


def change(found: YearOnYear, measure: str) -> Change:
    return next(change for change in found.changes if change.measure.id == measure)


def test_the_published_half_year_comes_out_as_published() -> None:
    found = compared(PUBLISHED, A_YEAR_BEFORE)
    assert f"{change(found, 'arrivals').relative:+.2%}" == "+42.05%"
    assert f"{change(found, 'answer_rate_gross').now:.2%}" == "99.64%"


def test_a_share_changes_by_points_and_a_count_by_percent() -> None:
    rate = change(compared(PUBLISHED, A_YEAR_BEFORE), "answer_rate_gross")
    assert rate.relative is None
    assert rate.points == pytest.approx(-0.0036, abs=1e-4)
    assert change(compared(PUBLISHED, A_YEAR_BEFORE), "arrivals").points is None


def test_both_readings_of_a_time_that_became_shorter_are_given() -> None:
    shorter = Change(BY_ID["mean_talk"], now=2.73, before=3.09)
    assert f"{shorter.relative:.2%}" == "-11.65%"
    faster = Change(BY_ID["mean_talk"], now=2.73, before=3.048)
    assert f"{faster.speed:.2%}" == "11.65%"


def test_without_a_year_before_nothing_has_changed() -> None:
    found = compared(PUBLISHED, Counts())
    assert {(c.relative, c.points, c.speed) for c in found.changes if c.measure.under} == {
        (None, None, None)
    }
    assert change(found, "arrivals").relative is None
    assert any("no call is known" in remark for remark in found.remarks)


def test_a_baseline_that_is_not_whole_is_said_to_be_so() -> None:
    found = compared(PUBLISHED, A_YEAR_BEFORE, known_since=date(2019, 3, 6))
    assert "the earlier period is not whole: calls are known since 2019-03-06" in found.remarks


def test_a_leap_day_more_is_said_and_not_hidden() -> None:
    assert "182 days against 181, for the leap day" in compared(PUBLISHED, A_YEAR_BEFORE).remarks


@pytest.mark.parametrize(
    ("days", "before"),
    [
        ((date(2020, 2, 29), date(2020, 2, 29)), (date(2019, 2, 28), date(2019, 2, 28))),
        ((date(2020, 2, 1), date(2020, 2, 29)), (date(2019, 2, 1), date(2019, 2, 28))),
        ((date(2021, 2, 1), date(2021, 2, 28)), (date(2020, 2, 1), date(2020, 2, 28))),
        ((date(2021, 1, 1), date(2021, 12, 31)), (date(2020, 1, 1), date(2020, 12, 31))),
    ],
)
def test_the_same_calendar_days_are_compared(
    days: tuple[date, date], before: tuple[date, date]
) -> None:
    assert year_before(Period.through(*days)) == Period.through(*before)
