"""Lives a whole day of calls again: every arrival at its instant, one agenda for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.clock import local, midnight
from foresight.replay.agenda import Agenda
from foresight.replay.floor import Floor
from foresight.replay.lived import add_up
from foresight.replay.past import PastCall
from foresight.replay.person import Traits
from foresight.replay.replayed_call import ReplayedCall, Scene
from foresight.replay.roster import Roster
from ivr.flow import Flow
from ivr.sounds import Sounds
from ivr.timetable import Timetable
from queues.ledger.facts import Rules
from reports.counts import Counts
from tickets.calendar import Workdays


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The city around the calls. `room` is how many callers fit in each queue."""

    sounds: Sounds
    workdays: Workdays
    timetable: Timetable
    rules: Rules
    room: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Relived:
    """A day lived again: its calls and what they add up to."""

    calls: tuple[ReplayedCall, ...]
    counts: Counts


async def live_day(
    day: date,
    calls: Sequence[tuple[PastCall, Traits]],
    flow_of: Callable[[PastCall], Flow],
    roster: Roster,
    around: Surroundings,
) -> Relived:
    """Send every call through its flow, with so many agents. Takes no real time but reckoning."""
    agenda = Agenda()
    floor = Floor(roster, agenda)
    began = local(midnight(day))
    scene = Scene(
        began, agenda, floor, around.sounds, around.workdays, around.timetable, around.room
    )
    lived = [ReplayedCall(past, traits, flow_of(past), scene) for past, traits in calls]
    for call in lived:
        agenda.note(call.lived.at, call.begin)
    await agenda.live()
    outcomes = [(call.lived, call.lived.outcome(call.told(), around.rules)) for call in lived]
    return Relived(tuple(lived), add_up(outcomes))
