"""The closed lists of words in which a call of ours is told."""

import re
import secrets
from datetime import datetime
from enum import StrEnum

from telephony.cel import CelKind, Marker

_PREFIX = "out-"
_UID = re.compile(rf"{_PREFIX}[0-9]{{9,11}}\.[0-9]{{1,10}}", re.ASCII)


class Purpose(StrEnum):
    """Why a citizen is called."""

    FOLLOW_UP = "follow-up"  # 回访
    RELAY = "relay"  # a unit speaks with its citizen, or an agent does


class Way(StrEnum):
    """Who speaks with the citizen."""

    PERSON = "person"
    AUTOMATIC = "automatic"


class CallEnding(StrEnum):
    """What became of a call of ours, by the switch's own lines."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    HUNG_UP = "hung-up"  # picked up, and gone before a word was said
    CANCELLED = "cancelled"  # the person hung up while the citizen's phone rang
    NOT_STARTED = "not-started"  # the person's own phone was not picked up
    FAILED = "failed"  # ours or the phone company's fault


class Question(StrEnum):
    """What an automatic call asks, in its order."""

    IDENTITY = "identity"
    SOLVED = "solved"
    HANDLING = "handling"
    SERVICE = "service"


# Keys that answer a question.
ANSWERS = {
    Question.IDENTITY: "12",
    Question.SOLVED: "123",
    Question.HANDLING: "12345",
    Question.SERVICE: "12345",
}
# Lines that say something of a call of ours.
KINDS = frozenset(
    {
        Marker.OUT_TOLD,
        Marker.OUT_RINGS,
        Marker.OUT_DIALLED,
        Marker.OUT_REACHED,
        CelKind.LINKEDID_END,
    }
)


def new_uid(at: datetime) -> str:
    """Return a name for a call, by which the switch and its files know it."""
    return f"{_PREFIX}{int(at.timestamp())}.{secrets.randbelow(10**9) + 1}"


def is_ours(uid: str) -> bool:
    """Whether a uid names a call that we made about a ticket."""
    return _UID.fullmatch(uid) is not None
