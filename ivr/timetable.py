"""When somebody is there: hours by name, which lines and queues keep them, one-off closures.

Read from `hours.toml`; flows ask for `calendar: <name>`, or for the hours of the caller's line, and
a queue outside its hours answers `closed`. What has no hours is always open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.clock import local
from ivr.opening_hours import DAYS, Week, is_open
from tickets.calendar import DayKind, Workdays
from tickets.office_hours import Frames

# The hours of whatever line the call came in on.
OF_THE_LINE = "line"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours with a name; `makeup` are those of weekends worked in exchange, None for Monday's."""

    name: str
    title: str
    week: Week
    holiday: Frames = ()
    makeup: Frames | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """From one instant to another nobody is there; `calendars` empty means none at all."""

    reason: str
    since: datetime
    until: datetime
    calendars: frozenset[str] = frozenset()

    def holds(self, calendar: str, now: datetime) -> bool:
        """Tell whether it closes a calendar at an instant."""
        named = not self.calendars or calendar in self.calendars
        return named and self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """Open or not, and why, for people."""

    is_open: bool
    why: str


_ALWAYS = Standing(True, "has no hours, always open")


@dataclass(frozen=True, slots=True)
class Timetable:
    """All hours of a hotline; `lines` and `queues` name the calendar they keep."""

    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()

    def of_line(self, line: str, at: datetime, workdays: Workdays) -> Standing:
        """Tell how a line stands at an instant."""
        return self.of(self.lines.get(line, ""), at, workdays)

    def of_queue(self, queue: str, at: datetime, workdays: Workdays) -> Standing:
        """Tell how a queue stands at an instant."""
        return self.of(self.queues.get(queue, ""), at, workdays)

    def of(self, name: str, at: datetime, workdays: Workdays) -> Standing:
        """Tell how a calendar stands at an instant; one that nobody knows is open."""
        calendar = self.calendars.get(name)
        if calendar is None:
            return _ALWAYS
        now = local(at)
        for closure in self.closures:
            if closure.holds(name, now):
                return Standing(False, f"{closure.reason}, until {closure.until:%Y-%m-%d %H:%M}")
        there = is_open(now, calendar.week, calendar.holiday, calendar.makeup, workdays)
        return Standing(there, f"{calendar.title}, {day_words(now, workdays)}")


def day_words(now: datetime, workdays: Workdays) -> str:
    """Say what the city makes of a day: its weekday, its holiday, a weekend that is worked."""
    day, weekday = now.date(), DAYS[now.weekday()]
    kind = workdays.kind(day)
    words = f"{weekday}, {kind}"
    if kind is DayKind.HOLIDAY and day in workdays.holidays:
        words += f" {workdays.holidays[day]}"
    if workdays.provisional(day):
        words += f" (provisional: the holidays of {day.year} are not entered yet)"
    return words
