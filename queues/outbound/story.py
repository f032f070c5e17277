"""From the lines about a call of ours to what it was: a pure function, whatever order they come."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from core.clock import from_epoch
from queues.journal import JournalEvent, JournalKind
from queues.outbound.words import ANSWERS, CallEnding, Question
from telephony.cel import CelKind, ChannelEvent, Marker

Line = ChannelEvent | JournalEvent

_ANSWER = "ANSWER"
_STATUS = {
    "BUSY": CallEnding.BUSY,
    "NOANSWER": CallEnding.NO_ANSWER,
    _ANSWER: CallEnding.HUNG_UP,
    "CANCEL": CallEnding.CANCELLED,
    "": CallEnding.CANCELLED,
}
# What the menu writes when it begins to ask; without it our own menu was not there.
ASKED = "asked"


@dataclass(slots=True)
class OutboundStory:
    """A call of ours as its lines tell it."""

    rang_at: datetime | None = None
    reached_at: datetime | None = None
    ended_at: datetime | None = None
    status: str | None = None
    answers: dict[str, str] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Take one more line."""
        at = from_epoch(line.at)
        match line.kind:
            case Marker.OUT_RINGS:
                self.rang_at = self.rang_at or at
            case Marker.OUT_REACHED:
                self.reached_at = self.reached_at or at
            case Marker.OUT_DIALLED if isinstance(line, ChannelEvent):
                self.status = line.words[0]
            case CelKind.LINKEDID_END:
                self.ended_at = at
            case JournalKind.OUTBOUND_ANSWER if isinstance(line, JournalEvent):
                self._answer(line)

    def _answer(self, line: JournalEvent) -> None:
        question, key = line.word("question"), line.word("key")
        if question == ASKED:
            self.answers[ASKED] = "yes"
        elif question in list(Question) and key and key in ANSWERS[Question(question)]:
            self.answers[question] = key

    @property
    def ending(self) -> CallEnding | None:
        """What became of it, None while it lasts."""
        if self.ended_at is None:
            return None
        if self.reached_at is not None:
            return CallEnding.REACHED
        if self.rang_at is None:
            return CallEnding.NOT_STARTED if self.status is None else CallEnding.FAILED
        return _STATUS.get(self.status or "", CallEnding.FAILED)


def tell(lines: Iterable[Line]) -> OutboundStory:
    """Return the call that lines tell of."""
    story = OutboundStory()
    for line in sorted(lines, key=lambda line: line.at):
        story.take(line)
    return story
