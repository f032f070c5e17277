"""What an agent declared, and what the switch sees: two columns that are never mixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import HotlineError


class Declared(StrEnum):
    """What the agent told us. The reason of a break stands beside it, not in it."""

    AVAILABLE = "available"
    BREAK = "break"
    OFFLINE = "offline"


class Observed(StrEnum):
    """What the switch sees of the agent's phone, and of the time it leaves them after a talk."""

    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    ON_HOLD = "on-hold"
    WRAP_UP = "wrap-up"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What a person may do to an agent's declared state."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    BREAK = "break"
    AVAILABLE = "available"
    WRAP_UP = "wrap-up"


class Cause(StrEnum):
    """Who is behind a change: the agent, on the phone or a screen, somebody else, or we."""

    PHONE = "phone"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    CONSOLE = "console"
    MISSED_RINGS = "missed-rings"
    TIME = "time"
    SWITCH = "switch"


class IllegalActError(HotlineError):
    """An act that the declared state does not allow."""

    slug = "illegal-agent-act"


@dataclass(frozen=True, slots=True)
class Move:
    """From which declared states an act is allowed, and where it leads."""

    allowed: frozenset[Declared]
    to: Declared


_ALL = frozenset(Declared)
_SIGNED_IN = frozenset({Declared.AVAILABLE, Declared.BREAK})
MOVES: Mapping[Act, Move] = {
    Act.SIGN_IN: Move(_ALL, Declared.AVAILABLE),
    Act.SIGN_OUT: Move(_ALL, Declared.OFFLINE),
    Act.BREAK: Move(_SIGNED_IN, Declared.BREAK),
    Act.AVAILABLE: Move(_SIGNED_IN, Declared.AVAILABLE),
    Act.WRAP_UP: Move(frozenset({Declared.AVAILABLE}), Declared.AVAILABLE),
}
"""Signing in or out twice changes nothing; everything else is for those who are signed in."""


def declare(number: str, declared: Declared, act: Act) -> Declared:
    """Return the declared state after an act. Raises IllegalActError."""
    move = MOVES[act]
    if declared not in move.allowed:
        raise IllegalActError(f"{number} is {declared}; {act} is not possible then.")
    return move.to


REACHABLE = "reachable"
"""What is written when a phone is back, as `unreachable` is when it is lost."""

EXTENDED_WRAP_UP = "wrap-up"
MISSED_RINGS = "missed-rings"
RESERVED_REASONS = (EXTENDED_WRAP_UP, MISSED_RINGS)
"""Reasons of a pause in the switch that are no break of a person: more time after a talk, and a
phone that rang in vain too often."""

_DEVICE_STATES = (
    ("UNKNOWN", Observed.UNKNOWN),
    ("NOT_INUSE", Observed.IDLE),
    ("INUSE", Observed.TALKING),
    ("BUSY", Observed.TALKING),
    ("INVALID", Observed.UNREACHABLE),
    ("UNAVAILABLE", Observed.UNREACHABLE),
    ("RINGING", Observed.RINGING),
    ("RINGINUSE", Observed.TALKING),
    ("ONHOLD", Observed.ON_HOLD),
)
"""Asterisk's device states in the order of their numbers (devicestate.h)."""

_BY_WORD = dict(_DEVICE_STATES)
_BY_NUMBER = {str(number): state for number, (_, state) in enumerate(_DEVICE_STATES)}


def observed(device_state: str) -> Observed:
    """Read a device state as the switch writes it, a word (`NOT_INUSE`) or its number (`1`)."""
    return _BY_WORD.get(device_state) or _BY_NUMBER.get(device_state) or Observed.UNKNOWN


@dataclass(frozen=True, slots=True)
class AgentState:
    """One agent at one moment.

    `since` is None when the observed state began unseen by us; `queues` are those the agent is
    signed in to, each with the penalty; `last_call` is the end of the last talk since signing in.
    """

    number: str
    declared: Declared
    reason: str
    observed: Observed
    since: datetime | None
    queues: Mapping[str, int]
    last_call: datetime | None = None
