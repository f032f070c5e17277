"""What was read of one call, taken in line by line; and the lives of the switch it happened in."""

from typing import NamedTuple

from queues.journal import JournalEvent, JournalKind
from queues.ledger.alerts import AlertStory
from queues.ledger.legs import Legs
from queues.ledger.menu_story import MenuStory
from queues.ledger.queue_story import QueueStory
from queues.ledger.segments import Segments
from queues.ledger.transfer_story import TransferStory
from telephony.cel import ChannelEvent
from telephony.queue_log import QueueEvent

Event = ChannelEvent | QueueEvent | JournalEvent
_ALERTS = (JournalKind.ALERT, JournalKind.ALERT_SEEN)


class Restart(NamedTuple):
    """A switch began anew: not before `since` and surely `by`, epoch seconds.

    queue_log tells it to the second (QUEUESTART), the first channel of a new life to the instant.
    """

    since: float
    by: float


class Story:
    """All that was read of one call, stream by stream, each in the order it was written."""

    __slots__ = ("alerts", "last", "legs", "menu", "node", "queue", "segments", "transfers", "uid")

    def __init__(self, uid: str, node: str) -> None:
        self.uid = uid
        self.node = node
        self.last = 0.0  # epoch seconds of the latest event
        self.legs = Legs(uid)
        self.queue = QueueStory()
        self.menu = MenuStory()
        self.transfers = TransferStory(uid)
        self.alerts = AlertStory()
        self.segments = Segments(uid, self.transfers)

    def take(self, event: Event) -> None:
        """Take one more event, the next of its stream; what other streams said does not matter."""
        self.last = max(self.last, event.at)
        match event:
            case ChannelEvent():
                self.legs.take(event)
                self.transfers.take(event)
                self.segments.take(event)
            case QueueEvent():
                self.queue.take(event)
            case JournalEvent() if event.kind == JournalKind.TRANSFER:
                self.transfers.take_act(event)
            case JournalEvent() if event.kind in _ALERTS:
                self.alerts.take(event)
            case JournalEvent():
                self.menu.take(event)
