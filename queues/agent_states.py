"""What an agent declared, and what the switch sees: two columns that are never mixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Declared(StrEnum):
    """What the agent told us. The reason of a break stands beside it, not in it."""

    AVAILABLE = "available"
    BREAK = "break"
    OFFLINE = "offline"


class Observed(StrEnum):
    """What the switch sees of the agent's phone."""

    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    ON_HOLD = "on-hold"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


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
    """One agent at one moment; `since` is None when the observed state began unseen by us."""

    number: str
    declared: Declared
    reason: str
    observed: Observed
    since: datetime | None
    queues: Mapping[str, int]
    calls_taken: int
