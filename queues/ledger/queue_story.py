"""What queue_log tells of one call: who answered, how long it rang and lasted, how waits ended.

Read on its own, in its own order, because its whole seconds cannot be set between channel events.
"""

from dataclasses import dataclass

from telephony.queue_log import QueueEvent, QueueKind
from tickets.outcomes import Outcome

_ENDS: dict[str, Outcome] = {
    QueueKind.EXITWITHTIMEOUT: Outcome.TIMED_OUT,
    QueueKind.EXITEMPTY: Outcome.LEFT_EMPTY,
}
_COMPLETE = (QueueKind.COMPLETECALLER, QueueKind.COMPLETEAGENT)


@dataclass(slots=True)
class QueueStory:
    """The first answer, the last end. `connected` is epoch seconds, cut off to a whole one."""

    connected: float | None = None
    queue: str = ""
    agent: str = ""
    ring_seconds: float | None = None
    talk_seconds: float | None = None
    completed_by_caller: bool | None = None
    last_end: Outcome | None = None

    def take(self, event: QueueEvent) -> None:
        """Take the next event."""
        if event.kind == QueueKind.ENTERQUEUE:
            self.last_end = None
        elif event.kind == QueueKind.CONNECT and self.connected is None:
            self.connected = event.at
            self.queue, self.agent = event.queue, event.agent
            self.ring_seconds = event.seconds(2)
        elif event.kind in _COMPLETE:
            self.talk_seconds = (self.talk_seconds or 0.0) + (event.seconds(1) or 0.0)
            self.completed_by_caller = event.kind == QueueKind.COMPLETECALLER
        elif event.kind in _ENDS:
            self.last_end = _ENDS[event.kind]
