"""A call's events as sentences, in the order they happened: what `./hotline call` prints."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from queues import journal
from queues.journal import JournalEvent, JournalKind
from telephony import cel, queue_log
from telephony.cel import CelKind, ChannelEvent, Marker
from telephony.keys import key_of
from telephony.queue_log import QueueEvent

Event = ChannelEvent | QueueEvent | JournalEvent


def event_of(line: str) -> Event | None:
    """Read a stored line back; which file it came from shows in its first character."""
    raw = line.encode()
    if line.startswith('"'):
        return cel.parse(raw)
    return journal.parse(raw) if line.startswith("{") else queue_log.parse(raw)


@dataclass(slots=True)
class Timeline:
    """Tells each event once; `began` is the epoch second of the arrival.

    `talks` is set when a talk or a message begins; `to_a_machine` tells the two apart.
    """

    began: float
    talks: asyncio.Event = field(default_factory=asyncio.Event)
    to_a_machine: bool = False
    _rang_at: dict[str, float] = field(default_factory=dict)

    def sentence(self, event: Event) -> str | None:
        """Return what the event means to a person, None when it says nothing new."""
        if isinstance(event, ChannelEvent):
            return self._channel(event)
        if isinstance(event, QueueEvent):
            return _queue(event)
        return _menu(event)

    def offset(self, event: Event) -> float:
        """Seconds since the arrival."""
        return max(0.0, event.at - self.began)

    def _channel(self, event: ChannelEvent) -> str | None:
        if event.kind == Marker.MESSAGE:
            self.to_a_machine = True
            self.talks.set()
        if event.kind in MARKERS:
            return MARKERS[event.kind](event)
        citizens = event.uid == event.call
        if event.kind == CelKind.CHAN_START and not citizens:
            self._rang_at[event.uid] = event.at
            return f"the phone of {_who(event)} rings"
        if event.kind == CelKind.ANSWER and not citizens:
            waited = event.at - self._rang_at.get(event.uid, event.at)
            return f"{_who(event)} answers after {waited:.1f} s"
        if event.kind == CelKind.BRIDGE_ENTER and citizens:
            self.talks.set()
            return "they hear each other; recording, citizen left, other side right"
        if event.kind == CelKind.BRIDGE_EXIT and citizens:
            return "the talk is over"
        if event.kind == CelKind.HANGUP and citizens:
            return "the call ends"
        return None


def _who(event: ChannelEvent) -> str:
    name = event.channel.removeprefix("PJSIP/").rsplit("-", 1)[0]
    return f"agent {name}" if name.isdigit() else f"the partner line ({event.number or name})"


def _left(event: ChannelEvent) -> str | None:
    queue, why = (*event.words, "", "")[:2]
    if why.startswith("key-"):
        key = key_of(why.removeprefix("key-"))
        return f"the citizen presses {key} while waiting in {queue}"
    told = {"TIMEOUT": "nobody was free in time", "FULL": "it is full"}
    empty = "no agent is reachable"
    told |= dict.fromkeys(("JOINEMPTY", "JOINUNAVAIL", "LEAVEEMPTY", "LEAVEUNAVAIL"), empty)
    return f"leaves queue {queue}: {told[why]}" if why in told else None


MARKERS: dict[str, Callable[[ChannelEvent], str | None]] = {
    Marker.ARRIVED: lambda e: f"arrives on line {e.words[0]}",
    Marker.QUEUE: lambda e: f"waits in queue {e.words[0]}, greeted and with music",
    Marker.QUEUE_LEFT: _left,
    Marker.AGENT_LOST: lambda _: "the agent is gone: back to the head of the queue",
    Marker.PARTNER: lambda e: f"is being put through to {e.words[0]}",
    Marker.PARTNER_LEFT: lambda e: f"partner line {' '.join(e.words).lower()}",
    Marker.MESSAGE: lambda _: "beep: a message is being recorded",
    Marker.MESSAGE_END: lambda _: "the message is recorded",
    Marker.SURVIVAL: lambda e: f"our server could not be asked ({e.words[0]}): survival",
}


def _queue(event: QueueEvent) -> str | None:
    if event.kind == "RINGNOANSWER":
        return f"agent {event.agent} does not take it; the next one is rung"
    return None


def _menu(event: JournalEvent) -> str | None:
    if event.kind == JournalKind.FLOW:
        return f"follows flow {event.fields.get('version', '')}"
    if event.kind == JournalKind.STEP and event.fields.get("keys"):
        return f"presses {event.fields['keys']} at {event.fields.get('node', '?')}"
    if event.kind == JournalKind.RATING:
        return f"rates the service {event.fields.get('score')} (1 is best)"
    if event.kind == JournalKind.CALLBACK:
        return "orders a callback"
    if event.kind == JournalKind.SERVED:
        return f"is served by the menu: {event.fields.get('what', '')}"
    return None
