from datetime import date

import pytest

from core.settings import CHECKOUT
from foresight.day_kinds import DayType, day_type
from tickets.calendar import Workdays, load_workdays

pytestmark = pytest.mark.unit

WORKDAYS = load_workdays(CHECKOUT / "config" / "calendar.toml")


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-11-23", DayType.MONDAY),
        ("2026-11-25", DayType.WEDNESDAY),
        ("2026-11-28", DayType.SATURDAY),
        ("2026-10-01", DayType.HOLIDAY),
        ("2026-10-08", DayType.FIRST_BACK),
        ("2026-10-10", DayType.MAKEUP),
        ("2026-09-20", DayType.MAKEUP),
        ("2026-02-16", DayType.EVE),
        ("2026-02-17", DayType.HOLIDAY),
        ("2026-02-24", DayType.FIRST_BACK),
        # Three days off, and the first day back is a make-up Sunday.
        ("2026-01-04", DayType.FIRST_BACK),
    ],
)
def test_a_day_is_what_the_citys_calendar_makes_of_it(day: str, kind: DayType) -> None:
    assert day_type(date.fromisoformat(day), WORKDAYS) is kind


def test_a_weekend_alone_makes_no_first_day_back() -> None:
    assert day_type(date(2026, 11, 30), WORKDAYS) is DayType.MONDAY


def test_the_eve_is_an_eve_also_before_its_year_is_announced() -> None:
    assert day_type(date(2029, 2, 12), Workdays()) is DayType.EVE
