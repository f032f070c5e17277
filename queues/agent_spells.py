"""How an agent spent their time: from changes and phone legs to spells without gaps. Pure.

A talk counts as talk whatever was declared; then comes ringing, then being signed out, then a phone
that is lost, then the end of a talk (wrap-up), then a break, and what is left is idle.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from queues.agent_models import Change
from queues.agent_states import EXTENDED_WRAP_UP, Declared


class AgentTime(StrEnum):
    """What an agent's time went into."""

    TALKING = "talking"
    RINGING = "ringing"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    WRAP_UP = "wrap-up"
    BREAK = "break"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Told:
    """One change and how the agent stood after it; `seconds` belongs to wrap-up."""

    at: datetime
    change: Change
    declared: Declared
    reason: str
    reachable: bool
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One time in a call; `ended` None lasts on."""

    started: datetime
    answered: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in one state; `reason` belongs to a break."""

    began: datetime
    ended: datetime
    state: AgentTime
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.ended - self.began).total_seconds()


@dataclass(slots=True)
class _Now:
    """Everything that decides the state at one instant."""

    declared: Declared = Declared.OFFLINE
    reason: str = ""
    reachable: bool = True
    wrap_until: datetime | None = None
    talking: int = 0
    ringing: int = 0

    def state(self, at: datetime) -> tuple[AgentTime, str]:
        """Return the state from this instant on."""
        if self.talking:
            return AgentTime.TALKING, ""
        if self.ringing:
            return AgentTime.RINGING, ""
        if self.declared is Declared.OFFLINE:
            return AgentTime.OFFLINE, ""
        if not self.reachable:
            return AgentTime.UNREACHABLE, ""
        if self.declared is Declared.BREAK:
            return AgentTime.BREAK, self.reason
        wraps = self.wrap_until is not None and at < self.wrap_until
        if wraps or self.reason == EXTENDED_WRAP_UP:
            return AgentTime.WRAP_UP, ""
        return AgentTime.IDLE, ""


@dataclass(order=True, slots=True)
class _Edge:
    """An instant at which something changes."""

    at: datetime
    told: Told | None = field(compare=False, default=None)
    ringing: int = field(compare=False, default=0)
    talking: int = field(compare=False, default=0)

    def move(self, now: _Now) -> None:
        """Let it happen."""
        now.ringing += self.ringing
        now.talking += self.talking
        if self.told is not None:
            now.declared, now.reason = self.told.declared, self.told.reason
            now.reachable = self.told.reachable
            if self.told.seconds is not None:
                now.wrap_until = self.told.at + timedelta(seconds=self.told.seconds)


def spells(
    told: Sequence[Told], legs: Iterable[Leg], since: datetime, until: datetime
) -> list[Spell]:
    """Return the spells that fill [since, until) without gap or overlap.

    `told` are one agent's changes in order, beginning with the last one before `since`; `legs` are
    those that touch the time.
    """
    now, found, at = _Now(), list[Spell](), since
    for edge in sorted([*_edges_of_changes(told), *_edges_of_legs(legs)]):
        if edge.at > at:
            _add(found, at, min(edge.at, until), now)
            at = min(edge.at, until)
        edge.move(now)
    _add(found, at, until, now)
    return found


def _edges_of_changes(told: Iterable[Told]) -> Iterator[_Edge]:
    for one in told:
        yield _Edge(one.at, one)
        if one.seconds is not None:
            yield _Edge(one.at + timedelta(seconds=one.seconds))


def _edges_of_legs(legs: Iterable[Leg]) -> Iterator[_Edge]:
    for leg in legs:
        up = leg.answered or leg.ended
        yield _Edge(leg.started, ringing=1)
        if up is not None:
            yield _Edge(up, ringing=-1)
        if leg.answered is not None:
            yield _Edge(leg.answered, talking=1)
            if leg.ended is not None:
                yield _Edge(max(leg.answered, leg.ended), talking=-1)


def _add(found: list[Spell], began: datetime, ended: datetime, now: _Now) -> None:
    if ended <= began:
        return
    state, reason = now.state(began)
    last = found[-1] if found else None
    if last is not None and (last.state, last.reason) == (state, reason):
        found[-1] = Spell(last.began, ended, state, reason)
    else:
        found.append(Spell(began, ended, state, reason))
