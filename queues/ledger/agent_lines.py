"""What single lines of the switch tell of agents. Pure; called for every line the ledger takes."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from queues.agent_models import Change
from queues.agent_states import REACHABLE, Act, Cause, Observed
from telephony.cel import CelKind, ChannelEvent
from telephony.queue_log import AGENT_ACT, WRAP_UP, QueueEvent

_NUMBER = re.compile(r"[0-9]{2,8}", re.ASCII)
_PHONE = re.compile(r"PJSIP/([0-9]{2,8})-[0-9a-f]+", re.ASCII)
_OWN_WORDS = {
    "ADDMEMBER": Change.JOINED,
    "REMOVEMEMBER": Change.LEFT,
    "PAUSE": Change.PAUSED,
    "UNPAUSE": Change.UNPAUSED,
}
_ACTS = {
    Act.SIGN_IN: Change.SIGN_IN,
    Act.SIGN_OUT: Change.SIGN_OUT,
    Act.BREAK: Change.BREAK,
    Act.AVAILABLE: Change.AVAILABLE,
    Act.WRAP_UP: Change.WRAP_UP_LONGER,
    Observed.UNREACHABLE: Change.UNREACHABLE,
    REACHABLE: Change.REACHABLE,
}


class AgentLine(NamedTuple):
    """One line of queue_log about an agent; `at` is whole epoch seconds."""

    at: float
    agent: str
    change: Change
    queue: str
    reason: str
    cause: str
    actor: str
    call: str
    seconds: int | None


class LegLine(NamedTuple):
    """One instant of an agent's leg in a call; `at` is epoch seconds."""

    at: float
    uid: str
    call: str
    agent: str
    kind: str


def agent_line(event: QueueEvent) -> AgentLine | None:
    """Return what a line of queue_log tells of an agent, None when nothing."""
    if not _NUMBER.fullmatch(event.agent):
        return None
    if event.kind == AGENT_ACT:
        return _act(event)
    if event.kind == WRAP_UP:
        seconds = event.seconds(0)
        if seconds is None:
            return None
        return _line(event, Change.WRAP_UP, cause=Cause.SWITCH, seconds=int(seconds))
    change = _OWN_WORDS.get(event.kind)
    if change is None:
        return None
    return _line(event, change, reason=event.data[0] if event.data else "", cause=Cause.CONSOLE)


def _act(event: QueueEvent) -> AgentLine | None:
    act, cause, actor, reason = (*event.data, "", "", "", "")[:4]
    change = _ACTS.get(act)
    return _line(event, change, reason=reason, cause=cause, actor=actor) if change else None


def _line(
    event: QueueEvent,
    change: Change,
    *,
    reason: str = "",
    cause: str = "",
    actor: str = "",
    seconds: int | None = None,
) -> AgentLine:
    return AgentLine(
        event.at, event.agent, change, event.queue, reason, cause, actor, event.call, seconds
    )


_INSTANTS = frozenset({CelKind.CHAN_START, CelKind.ANSWER, CelKind.HANGUP, CelKind.CHAN_END})


def leg_line(event: ChannelEvent) -> LegLine | None:
    """Return what a channel event tells of an agent's phone, None when nothing."""
    if event.kind not in _INSTANTS:
        return None
    phone = _PHONE.fullmatch(event.channel)
    return LegLine(event.at, event.uid, event.call, phone[1], event.kind) if phone else None


@dataclass(slots=True)
class LegPart:
    """What a batch of lines tells of one leg."""

    uid: str
    call: str
    agent: str
    started: float | None = None
    answered: float | None = None
    ended: float | None = None

    def take(self, line: LegLine) -> None:
        """Take the next line."""
        if line.kind == CelKind.CHAN_START:
            self.started = line.at
        elif line.kind == CelKind.ANSWER:
            self.answered = self.answered or line.at
        else:
            self.ended = self.ended or line.at


def legs_of(lines: list[LegLine]) -> list[LegPart]:
    """Gather the lines of each leg."""
    parts: dict[str, LegPart] = {}
    for line in lines:
        part = parts.setdefault(line.uid, LegPart(line.uid, line.call, line.agent))
        part.take(line)
    return list(parts.values())
