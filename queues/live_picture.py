"""Who waits, who works: the present moment, from what the switch says. No input, no output.

It is replaced whole by a look at the switch and moved on by events in between. An event that comes
late or twice does no lasting harm: each says what is, not what to add.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import ClassVar

from core.clock import from_epoch
from queues.agent_states import EXTENDED_WRAP_UP, AgentState, Declared, Observed
from queues.definitions import SAME_AGENT, Queue
from queues.live_phones import Phones, phone_number
from queues.live_switch import SwitchView
from telephony.ami import Event

HEARD = (
    "QueueMember*",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "AgentCalled",
    "AgentRingNoAnswer",
    "DeviceStateChange",
    "Newstate",
    "Hangup",
)
"""The events that move the picture on."""


@dataclass(frozen=True, slots=True)
class Member:
    """An agent in one queue; `last_call` is the end of their last talk, in whatever queue."""

    number: str
    penalty: int
    paused: bool
    reason: str
    last_call: datetime | None


@dataclass(frozen=True, slots=True)
class Caller:
    """A waiting call: its uid, when it began to wait, and its channel in the switch.

    No number: a picture hangs on walls.
    """

    call: str
    joined: datetime
    channel: str = ""


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue; callers in the order in which they wait."""

    name: str
    callers: tuple[Caller, ...]


Change = Callable[["Picture", Event, datetime], str | None]
"""Takes one event into a picture; returns the number of the agent it is about, if any."""


class Picture:
    """All agents and queues of one switch; `seats` are shown even when signed in nowhere.

    `queues` are known for the time they leave an agent after a talk.
    """

    def __init__(self, seats: Iterable[str] = (), queues: Iterable[Queue] = ()) -> None:
        self._seats = frozenset(seats)
        self._wrap_up = {queue.name: timedelta(seconds=queue.wrap_up) for queue in queues}
        self._members: dict[tuple[str, str], Member] = {}
        self._callers: dict[str, list[Caller]] = {}
        self._rung_for: set[str] = set()
        self._phones = Phones()
        self._since: dict[str, tuple[Observed, datetime | None]] = {}

    def agents(self, now: datetime) -> list[AgentState]:
        """Return every agent, by number, at an instant not before the last event."""
        memberships: dict[str, dict[str, Member]] = {number: {} for number in self._seats}
        for (queue, _), member in sorted(self._members.items()):
            memberships.setdefault(member.number, {})[queue] = member
        return [self._agent(number, memberships[number], now) for number in sorted(memberships)]

    def queues(self) -> list[QueueState]:
        """Return every queue, by name."""
        return [QueueState(name, tuple(self._callers[name])) for name in sorted(self._callers)]

    def free_at(self, number: str, queue: str) -> datetime | None:
        """Return from when on the switch rings this agent for this queue; None: not in sight."""
        member = self._members.get((queue, f"PJSIP/{number}"))
        if member is None or member.paused or self._phones.device(number) is not Observed.IDLE:
            return None
        last = member.last_call or datetime.min.replace(tzinfo=UTC)
        return last + self._wrap_up.get(queue, timedelta())

    def next_callers(self, queue: str, count: int) -> list[str]:
        """Return the channels of those who wait first and are not being rung for."""
        waiting = self._callers.get(queue, [])
        next_ones = (c.channel for c in waiting if c.channel and c.call not in self._rung_for)
        return list(islice(next_ones, count))

    def replace(self, view: SwitchView, now: datetime) -> None:
        """Take the switch's word for everything."""
        self._members, self._callers, self._phones = {}, {}, Phones()
        self._rung_for.clear()
        for event in view.channels:
            self._phones.set_channel(event, now)
        for event in view.devices:
            self._device(event, now)
        for event in view.queues:
            self._queue_item(event, now)
        for number in self._numbers():
            self._note(number, self._phones.busy_since(number))

    def apply(self, event: Event, now: datetime) -> None:
        """Move on by one event; events that mean nothing here change nothing."""
        # Nobody is shown the queue behind the scenes; its phones have events of their own.
        change = self._changes.get(event.name) if event["Queue"] != SAME_AGENT else None
        number = change(self, event, now) if change else None
        if number is not None:
            self._note(number, now)

    def _numbers(self) -> set[str]:
        return {member.number for member in self._members.values()} | self._seats

    def _note(self, number: str, began: datetime | None) -> None:
        observed = self._phones.observed(number)
        if self._since.get(number, (None, None))[0] is not observed:
            self._since[number] = (observed, began)

    def _agent(self, number: str, mine: Mapping[str, Member], now: datetime) -> AgentState:
        declared = _declared(mine.values())
        reasons = [m.reason for m in mine.values() if m.reason]
        last_call = max((m.last_call for m in mine.values() if m.last_call), default=None)
        observed, since = self._phones.observed(number), self._since.get(number, (None, None))[1]
        if observed is Observed.IDLE and last_call and self._wraps_up(mine, last_call, now):
            observed, since = Observed.WRAP_UP, last_call
        return AgentState(
            number=number,
            declared=declared,
            reason=reasons[0] if reasons and declared is Declared.BREAK else "",
            observed=observed,
            since=since,
            queues={queue: member.penalty for queue, member in mine.items()},
            last_call=last_call,
        )

    def _wraps_up(self, mine: Mapping[str, Member], last_call: datetime, now: datetime) -> bool:
        """Whether the switch leaves an idle agent alone because of the talk they had.

        Of two queues' times the switch heeds the longer one.
        """
        if mine and all(_extends(member) for member in mine.values()):
            return True
        longest = max(
            (self._wrap_up.get(queue, timedelta()) for queue in mine), default=timedelta()
        )
        return _declared(mine.values()) is Declared.AVAILABLE and now < last_call + longest

    def _queue_item(self, event: Event, now: datetime) -> None:
        if event["Queue"] == SAME_AGENT:
            return
        if event.name == "QueueParams":
            self._callers.setdefault(event["Queue"], [])
        elif event.name == "QueueMember":
            self._member(event, now)
        elif event.name == "QueueEntry":
            joined = now - timedelta(seconds=event.number("Wait"))
            self._place(event, joined)

    def _member(self, event: Event, _: datetime) -> str | None:
        interface = event["Interface"] or event["Location"]
        number = phone_number(interface)
        if number is None:
            return None
        self._phones.set_device(number, event["Status"])
        self._members[event["Queue"], interface] = Member(
            number=number,
            penalty=event.number("Penalty"),
            paused=event["Paused"] == "1",
            reason=event["PausedReason"],
            last_call=from_epoch(event.number("LastCall")) if event.number("LastCall") else None,
        )
        return number

    def _member_gone(self, event: Event, _: datetime) -> None:
        self._members.pop((event["Queue"], event["Interface"]), None)

    def _joined(self, event: Event, now: datetime) -> None:
        self._place(event, now)

    def _place(self, event: Event, joined: datetime) -> None:
        self._left(event, joined)
        callers = self._callers.setdefault(event["Queue"], [])
        position = event.number("Position") or len(callers) + 1
        callers.insert(position - 1, Caller(event["Uniqueid"], joined, event["Channel"]))

    def _rings(self, event: Event, _: datetime) -> None:
        self._rung_for.add(event["Uniqueid"])

    def _rang_in_vain(self, event: Event, _: datetime) -> None:
        self._rung_for.discard(event["Uniqueid"])

    def _left(self, event: Event, _: datetime) -> None:
        self._rung_for.discard(event["Uniqueid"])
        waiting = self._callers.get(event["Queue"], [])
        waiting[:] = [caller for caller in waiting if caller.call != event["Uniqueid"]]

    def _device(self, event: Event, _: datetime) -> str | None:
        number = phone_number(event["Device"])
        if number is not None:
            self._phones.set_device(number, event["State"])
        return number

    def _channel(self, event: Event, now: datetime) -> str | None:
        return self._phones.set_channel(event, now)

    def _hung_up(self, event: Event, _: datetime) -> str | None:
        return self._phones.drop_channel(event)

    _changes: ClassVar[Mapping[str, Change]] = {
        "QueueMemberAdded": _member,
        "QueueMemberStatus": _member,
        "QueueMemberPause": _member,
        "QueueMemberPenalty": _member,
        "QueueMemberRemoved": _member_gone,
        "QueueCallerJoin": _joined,
        "QueueCallerLeave": _left,
        "AgentCalled": _rings,
        "AgentRingNoAnswer": _rang_in_vain,
        "DeviceStateChange": _device,
        "Newstate": _channel,
        "Hangup": _hung_up,
    }


def _declared(memberships: Collection[Member]) -> Declared:
    if not memberships:
        return Declared.OFFLINE
    # Paused in some queues only, the agent still takes calls.
    resting = all(member.paused and not _extends(member) for member in memberships)
    return Declared.BREAK if resting else Declared.AVAILABLE


def _extends(member: Member) -> bool:
    """More time after a talk is a pause for the switch, but no break."""
    return member.paused and member.reason == EXTENDED_WRAP_UP
