"""How long callers wait for so many agents, by the formulas of Erlang (C) and Palm (A).

Steady state: Poisson arrivals, exponential handling, one line for all, first come first served.
Erlang C lets nobody give up; Erlang A takes callers away after an exponential patience. Both stay
exact from no agent to tens of thousands, where factorials would long have overflowed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import exp, inf

from foresight.virtual_wait import VirtualWait

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Demand:
    """Calls an hour, and the seconds an agent is busy with one: talk and the work after it."""

    calls: float
    handling: float

    @property
    def load(self) -> float:
        """The offered load in erlang: how many agents would be busy if nobody waited."""
        return self.calls * self.handling / SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class Outlook:
    """What callers and agents can expect; shares are 0 to 1, times seconds.

    `within` is the share of all callers who are answered within the limit that was asked for,
    `mean_wait` that of the answered: infinite where the line grows without end. `occupancy` is the
    share of their time in which agents are busy.
    """

    agents: int
    must_wait: float
    within: float
    mean_wait: float
    abandon: float
    occupancy: float

    @property
    def answer(self) -> float:
        """The share of all callers who are answered at all."""
        return 1.0 - self.abandon


def erlang_b(load: float, agents: int) -> float:
    """Return the share of calls lost where nobody can wait (0 to 1). `load` is in erlang."""
    return next(islice(_blocking(load), agents, None))


def erlang_c(demand: Demand, agents: int, limit: float) -> Outlook:
    """Return what to expect when nobody gives up; `limit` is seconds.

    With no more agents than erlang the line grows without end, and nobody is answered in time.
    """
    return _patient(demand, agents, limit, erlang_b(demand.load, agents))


def erlang_a(demand: Demand, agents: int, limit: float, patience: float) -> Outlook:
    """Return what to expect of callers who wait `patience` seconds in the mean before they leave.

    The virtual wait of Zeltyn and Mandelbaum (2005), "Call centers with impatient customers".
    """
    if not demand.load:
        return _idle(agents)
    if not agents:
        return Outlook(0, 1.0, 0.0, inf, 1.0, 1.0)
    rate, service = demand.calls / SECONDS_PER_HOUR, agents / demand.handling
    blocked = erlang_b(demand.load, agents - 1)
    wait = VirtualWait.of(rate, service, patience, blocked, limit)
    answered = min(1.0, wait.answered_by(inf))
    return Outlook(
        agents=agents,
        must_wait=1.0 - wait.at_once,
        within=min(answered, wait.answered_by(limit)),
        mean_wait=wait.waited_by_answered / answered,
        abandon=1.0 - answered,
        occupancy=demand.load * answered / agents,
    )


def outlook(demand: Demand, agents: int, limit: float, patience: float | None) -> Outlook:
    """Return Erlang A where callers have a patience, else Erlang C."""
    if patience is None:
        return erlang_c(demand, agents, limit)
    return erlang_a(demand, agents, limit, patience)


def every_outlook(demand: Demand, limit: float) -> Iterator[Outlook]:
    """Yield Erlang C for 0, 1, 2, … agents without end, each from the one before."""
    for agents, blocked in enumerate(_blocking(demand.load)):
        yield _patient(demand, agents, limit, blocked)


def _blocking(load: float) -> Iterator[float]:
    """Yield Erlang's B for 0, 1, 2, … agents: the recursion that neither overflows nor cancels."""
    blocked, agents = 1.0, 0
    while True:
        yield blocked
        agents += 1
        blocked = load * blocked / (agents + load * blocked)


def _patient(demand: Demand, agents: int, limit: float, blocked: float) -> Outlook:
    load = demand.load
    if not load:
        return _idle(agents)
    spare = agents - load
    if spare <= 0:
        return Outlook(agents, 1.0, 0.0, inf, 0.0, 1.0)
    waits = agents * blocked / (spare + load * blocked)
    return Outlook(
        agents=agents,
        must_wait=waits,
        within=1.0 - waits * exp(-spare * limit / demand.handling),
        mean_wait=waits * demand.handling / spare,
        abandon=0.0,
        occupancy=load / agents,
    )


def _idle(agents: int) -> Outlook:
    """Nobody calls, so nobody waits."""
    return Outlook(agents, 0.0, 1.0, 0.0, 0.0, 0.0)
