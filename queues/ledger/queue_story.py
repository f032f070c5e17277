"""What queue_log tells of one call: who answered, how long it rang and lasted, how waits ended.

Read on its own, in its own order, because its whole seconds cannot be set between channel events.
"""

from dataclasses import dataclass, field

from telephony.queue_log import QueueEvent, QueueKind
from tickets.outcomes import Outcome

_ENDS: dict[str, Outcome] = {
    QueueKind.EXITWITHTIMEOUT: Outcome.TIMED_OUT,
    QueueKind.EXITEMPTY: Outcome.LEFT_EMPTY,
}
_COMPLETE = (QueueKind.COMPLETECALLER, QueueKind.COMPLETEAGENT)


@dataclass(slots=True)
class Connection:
    """An agent who picked up, and what came of it; `at` is epoch seconds, cut off to a whole one.

    The switch writes it before they hear each other, so without a talk it was nobody's answer.
    """

    at: float
    queue: str
    agent: str
    ring_seconds: float | None
    talk_seconds: float = 0.0
    ended_by_caller: bool | None = None


@dataclass(slots=True)
class QueueStory:
    """Whoever picked up, in order, and the last end."""

    connections: list[Connection] = field(default_factory=list)
    last_end: Outcome | None = None

    @property
    def talked(self) -> list[Connection]:
        """Those who picked up and talked, as far as whole seconds tell."""
        return [connection for connection in self.connections if connection.talk_seconds > 0]

    def take(self, event: QueueEvent) -> None:
        """Take the next event."""
        if event.kind == QueueKind.ENTERQUEUE:
            self.last_end = None
        elif event.kind == QueueKind.CONNECT:
            ringing = event.seconds(2)
            self.connections.append(Connection(event.at, event.queue, event.agent, ringing))
        elif event.kind in _COMPLETE:
            self._complete(event)
        elif event.kind in _ENDS:
            self.last_end = _ENDS[event.kind]

    def _complete(self, event: QueueEvent) -> None:
        """Close a talk. That of an agent who was lost is closed late, when the whole call ends."""
        for connection in reversed(self.connections):
            if connection.agent == event.agent and connection.ended_by_caller is None:
                connection.talk_seconds = event.seconds(1) or 0.0
                connection.ended_by_caller = event.kind == QueueKind.COMPLETECALLER
                return
