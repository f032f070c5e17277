"""Calls without a switch: a flow runs with simulated people on a clock that nobody waits for."""

from ivr.simulator.equipment import SimulatedTicket
from ivr.simulator.people import Event, HangUp, Happens, Moment, People, Press, Situation
from ivr.simulator.simulation import Arrival, simulate
from ivr.simulator.story import End, Story
from ivr.simulator.transcript import Kind, Line
from ivr.simulator.wanderer import Wanderer

__all__ = [
    "Arrival",
    "End",
    "Event",
    "HangUp",
    "Happens",
    "Kind",
    "Line",
    "Moment",
    "People",
    "Press",
    "SimulatedTicket",
    "Situation",
    "Story",
    "Wanderer",
    "simulate",
]
