"""Which days the city works: weekends, public holidays, and the weekends worked in exchange (调休).

The table is `calendar.toml`, after the State Council's yearly notice. A year without its notice
counts weekends and the holidays of fixed date only, and says so (`provisional`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import ConfigError

_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_SATURDAY = 5
_LONGEST_HOLIDAY = 15


class DayKind(StrEnum):
    """What the city makes of a day."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    # A Saturday or Sunday that is worked.
    MAKEUP = "make-up workday"


@dataclass(frozen=True, slots=True)
class Workdays:
    """The table in memory. `years` are those whose notice is out."""

    years: frozenset[int] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    makeups: frozenset[date] = frozenset()

    def kind(self, day: date) -> DayKind:
        """Return what the city makes of a day."""
        if day in self.holidays or (self.provisional(day) and _is_fixed_holiday(day)):
            return DayKind.HOLIDAY
        if day in self.makeups:
            return DayKind.MAKEUP
        return DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKDAY

    def provisional(self, day: date) -> bool:
        """Tell whether the notice of the day's year is still missing."""
        return day.year not in self.years


def load_workdays(path: Path) -> Workdays:
    """Read the table. Raises ConfigError naming the year that is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Workdays()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, None, f"This is not TOML: {error}.") from None
    try:
        return _table(data.get("year", []))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(path, None, f"A year is written wrongly: {error}.") from None


def _table(entries: list[Mapping[str, Any]]) -> Workdays:
    years: set[int] = set()
    holidays: dict[date, str] = {}
    makeups: set[date] = set()
    for entry in entries:
        years.add(entry["year"])
        for holiday in entry["holiday"]:
            holidays.update(_days(holiday))
        makeups.update(_makeup(day, entry["year"]) for day in entry["workdays"])
    if both := makeups & holidays.keys():
        raise ValueError(f"{min(both)} is a holiday and a workday")
    return Workdays(frozenset(years), holidays, frozenset(makeups))


def _days(holiday: Mapping[str, Any]) -> dict[date, str]:
    first, last = holiday["first"], holiday["last"]
    length = (last - first).days + 1
    if not 1 <= length <= _LONGEST_HOLIDAY:
        raise ValueError(f"{holiday['name']} from {first} to {last} lasts {length} days")
    return {first + timedelta(n): holiday["name"] for n in range(length)}


def _makeup(day: date, year: int) -> date:
    if day.weekday() < _SATURDAY:
        raise ValueError(f"{day} is no weekend, so it cannot be a make-up workday")
    if day.year != year:
        raise ValueError(f"{day} does not lie in {year}")
    return day


def _is_fixed_holiday(day: date) -> bool:
    return (day.month, day.day) in _FIXED_HOLIDAYS
