"""Which days are alike: weekdays, days off, make-up workdays, and the days around holidays.

A forecast knows a day by its kind, the same for every year, whatever date a festival falls on.
"""

from datetime import date, timedelta
from enum import StrEnum

from tickets.calendar import DayKind, Workdays

# The first day of the lunar year; its eve is the quietest of all evenings.
_NEW_YEARS_DAYS = frozenset(
    map(
        date.fromisoformat,
        (
            "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29",
            "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
        ),
    )
)  # fmt: skip
# A break of so many days off leaves work behind; a weekend is two.
_LONG_BREAK = 3


class DayType(StrEnum):
    """Days of one type have about the same calls, spread over the day in the same way."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"
    HOLIDAY = "holiday"
    EVE = "Spring Festival eve"
    MAKEUP = "make-up workday"
    FIRST_BACK = "first workday after a holiday"

    @property
    def works(self) -> bool:
        """Whether the city works on such a day."""
        return self not in _OFF


_OFF = (DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY, DayType.EVE)
_WEEK = tuple(DayType)[:7]


def day_type(day: date, workdays: Workdays) -> DayType:
    """Return the type of a day by the city's calendar."""
    if day + timedelta(1) in _NEW_YEARS_DAYS:
        return DayType.EVE
    match workdays.kind(day):
        case DayKind.HOLIDAY:
            return DayType.HOLIDAY
        case DayKind.WEEKEND:
            return _WEEK[day.weekday()]
        case kind:
            if _follows_a_break(day, workdays):
                return DayType.FIRST_BACK
            return DayType.MAKEUP if kind is DayKind.MAKEUP else _WEEK[day.weekday()]


def _follows_a_break(day: date, workdays: Workdays) -> bool:
    before = [day - timedelta(n) for n in range(1, _LONG_BREAK + 1)]
    return not any(map(workdays.works, before))
