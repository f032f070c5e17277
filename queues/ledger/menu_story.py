"""What the journal tells of one call: the flow, the keys, what was served, asked and rated."""

from dataclasses import dataclass, field

from queues.journal import JournalEvent, JournalKind
from tickets.numbers import is_query_code

# Keys pressed while waiting are told by the switch, also when nobody of ours is there to write.
_WAITING = "queue"
# What the database takes for a number.
_LARGEST = 2**31 - 1
_MESSAGE = "message"
_MESSAGE_ENDS = {"recorded": True, "too-short": False}


@dataclass(slots=True)
class MenuStory:
    """Facts from menus; what comes twice counts as it was last, the query code as it was first."""

    ran: bool = False
    flow: str | None = None
    flow_version: str | None = None
    line: str | None = None
    query_code: str | None = None
    callback_number: str | None = None
    callback_at: float | None = None
    message_left: bool | None = None
    message_at: float | None = None
    rating: int | None = None
    served: bool = False
    closed: bool = False
    counted_with: int | None = None
    counted_at: float | None = None
    keys: list[tuple[float, str]] = field(default_factory=list)

    def take(self, event: JournalEvent) -> None:
        """Take the next event."""
        self.ran = True
        match event.kind:
            case JournalKind.FLOW:
                self._flow(event)
            case JournalKind.CODE:
                code = event.word("code")
                self.query_code = self.query_code or (code if is_query_code(code) else None)
            case JournalKind.STEP:
                self._step(event)
            case JournalKind.CALLBACK:
                self._callback(event)
            case JournalKind.RATING:
                score = event.fields.get("score")
                self.rating = score if _is_score(score) else self.rating
            case JournalKind.SERVED:
                self.served = True
            case JournalKind.COUNTED:
                self._counted(event)
            case JournalKind.CLOSED:
                self.closed = True

    def _step(self, event: JournalEvent) -> None:
        verb, outcome = event.word("verb"), event.word("outcome")
        if verb != _WAITING:
            self.keys.append((event.at, event.word("keys") or ""))
        if verb == _MESSAGE and outcome in _MESSAGE_ENDS:
            self.message_left, self.message_at = _MESSAGE_ENDS[outcome], event.at

    def _callback(self, event: JournalEvent) -> None:
        if number := event.word("number"):
            self.callback_number = number
            self.callback_at = event.at if self.callback_at is None else self.callback_at

    def _counted(self, event: JournalEvent) -> None:
        incident = event.fields.get("incident")
        if type(incident) is int and 0 < incident <= _LARGEST and self.counted_with is None:
            self.counted_with, self.counted_at = incident, event.at

    def _flow(self, event: JournalEvent) -> None:
        version = event.fields.get("version")
        self.flow = event.word("flow") or self.flow
        self.flow_version = self.flow_version if version is None else str(version)
        self.line = event.word("line") or self.line


def _is_score(score: object) -> bool:
    return type(score) is int and 1 <= score <= 5
