"""hours: is somebody there now? Weekly frames, public holidays, weekends worked in exchange."""

from dataclasses import dataclass
from typing import ClassVar

from core.clock import local
from ivr.call import Call
from ivr.fields import DayFrames, WeekFrames
from ivr.opening_hours import is_open
from ivr.outcomes import Outcome
from ivr.results import Chose
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Hours(Verb):
    """Hours are the city's own time. `makeup` stands for Monday's hours unless given."""

    name: ClassVar[str] = "hours"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.OPEN, Outcome.CLOSED)

    week: WeekFrames
    holiday: DayFrames = ()
    makeup: DayFrames | None = None

    async def run(self, call: Call) -> Chose:
        """Look at the clock and the calendar."""
        now = local(call.equipment.now())
        workdays = call.equipment.workdays
        there = is_open(now, self.week, self.holiday, self.makeup, workdays)
        return Chose(Outcome.OPEN if there else Outcome.CLOSED)
