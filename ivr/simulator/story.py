"""A simulated call after its end: what was heard, which steps were taken, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.outcomes import Outcome
from ivr.simulator.equipment import MemoryJournal
from ivr.simulator.transcript import Kind, Line


class End(StrEnum):
    """What a caller got out of a call, the best that applies; SENT_AWAY must never happen."""

    HUMAN = "human"
    PARTNER = "partner"
    CALLBACK = "callback"
    MESSAGE = "message"
    SERVED = "served"
    COUNTED = "counted"
    CLOSED = "closed"
    HUNG_UP = "hung-up"
    SENT_AWAY = "sent-away"


@dataclass(frozen=True, slots=True)
class Story:
    """`seconds` is how long the call lasted."""

    lines: Sequence[Line]
    journal: MemoryJournal
    seconds: float

    @property
    def heard(self) -> list[str]:
        """The prompts in the order heard, as language/id."""
        return [line.what for line in self.lines if line.kind is Kind.HEARS]

    @property
    def end(self) -> End:
        """What the caller got, in the precedence of the answer-rate classes."""
        kinds = {(line.kind, line.what) for line in self.lines}
        told = {kind for kind, _ in self.journal.lines}
        if self._talked_in_queue():
            return End.HUMAN
        if any(kind is Kind.TALKS for kind, _ in kinds):
            return End.PARTNER
        if "callback" in told:
            return End.CALLBACK
        if (Kind.OUTCOME, Outcome.RECORDED) in kinds:
            return End.MESSAGE
        if "counted" in told:
            return End.COUNTED
        if "closed" in told:
            return End.CLOSED
        if "served" in told:
            return End.SERVED
        return End.HUNG_UP if (Kind.HANGS_UP, "") in kinds else End.SENT_AWAY

    def _talked_in_queue(self) -> bool:
        queues = {line.what for line in self.lines if line.kind is Kind.WAITS}
        return any(line.kind is Kind.TALKS and line.what in queues for line in self.lines)
