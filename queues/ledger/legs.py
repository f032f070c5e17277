"""What the channel events of one call tell: the legs, the waits, who was joined with whom.

The dialplan's markers name the steps, Asterisk's own events time them. Called by `fold` alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from telephony.cel import CelKind, ChannelEvent, Marker
from telephony.keys import key_of

# Seconds, the dialplan's own limit: whoever left before has not said a word.
FIRST_WORD = 0.5
CITIZEN_CONTEXT = "from-citizen"
# The end through which the others hear a leg that is dialled for a transfer.
_NEAR_END = re.compile(r"Local/[^;]*@transfer-[0-9a-f]+;1", re.ASCII)
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
    # Who handed the caller over to us, and their number of the case, as far as it was known.
    handed: tuple[str, str] | None = None
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
    transfers: list[Wait] = field(default_factory=list)
    # Legs of partners and the wait they belong to; the near ends of those that still ring.
    _partner_legs: dict[str, Wait | None] = field(default_factory=dict)
    _unanswered: set[str] = field(default_factory=set)
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
            if _NEAR_END.fullmatch(event.channel):
                self._unanswered.add(event.uid)
        self._learn_channel(event)

    def _answer(self, event: ChannelEvent) -> None:
        self.picked_up = self.picked_up or event.uid == self.uid
        if event.uid in self._unanswered:
            self._unanswered.discard(event.uid)
            self._partner_legs[event.uid] = self.transfers[-1] if self.transfers else None
            for members in self._bridges.values():
                if event.uid in members:
                    self._meet(members, event.at)
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

    def _handed_to_us(self, event: ChannelEvent) -> None:
        partner, case_no, *_ = (*event.words, "")
        self.handed = (partner, case_no)

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

    def _transfer(self, event: ChannelEvent) -> None:
        """An agent hands over: the partner is waited for without leaving the queue."""
        self.transfers.append(Wait(event.words[0], event.at, at_partner=True))

    def _partner_leg(self, event: ChannelEvent) -> None:
        asked = self._wait if self._wait is not None and self._wait.at_partner else None
        asked = asked or (self.transfers[-1] if self.transfers else None)
        self._partner_legs[event.uid] = asked

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
        self._meet(members, event.at)

    def _exit(self, event: ChannelEvent) -> None:
        members = self._bridges.get(event.told("bridge_id"), [])
        if event.uid not in members:
            return
        with_citizen = self.uid in members
        members.remove(event.uid)
        if with_citizen:
            self._part(members, event)

    def _meet(self, members: list[str], at: float) -> None:
        """Begin a talk with our side, or with a partner's, when one is there now and was not."""
        for other in self._company(members):
            at_partner = self._is_partner(other)
            if self._talk(at_partner=at_partner) is None:
                self._begin_talk(at, other, at_partner=at_partner)

    def _part(self, members: list[str], event: ChannelEvent) -> None:
        """End the talk with whichever side is not there any more."""
        here = {self._is_partner(other) for other in self._company(members)}
        for at_partner in (False, True):
            talk = self._talk(at_partner=at_partner)
            if talk is not None and at_partner not in here:
                self._end_talk(talk, event)

    def _company(self, members: list[str]) -> list[str]:
        """Those who hear the citizen; a leg that still rings hears nobody."""
        if self.uid not in members:
            return []
        return [m for m in members if m != self.uid and m not in self._unanswered]

    def _is_partner(self, uid: str) -> bool:
        return uid in self._partner_legs or (self._wait is not None and self._wait.at_partner)

    @property
    def tells_of_talks(self) -> bool:
        """Whether these events say who met whom; if not, that they met nobody proves nothing."""
        return bool(self._bridges) or self.agent_lost

    def _talk(self, *, at_partner: bool) -> Talk | None:
        """The talk that goes on with our side, or with a partner's."""
        for talk in self.talks:
            if talk.ended is None and talk.wait.at_partner is at_partner:
                return talk
        return None

    def _begin_talk(self, at: float, other: str, *, at_partner: bool) -> None:
        """Open a talk; one that belongs to no wait was never asked for by the dialplan."""
        wait = self._partner_legs.get(other) if at_partner else None
        wait = wait or self._wait_of(at_partner=at_partner)
        if wait is not None:
            wait.joined = True
            self.talks.append(Talk(at, other, self.leg_channel.get(other, ""), wait))

    def _wait_of(self, *, at_partner: bool) -> Wait | None:
        if self._wait is not None and self._wait.at_partner is at_partner:
            return self._wait
        earlier = [talk.wait for talk in self.talks if talk.wait.at_partner is at_partner]
        return earlier[-1] if earlier else None

    def _end_talk(self, talk: Talk, event: ChannelEvent) -> None:
        """Close a talk. An agent who left before the first word was never in one: app_queue joins
        those who hung up during the announcement for an instant all the same."""
        talk.ended = event.at
        talk.citizen_left_first = event.uid == self.uid
        # Less than no time passes where the clock is set back: that says nothing.
        hasty = not talk.citizen_left_first and 0 <= talk.ended - talk.began < FIRST_WORD
        if hasty and not talk.wait.at_partner:
            self.talks.remove(talk)

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
        Marker.CASE: _handed_to_us,
        Marker.SURVIVAL: _survival,
        Marker.QUEUE: _queue,
        Marker.QUEUE_LEFT: _queue_left,
        Marker.AGENT_LOST: _agent_lost,
        Marker.PARTNER: _partner,
        Marker.PARTNER_LEFT: _partner_left,
        Marker.PARTNER_LEG: _partner_leg,
        Marker.TRANSFER: _transfer,
        Marker.MESSAGE: _message,
        Marker.MESSAGE_END: _message_end,
    }
