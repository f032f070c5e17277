"""What the channel events of one call tell: the legs, the waits, who was joined with whom.

The dialplan's markers name the steps, Asterisk's own events time them. Called by `fold` alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from telephony.cel import CelKind, ChannelEvent, Marker
from telephony.keys import key_of

# Seconds, the dialplan's own limit: whoever left before has not said a word.
FIRST_WORD = 0.5
CITIZEN_CONTEXT = "from-citizen"
_QUEUE = "Queue"
_ANSWER = "ANSWER"


@dataclass(slots=True)
class Wait:
    """Waiting for somebody: a visit to a queue or the dialling of a partner line.

    `left` and `status` stay empty when the caller hung up while waiting or talking.
    """

    where: str
    began: float
    at_partner: bool = False
    left: float | None = None
    status: str = ""
    joined: bool = False


@dataclass(slots=True)
class Talk:
    """Citizen and one other party or more in one bridge."""

    began: float
    other: str
    channel: str
    wait: Wait
    ended: float | None = None
    citizen_left_first: bool = False


@dataclass(slots=True)
class Message:
    """A recording by the caller, from just before the beep."""

    path: str
    began: float
    ended: float | None = None


@dataclass(slots=True)
class Legs:
    """The story told by channel events, taken one by one in the order they were written."""

    uid: str
    from_citizen: bool = False
    arrived: bool = False
    started: float | None = None
    picked_up: bool = False
    ended: float | None = None
    hung_up_by: str = ""
    last: float = 0.0
    over: bool = False
    line: str = ""
    did: str = ""
    caller: str = ""
    channel: str = ""
    refused: bool = False
    agent_lost: bool = False
    survival: str | None = None
    visits: list[Wait] = field(default_factory=list)
    partners: list[Wait] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)
    leg_started: dict[str, float] = field(default_factory=dict)
    leg_answered: dict[str, float] = field(default_factory=dict)
    leg_number: dict[str, str] = field(default_factory=dict)
    leg_channel: dict[str, str] = field(default_factory=dict)
    _bridges: dict[str, list[str]] = field(default_factory=dict)
    _wait: Wait | None = None

    @property
    def is_arrival(self) -> bool:
        """Whether a citizen called us. A number that is not ours, refused, is nobody's arrival."""
        return self.arrived or (self.from_citizen and not self.refused)

    def take(self, event: ChannelEvent) -> None:
        """Take the next event."""
        self.last = max(self.last, event.at)
        step = self._STEPS.get(event.kind)
        if step is not None:
            step(self, event)

    # The legs.

    def _chan_start(self, event: ChannelEvent) -> None:
        if event.uid == self.uid:
            self.started = event.at
            self.from_citizen = self.from_citizen or event.context == CITIZEN_CONTEXT
            self.did, self.caller = event.exten, event.number
        else:
            self.leg_started[event.uid] = event.at
            self.leg_number[event.uid] = event.number
        self._learn_channel(event)

    def _answer(self, event: ChannelEvent) -> None:
        self.picked_up = self.picked_up or event.uid == self.uid
        self.leg_answered.setdefault(event.uid, event.at)

    def _hangup(self, event: ChannelEvent) -> None:
        if event.uid == self.uid and self.ended is None:
            self.ended = event.at
            self.hung_up_by = event.told("hangupsource")

    def _linked_end(self, event: ChannelEvent) -> None:
        self.over = True
        if self.ended is None:
            self.ended = event.at

    def _learn_channel(self, event: ChannelEvent) -> None:
        if event.channel:
            self.leg_channel[event.uid] = event.channel

    # The steps our dialplan names.

    def _arrived(self, event: ChannelEvent) -> None:
        self.arrived = True
        self.line = event.words[0]
        if self.started is None:
            self.started, self.caller = event.at, event.number

    def _refused(self, event: ChannelEvent) -> None:
        self.refused = True

    def _survival(self, event: ChannelEvent) -> None:
        self.survival = self.survival or event.words[0] or "?"

    def _queue(self, event: ChannelEvent) -> None:
        self._begin(event.words[0], event.at)

    def _app_start(self, event: ChannelEvent) -> None:
        """Count a queue entered without our marker, and only then."""
        own = event.uid == self.uid and event.app == _QUEUE
        if own and not (self.visits and self.visits[-1] is self._wait):
            self._begin(event.app_data.split(",")[0], event.at)

    def _queue_left(self, event: ChannelEvent) -> None:
        status = self._end(event)
        if status.startswith("key-"):
            self.keys.append((event.at, key_of(status.removeprefix("key-"))))

    def _agent_lost(self, event: ChannelEvent) -> None:
        """An agent was there, but not for the caller: the next queue is the same request's."""
        self.agent_lost = True

    def _partner(self, event: ChannelEvent) -> None:
        self._begin(event.words[0], event.at, at_partner=True)

    def _partner_left(self, event: ChannelEvent) -> None:
        wait = self._wait
        if self._end(event) == _ANSWER and wait is not None:
            wait.joined = True

    def _begin(self, where: str, at: float, at_partner: bool = False) -> None:
        self._wait = Wait(where, at, at_partner)
        (self.partners if at_partner else self.visits).append(self._wait)

    def _end(self, event: ChannelEvent) -> str:
        """Close the wait we are in; return the status that the dialplan saw."""
        status = "|".join(event.words[1:])
        if self._wait is not None:
            self._wait.left, self._wait.status = event.at, status
            self._wait = None
        return status

    def _message(self, event: ChannelEvent) -> None:
        self.messages.append(Message(event.words[0], event.at))

    def _message_end(self, event: ChannelEvent) -> None:
        if self.messages and self.messages[-1].ended is None:
            self.messages[-1].ended = event.at

    # Who is joined with whom.

    def _enter(self, event: ChannelEvent) -> None:
        self._learn_channel(event)
        members = self._bridges.setdefault(event.told("bridge_id"), [])
        if event.uid not in members:
            members.append(event.uid)
        others = [member for member in members if member != self.uid]
        if self.uid in members and others and not self._talking:
            self._begin_talk(event.at, others[0])

    def _exit(self, event: ChannelEvent) -> None:
        members = self._bridges.get(event.told("bridge_id"), [])
        if event.uid not in members:
            return
        with_citizen = self.uid in members
        members.remove(event.uid)
        if with_citizen and len(members) < 2 and self._talking:
            self._end_talk(event)

    @property
    def tells_of_talks(self) -> bool:
        """Whether these events say who met whom; if not, that they met nobody proves nothing."""
        return bool(self._bridges) or self.agent_lost

    @property
    def _talking(self) -> bool:
        return bool(self.talks) and self.talks[-1].ended is None

    def _begin_talk(self, at: float, other: str) -> None:
        """Open a talk; one that belongs to no wait was never asked for by the dialplan."""
        wait = self._wait or (self.talks[-1].wait if self.talks else None)
        if wait is not None:
            wait.joined = True
            self.talks.append(Talk(at, other, self.leg_channel.get(other, ""), wait))

    def _end_talk(self, event: ChannelEvent) -> None:
        """Close a talk. An agent who left before the first word was never in one: app_queue joins
        those who hung up during the announcement for an instant all the same."""
        talk = self.talks[-1]
        talk.ended = event.at
        talk.citizen_left_first = event.uid == self.uid
        # Less than no time passes where the clock is set back: that says nothing.
        hasty = not talk.citizen_left_first and 0 <= talk.ended - talk.began < FIRST_WORD
        if hasty and not talk.wait.at_partner:
            self.talks.pop()

    _STEPS: ClassVar[dict[str, Callable[["Legs", ChannelEvent], None]]] = {
        CelKind.CHAN_START: _chan_start,
        CelKind.ANSWER: _answer,
        CelKind.APP_START: _app_start,
        CelKind.BRIDGE_ENTER: _enter,
        CelKind.BRIDGE_EXIT: _exit,
        CelKind.HANGUP: _hangup,
        CelKind.CHAN_END: _hangup,
        CelKind.LINKEDID_END: _linked_end,
        Marker.ARRIVED: _arrived,
        Marker.REFUSED: _refused,
        Marker.SURVIVAL: _survival,
        Marker.QUEUE: _queue,
        Marker.QUEUE_LEFT: _queue_left,
        Marker.AGENT_LOST: _agent_lost,
        Marker.PARTNER: _partner,
        Marker.PARTNER_LEFT: _partner_left,
        Marker.MESSAGE: _message,
        Marker.MESSAGE_END: _message_end,
    }
