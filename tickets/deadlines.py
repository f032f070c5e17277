"""When a limit is over: working days, working hours and natural hours after an instant.

Called wherever a clock of a ticket starts, moves or is shown. A limit of working days is over at
the end of the n-th working day after the day of dispatch, so a dispatch in the evening or on a day
off has the same deadline as one in the office hours of the working day before it, or a later one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice, takewhile

from core.clock import SHANGHAI, local, local_day
from tickets.calendar import Workdays
from tickets.durations import Span, Unit
from tickets.office_hours import MIDNIGHT, OfficeHours

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The first instant that is too late, and whether a missing notice may still move it."""

    at: datetime
    provisional: bool

    @property
    def day(self) -> date:
        """The last local day that is in time; 24:00 belongs to the day it ends."""
        return local_day(self.at - _MOMENT)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The city's working days and the hours of each: all that a deadline depends on."""

    workdays: Workdays
    hours: OfficeHours

    def deadline(self, since: datetime, limit: Span, extensions: Sequence[Span] = ()) -> Deadline:
        """Say when a limit that began at an instant is over, with the extensions granted since."""
        at = self._over(since, limit)
        for extension in extensions:
            at = self.extended(at, extension)
        natural = all(span.natural for span in (limit, *extensions))
        return Deadline(at, not natural and self._rests_on_missing_notice(since, at))

    def begins(self, dispatched: datetime) -> datetime:
        """Say when the unit's time begins: at once in a working day until the offices close, else
        when they open on the next working day."""
        here = local(dispatched)
        if self.workdays.works(here.date()) and here < _at(here.date(), self.hours.closes):
            return dispatched
        return _at(next(self.workdays.after(here.date())), self.hours.opens)

    def after_pause(
        self, due: datetime, paused: datetime, resumed: datetime, limit: Span
    ) -> datetime:
        """Say when a deadline is over whose clock stood still: as much time is left as before.

        A limit of working days gets a working day for each that passed, a natural one the hours.
        """
        if limit.natural or resumed <= paused:
            return due + max(resumed - paused, timedelta(0))
        days = self.days_passed(paused, resumed)
        return self.extended(due, Span(days, Unit.WORKDAYS)) if days else due

    def days_passed(self, paused: datetime, resumed: datetime) -> int:
        """Count the working days after the day of one instant up to that of another."""
        first, last = local_day(paused), local_day(resumed)
        return sum(1 for _ in takewhile(lambda day: day <= last, self.workdays.after(first)))

    def last_workday(self, due: datetime) -> datetime:
        """Say from when on one working day is left: when the working day before the last ends."""
        last = local_day(due - _MOMENT)
        return _at(next(self.workdays.before(last)), MIDNIGHT)

    def next_workday(self, due: datetime) -> datetime:
        """Say when the first working day begins that is too late."""
        return _at(next(self.workdays.after(local_day(due - _MOMENT))), 0)

    def counted(self, since: datetime, until: datetime, limit: Span) -> timedelta:
        """Return how much of the time between two instants counts for a kind of limit.

        Days off never count, except for a natural limit, for which all of it does.
        """
        if limit.natural:
            return max(until - since, timedelta(0))
        spans = self._spans(local_day(since), local_day(until), limit)
        parts = (min(until, end) - max(since, begin) for begin, end in spans)
        return sum((part for part in parts if part > timedelta(0)), timedelta(0))

    def before(self, due: datetime, spare: timedelta, limit: Span) -> datetime:
        """Say when so much of what counts for a kind of limit is left before a deadline."""
        if limit.natural:
            return due - spare
        last = local_day(due - _MOMENT)
        for day in chain((last,), self.workdays.before(last)):
            for begin, end in reversed(list(self._spans(day, day, limit))):
                part = min(due, end) - begin
                if spare <= part:
                    return min(due, end) - spare
                spare -= max(part, timedelta(0))
        raise AssertionError("working days always began")

    def _spans(self, first: date, last: date, limit: Span) -> Iterator[tuple[datetime, datetime]]:
        """Yield what counts for a limit, day by day: office hours, or whole working days."""
        frames = self.hours.frames if limit.unit is Unit.WORKING_HOURS else ((0, MIDNIGHT),)
        for n in range((last - first).days + 1):
            day = first + timedelta(n)
            if self.workdays.works(day):
                yield from ((_at(day, opens), _at(day, closes)) for opens, closes in frames)

    def _over(self, since: datetime, limit: Span) -> datetime:
        match limit.unit:
            case Unit.MINUTES:
                return since + timedelta(minutes=limit.amount)
            case Unit.HOURS:
                return since + timedelta(hours=limit.amount)
            case Unit.WORKING_HOURS:
                return self._after_working_hours(since, timedelta(hours=limit.amount))
            case Unit.WORKDAYS:
                return self._end_of_workday(local_day(since), limit.amount)

    def extended(self, due: datetime, extension: Span) -> datetime:
        """Say when a deadline is over that is moved by an extension."""
        if extension.unit is Unit.WORKDAYS:
            return self._end_of_workday(local_day(due - _MOMENT), extension.amount)
        return self._over(due, extension)

    def _end_of_workday(self, day: date, n: int) -> datetime:
        """End of the n-th working day after a day; the day itself is day 0."""
        last = next(islice(self.workdays.after(day), n - 1, None))
        return _at(last, self.hours.deadline)

    def _after_working_hours(self, since: datetime, left: timedelta) -> datetime:
        today = local_day(since)
        for day in self.workdays.after(today - timedelta(1)):
            for opens, closes in self.hours.frames:
                begin, end = max(since, _at(day, opens)), _at(day, closes)
                if left <= end - begin:
                    return begin + left
                left -= max(end - begin, timedelta(0))
        raise AssertionError("working days never end")

    def _rests_on_missing_notice(self, since: datetime, at: datetime) -> bool:
        years = range(local_day(since).year, local_day(at - _MOMENT).year + 1)
        return any(self.workdays.provisional(date(year, 1, 1)) for year in years)


def in_the_units_favour(promised: datetime, anew: Deadline) -> datetime:
    """Say which deadline counts after the calendar changed: a date once given only moves away."""
    return max(promised, anew.at)


def _at(day: date, minutes: int) -> datetime:
    """Return a minute of a local day in UTC; minute 1440 is the midnight that ends it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)
