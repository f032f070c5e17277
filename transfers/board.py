"""The switch's channels as far as transfers need them, and what they say of one call.

Filled from one look at the switch and kept by its events (`switchboard`); nothing here asks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from telephony.ami import Event
from transfers.states import State

EVENTS = ("Newchannel", "Newstate", "BridgeEnter", "BridgeLeave", "Hangup", "Rename")
HOLD_CONTEXT = "transfer-hold"
_UP = 6  # ast_channel_state
_AGENT = re.compile(r"PJSIP/([0-9]{2,8})-", re.ASCII)


@dataclass(slots=True)
class Channel:
    """One leg; `call` is the citizen's uid, `bridge` '' when it is joined with nobody."""

    uid: str
    name: str
    call: str
    state: int = 0
    context: str = ""
    bridge: str = ""

    @property
    def agent(self) -> str | None:
        """The number of the agent whose phone this is."""
        match = _AGENT.match(self.name)
        return match[1] if match else None

    @property
    def is_near_end(self) -> bool:
        """Whether it is the end that agents and citizens meet of a leg that is dialled for us."""
        return self.name.endswith(";1")

    @property
    def is_far_end(self) -> bool:
        """Whether it is the other end of such a leg, which dials."""
        return self.name.endswith(";2")

    @property
    def on_hold(self) -> bool:
        """Whether an act of ours put it on hold."""
        return self.context == HOLD_CONTEXT and not self.bridge


@dataclass(frozen=True, slots=True)
class Situation:
    """Who takes part in a call now; `partner` is the leg through which the others hear them."""

    call: str
    citizen: Channel | None
    agent: Channel | None
    partner: Channel | None

    @property
    def state(self) -> State:
        """Where the call stands."""
        if self.citizen is None:
            return State.OVER
        if self.agent is None:
            return self._without_agent()
        if self.partner is None:
            return State.TALKING if _together(self.citizen, self.agent) else State.ALONE
        return self._of_three(self.citizen, self.agent, self.partner)

    def _without_agent(self) -> State:
        if self.partner is None:
            return State.ALONE
        return State.HANDED_OVER if self.partner.state == _UP else State.LET_GO

    @staticmethod
    def _of_three(citizen: Channel, agent: Channel, partner: Channel) -> State:
        if citizen.on_hold or partner.on_hold:
            return State.PARTED
        if partner.state != _UP:
            return State.RINGING
        if _together(agent, partner):
            return State.JOINED if _together(citizen, agent) else State.CONSULTING
        return State.CHECKING if _together(citizen, agent) else State.RINGING


def _together(one: Channel, other: Channel) -> bool:
    return bool(one.bridge) and one.bridge == other.bridge


@dataclass(slots=True)
class Board:
    """All channels of a switch by uid."""

    channels: dict[str, Channel] = field(default_factory=dict)

    def replace(self, listed: Iterable[Event]) -> None:
        """Begin anew from what the switch lists."""
        self.channels = {}
        for event in listed:
            self._learn(event).bridge = event["BridgeId"]

    def take(self, event: Event) -> None:
        """Take one event, in the switch's order."""
        match event.name:
            case "Hangup":
                self.channels.pop(event["Uniqueid"], None)
            case "Rename":
                if channel := self.channels.get(event["Uniqueid"]):
                    channel.name = event["Newname"]
            case "BridgeEnter":
                self._learn(event).bridge = event["BridgeUniqueid"]
            case "BridgeLeave":
                self._leave(event)
            case _:
                self._learn(event)

    def of_agent(self, number: str) -> Channel | None:
        """Return the leg of the call that an agent is in; the newest when there are several."""
        own = (c for c in self.channels.values() if c.agent == number and c.call != c.uid)
        return max(own, key=lambda c: c.uid, default=None)

    def situation(self, call: str) -> Situation:
        """Return who takes part in a call."""
        legs = [c for c in self.channels.values() if c.call == call]
        others = [c for c in legs if c.uid != call]
        agents = [c for c in others if c.agent]
        return Situation(
            call, self.channels.get(call), agents[0] if agents else None, _partner(others)
        )

    def _learn(self, event: Event) -> Channel:
        uid = event["Uniqueid"]
        channel = self.channels.get(uid)
        if channel is None:
            channel = self.channels[uid] = Channel(uid, event["Channel"], event["Linkedid"])
        channel.name, channel.call = event["Channel"], event["Linkedid"]
        channel.state, channel.context = event.number("ChannelState"), event["Context"]
        return channel

    def _leave(self, event: Event) -> None:
        channel = self._learn(event)
        if channel.bridge == event["BridgeUniqueid"]:
            channel.bridge = ""


def _partner(others: list[Channel]) -> Channel | None:
    """The partner's leg that the others meet: the newest of ours that was not replaced yet by the
    partner's own, which stands behind it until then."""
    near = [c for c in others if c.is_near_end]
    if near:
        return near[-1]
    behind = {c.bridge for c in others if c.is_far_end and c.bridge}
    dialled = any(c.is_far_end for c in others)
    own = [
        c
        for c in others
        if not c.agent
        and not c.is_far_end
        and c.bridge not in behind
        and not (dialled and not c.bridge)
    ]
    return own[-1] if own else None
