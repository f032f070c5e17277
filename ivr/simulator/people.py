"""The people of a simulated call: the caller, and whoever could answer. One port for all of them.

A script, a random walk and somebody at a terminal are three implementations.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Situation(StrEnum):
    """Where the caller is while time passes."""

    # Something is said; keys may or may not be listened to.
    PROMPT = "prompt"
    # Silence: a key is waited for.
    KEY = "key"
    QUEUE = "queue"
    PARTNER = "partner"
    MESSAGE = "message"
    # With a human, until one of the two hangs up.
    TALK = "talk"


@dataclass(slots=True)
class Moment:
    """A stretch of time of at most `seconds`, `passed` seconds after its like began.

    `what` is the prompt, the queue or the partner line, `plays` what comes before the music; `keys`
    are those that mean something, and `outcomes` those that other people can bring about.
    """

    situation: Situation
    what: str
    seconds: float
    keys: str = ""
    outcomes: tuple[str, ...] = ()
    passed: float = 0.0
    plays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses a key, `after` so many seconds of the moment."""

    key: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Happens:
    """Others end the moment: an agent answers, the queue is full, a partner line is busy."""

    outcome: str
    after: float = 0.0


Event = Press | HangUp | Happens


class People(Protocol):
    """Who decides what happens next."""

    def next(self, moment: Moment) -> Event | None:
        """Return the first thing that happens in this moment, or None when nothing does."""
