"""One call from arrival to end: sessions with the real engine, and the simulated switch between.

As on real parts, only HOTLINE_STATE survives from session to session.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.clock import SHANGHAI
from core.errors import HotlineError
from ivr import engine
from ivr.call import Call, Equipment, Known
from ivr.channel import HungUp
from ivr.flow import Flow
from ivr.simulator.channel import SimulatedChannel
from ivr.simulator.clock import Clock
from ivr.simulator.equipment import (
    MemoryBoard,
    MemoryJournal,
    MemoryTickets,
    NamedPrompts,
    SimulatedTicket,
)
from ivr.simulator.people import People
from ivr.simulator.story import Story
from ivr.simulator.switch import SimulatedSwitch
from ivr.simulator.transcript import Line, Transcript
from ivr.sounds import Sounds
from ivr.state import decode
from ivr.timetable import Timetable
from tickets.calendar import Workdays

# The dialplan's own limit; beyond it the real switch sends the caller to a human by itself.
MOST_ROUNDS = 60


class GoesInCircles(HotlineError):
    """A call came back from the switch more often than the dialplan allows."""

    slug = "simulation-goes-in-circles"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that comes in: from whom, when, and what is known here.

    `caller` "" is withheld; `incidents` are the keys of the announcements on air.
    """

    caller: str = "13800000000"
    at: datetime = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
    code: str = "204060"
    tickets: Mapping[str, SimulatedTicket] = field(default_factory=dict)
    line: str = ""
    incidents: Sequence[str] = ()
    workdays: Workdays = field(default_factory=Workdays)
    timetable: Timetable = field(default_factory=Timetable)


async def simulate(
    flow: Flow,
    people: People,
    sounds: Sounds,
    arrival: Arrival,
    watch: Callable[[Line], None] | None = None,
) -> Story:
    """Live one call. Raises HotlineError where the real one would fall to the switch."""
    clock = Clock(arrival.at)
    transcript = Transcript(clock, watch=watch)
    channel = SimulatedChannel(people, sounds, transcript)
    switch = SimulatedSwitch(people, transcript)
    journal = MemoryJournal()
    equipment = Equipment(
        prompts=NamedPrompts(),
        journal=journal,
        workdays=arrival.workdays,
        board=MemoryBoard(arrival.incidents),
        timetable=arrival.timetable,
        tickets=MemoryTickets(arrival.tickets),
        now=clock.now,
        ticks=clock.ticks,
    )

    def call(variables: dict[str, str]) -> Call:
        return Call("simulated.1", arrival.caller, channel, equipment, variables)

    try:
        await engine.start(flow, call({Known.CODE: arrival.code, Known.LINE: arrival.line}))
        for _ in range(MOST_ROUNDS):
            state = decode(channel.asked["HOTLINE_STATE"])
            outcome = switch.perform(flow.node(state.node), channel.asked)
            if outcome is None:
                break
            await engine.resume(flow, state.node, outcome, call(state.variables))
        else:
            raise GoesInCircles(f"Flow {flow.name} took more than {MOST_ROUNDS} rounds.")
    except HungUp:
        pass
    return Story(transcript.lines, journal, clock.at)
