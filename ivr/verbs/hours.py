"""hours: is somebody there now? By a calendar of hours.toml, or by hours that stand in the flow."""

from dataclasses import dataclass
from typing import ClassVar

from core.clock import local
from ivr.call import Call, Known
from ivr.fields import CalendarName, DayFrames, WeekFrames
from ivr.opening_hours import is_open
from ivr.outcomes import Outcome
from ivr.results import Chose
from ivr.timetable import OF_THE_LINE
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Hours(Verb):
    """Either `calendar` (`line` for the hours of the line that was called) or `week`.

    Hours are the city's own time. `makeup` stands for Monday's hours unless given.
    """

    name: ClassVar[str] = "hours"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.OPEN, Outcome.CLOSED)

    calendar: CalendarName = ""
    week: WeekFrames = ()
    holiday: DayFrames = ()
    makeup: DayFrames | None = None

    async def run(self, call: Call) -> Chose:
        """Look at the clock and the calendar."""
        return Chose(Outcome.OPEN if self._is_open(call) else Outcome.CLOSED)

    def contradiction(self) -> str:
        """Hours are given once."""
        if bool(self.calendar) == bool(self.week):
            return "give either 'calendar' or 'week'."
        if self.calendar and (self.holiday or self.makeup is not None):
            return "'holiday' and 'makeup' are the calendar's own."
        return ""

    def _is_open(self, call: Call) -> bool:
        equipment = call.equipment
        now, workdays, timetable = equipment.now(), equipment.workdays, equipment.timetable
        if self.calendar == OF_THE_LINE:
            line = call.variables.get(Known.LINE, "")
            return timetable.of_line(line, now, workdays).is_open
        if self.calendar:
            return timetable.of(self.calendar, now, workdays).is_open
        return is_open(local(now), self.week, self.holiday, self.makeup, workdays)
