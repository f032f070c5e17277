"""What a simulated caller heard and did, line by line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.simulator.clock import Clock


class Kind(StrEnum):
    """What a line tells of; `what` holds the thing itself."""

    HEARS = "hears"
    PRESSES = "presses"
    WAITS = "waits in"
    RINGS = "is put through to"
    RECORDS = "speaks after the beep"
    TALKS = "talks to"
    OUTCOME = "then"
    HANGS_UP = "hangs up"
    HUNG_UP_ON = "is hung up on"


@dataclass(slots=True)
class Line:
    """One thing, `at` so many seconds of the call."""

    at: float
    kind: Kind
    what: str = ""


@dataclass(slots=True)
class Transcript:
    """The lines so far; `watch` sees each as it is written."""

    clock: Clock
    lines: list[Line] = field(default_factory=list)
    watch: Callable[[Line], None] | None = None

    def add(self, kind: Kind, what: str = "") -> None:
        """Write down what happens at this instant."""
        line = Line(self.clock.at, kind, what)
        self.lines.append(line)
        if self.watch is not None:
            self.watch(line)
