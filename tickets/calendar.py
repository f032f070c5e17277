"""Which days the city works: weekends, public holidays, and the weekends worked in exchange (调休).

The one table is `calendar.toml`, after the State Council's yearly notice; opening hours and
deadlines both ask here. A year without its notice counts weekends and the holidays of fixed date
only, and says so (`provisional`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.toml_tables import Table, read_tables, refuse_twice

_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_SATURDAY = 5
_LONGEST_HOLIDAY = 15
_KEYS = ("year", "version", "source", "workdays", "holiday")
_HOLIDAY_KEYS = ("name", "first", "last")


class DayKind(StrEnum):
    """What the city makes of a day."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    # A Saturday or Sunday that is worked.
    MAKEUP = "make-up workday"


@dataclass(frozen=True, slots=True)
class Notice:
    """Where a year's days come from. A notice changed in mid-year gets the next version."""

    version: int
    source: str


@dataclass(frozen=True)
class Workdays:
    """The table in memory. `notices` are those of the years whose notice is out."""

    notices: Mapping[int, Notice] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    makeups: frozenset[date] = frozenset()

    def kind(self, day: date) -> DayKind:
        """Return what the city makes of a day."""
        if day in self.holidays or (self.provisional(day) and _is_fixed_holiday(day)):
            return DayKind.HOLIDAY
        if day in self.makeups:
            return DayKind.MAKEUP
        return DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKDAY

    def works(self, day: date) -> bool:
        """Tell whether the day is a working day, ordinary or make-up."""
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKEUP)

    def provisional(self, day: date) -> bool:
        """Tell whether the notice of the day's year is still missing."""
        return day.year not in self.notices

    def after(self, day: date) -> Iterator[date]:
        """Yield the working days that follow a day, without end."""
        while True:
            day += timedelta(1)
            if self.works(day):
                yield day

    def before(self, day: date) -> Iterator[date]:
        """Yield the working days that precede a day, the nearest first, without end."""
        while True:
            day -= timedelta(1)
            if self.works(day):
                yield day

    def edition(self) -> str:
        """Return a mark that changes whenever any day does, also when nobody raised a version."""
        return self._edition

    @cached_property
    def _edition(self) -> str:
        days = sorted([*(f"-{day}" for day in self.holidays), *(f"+{day}" for day in self.makeups)])
        words = " ".join([*map(str, sorted(self.notices)), *days])
        return sha256(words.encode()).hexdigest()[:12]


def load_workdays(path: Path) -> Workdays:
    """Read the table; without the file every year is provisional. Raises ConfigError."""
    if not path.exists():
        return Workdays()
    tables = read_tables(path, "year")
    refuse_twice(((str(table.values.get("year")), table) for table in tables), "year")
    notices: dict[int, Notice] = {}
    holidays: dict[date, str] = {}
    makeups: set[date] = set()
    for table in tables:
        year = table.whole("year", 1949, 2999)
        notices[year] = _notice(table)
        holidays.update(_holidays(table, year))
        makeups.update(_makeups(table, year))
        if both := makeups & holidays.keys():
            raise table.fault(f"{min(both)} is given as a holiday and as a workday.")
    return Workdays(notices, holidays, frozenset(makeups))


def _notice(table: Table) -> Notice:
    table.refuse_unknown(_KEYS)
    return Notice(table.whole("version", 1, 99), table.title("source", longest=200))


def _holidays(table: Table, year: int) -> dict[date, str]:
    days: dict[date, str] = {}
    for entry in _listed(table, "holiday"):
        if not isinstance(entry, dict):
            raise table.fault(f"A holiday is {{ name, first, last }}, it is {entry!r}.")
        holiday = Table(table.path, table.line, entry)
        holiday.refuse_unknown(_HOLIDAY_KEYS)
        name = holiday.title("name")
        days |= dict.fromkeys(_span(table, name, entry, year), name)
    return days


def _span(table: Table, name: str, entry: Mapping[str, Any], year: int) -> list[date]:
    first, last = (_day(table, entry.get(key), year) for key in ("first", "last"))
    length = (last - first).days + 1
    if not 1 <= length <= _LONGEST_HOLIDAY:
        raise table.fault(f"{name} from {first} to {last} lasts {length} days; that is a slip.")
    return [first + timedelta(n) for n in range(length)]


def _makeups(table: Table, year: int) -> set[date]:
    days = {_day(table, value, year) for value in _listed(table, "workdays")}
    for day in days:
        if day.weekday() < _SATURDAY:
            raise table.fault(f"{day} is no weekend, so it cannot be a make-up workday.")
    return days


def _listed(table: Table, key: str) -> list[Any]:
    value = table.values.get(key)
    if not isinstance(value, list):
        raise table.fault(f"'{key}' must be a list, it is {value!r}.")
    return value


def _day(table: Table, value: object, year: int) -> date:
    if type(value) is not date:
        raise table.fault(f"{value!r} is no day; write it without quotes, such as {year}-10-01.")
    if value.year != year:
        raise table.fault(f"{value} does not lie in {year}; enter it under its own year.")
    return value


def _is_fixed_holiday(day: date) -> bool:
    return (day.month, day.day) in _FIXED_HOLIDAYS
