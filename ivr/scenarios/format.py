"""A scenario as data: what is given, the story in order, and how the call ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.simulator import Arrival, End
from tickets.states import TicketState


class Tells(StrEnum):
    """What one line of a story tells: first what happens to the citizen, then what they do."""

    HEARS = "hears"
    WAITS = "waits"
    RINGS = "rings"
    TALKS = "talks"
    PRESSES = "presses"
    SILENT = "silent"
    SPEAKS = "speaks"
    HANGS_UP = "hangs-up"


HAPPENINGS = frozenset({Tells.HEARS, Tells.WAITS, Tells.RINGS, Tells.TALKS})


@dataclass(frozen=True, slots=True)
class Step:
    """One line: `hears: busy`, `presses: "5"`, `silent: 10` (seconds)."""

    tells: Tells
    what: str
    line: int

    def __str__(self) -> str:
        return f"{self.tells}: {self.what}" if self.what else str(self.tells)


@dataclass(frozen=True, slots=True)
class Fate:
    """What others do when a caller comes to a queue or a partner line, after so many seconds."""

    outcome: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Given:
    """How things stand. Fates are those of one visit after another, the last for all further;
    a queue or line not named lets callers wait in vain. `tickets` are states by query code,
    `incidents` the keys of the announcements on air."""

    caller: str = Arrival().caller
    at: datetime = Arrival().at
    queues: Mapping[str, tuple[Fate, ...]] = field(default_factory=dict)
    partners: Mapping[str, tuple[Fate, ...]] = field(default_factory=dict)
    tickets: Mapping[str, TicketState] = field(default_factory=dict)
    incidents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story and its end, None when any end will do."""

    name: str
    line: int
    given: Given
    story: tuple[Step, ...]
    end: End | None


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """All stories of one flow."""

    flow: str
    scenarios: tuple[Scenario, ...]
