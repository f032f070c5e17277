"""When in its days and hours a city calls: how many of a period's calls begin in each hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import local_day, midnight
from demo.published import shared_out

# Percent of a day's calls in each of its hours.
_WEEKDAY = (
    0.7, 0.4, 0.3, 0.25, 0.25, 0.4, 1.0, 2.4, 6.6, 9.3, 9.5, 7.4,
    4.6, 4.9, 7.6, 8.0, 7.6, 5.9, 4.6, 4.8, 4.9, 4.2, 2.9, 1.5,
)  # fmt: skip
_WEEKEND = (
    1.0, 0.6, 0.45, 0.35, 0.35, 0.55, 1.2, 2.6, 5.8, 8.2, 8.5, 7.0,
    5.0, 5.0, 6.6, 7.0, 6.9, 6.0, 5.4, 5.6, 5.6, 4.9, 3.5, 1.9,
)  # fmt: skip
_WEEKDAY_LOAD, _WEEKEND_LOAD = 1.12, 0.70
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour, how many begin in it, and which of the period's is the first of them."""

    begins: datetime
    first: int
    number: int

    @property
    def day(self) -> date:
        """The local day it is of."""
        return local_day(self.begins)


def hours(since: date, until: date, total: int) -> list[Hour]:
    """Spread a number over the hours of the local days [since, until); only hours with any."""
    slots = list(_slots(since, until))
    found, first = [], 0
    numbers = shared_out([weight for _, weight in slots], total)
    for (begins, _), number in zip(slots, numbers, strict=True):
        if number:
            found.append(Hour(begins, first, number))
        first += number
    return found


def _slots(since: date, until: date) -> Iterator[tuple[datetime, float]]:
    day = since
    while day < until:
        weekend = day.weekday() > _FRIDAY
        load = _WEEKEND_LOAD if weekend else _WEEKDAY_LOAD
        for hour, percent in enumerate(_WEEKEND if weekend else _WEEKDAY):
            yield midnight(day) + timedelta(hours=hour), load * percent
        day += timedelta(days=1)
