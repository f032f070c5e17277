"""What a verb gives back, typed: `outcome` names the edge, `keys` what the caller pressed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ivr.outcomes import KEY_OUTCOMES, Outcome


@dataclass(frozen=True, slots=True)
class Done:
    """The verb did its one thing."""

    outcome: ClassVar[str] = Outcome.DONE
    keys: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed a key that the node gives a meaning."""

    key: str

    @property
    def outcome(self) -> str:
        """The edge of this key."""
        return KEY_OUTCOMES[self.key]

    @property
    def keys(self) -> str:
        """The key itself."""
        return self.key


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller pressed nothing in time."""

    outcome: ClassVar[str] = Outcome.NO_INPUT
    keys: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Invalid:
    """The caller pressed something without meaning, once too often."""

    keys: str
    outcome: ClassVar[str] = Outcome.INVALID


@dataclass(frozen=True, slots=True)
class Collected:
    """The caller gave digits; they are in the node's variable."""

    keys: str
    outcome: ClassVar[str] = Outcome.COLLECTED


@dataclass(frozen=True, slots=True)
class Rated:
    """The caller judged the service: 1 very satisfied … 5 very dissatisfied."""

    score: int
    outcome: ClassVar[str] = Outcome.RATED

    @property
    def keys(self) -> str:
        """The key that gave the score."""
        return str(self.score)


@dataclass(frozen=True, slots=True)
class Chose:
    """A verb that decides by itself (hours, branch) or has words of its own (progress)."""

    outcome: str
    keys: str = ""


class Next(StrEnum):
    """What the dialplan is asked to do when a session ends (HOTLINE_NEXT)."""

    QUEUE = "queue"
    PARTNER = "partner"
    MESSAGE = "message"
    HANGUP = "hangup"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The session ends here and the dialplan does this; `variables` are the channel's."""

    kind: Next
    variables: Mapping[str, str]
    outcome: ClassVar[str] = Outcome.HANDED_OVER
    keys: ClassVar[str] = ""


Result = Done | Pressed | NoInput | Invalid | Collected | Rated | Chose | NextStep
