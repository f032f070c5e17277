"""The words between nodes: how a verb ended, which is also the name of the edge to take.

Used by flows (`edges:`), verbs, the engine, the journal, and by the dialplan in its answers.
"""

from enum import StrEnum

from telephony.keys import key_name


class Outcome(StrEnum):
    """Every outcome that is not a key. A branch adds the values of its variable."""

    DONE = "done"
    # The caller before our keys.
    NO_INPUT = "no-input"
    INVALID = "invalid"
    COLLECTED = "collected"
    # The clock.
    OPEN = "open"
    CLOSED = "closed"
    # What the dialplan says of a queue.
    ANSWERED = "answered"
    TIMEOUT = "timeout"
    FULL = "full"
    NO_AGENT = "no-agent"
    LEFT_EMPTY = "left-empty"
    GONE = "gone"
    # What the dialplan says of a partner line and of a message.
    NOT_ANSWERED = "not-answered"
    BUSY = "busy"
    FAILED = "failed"
    RECORDED = "recorded"
    TOO_SHORT = "too-short"
    # Self-service.
    TAKEN = "taken"
    NO_NUMBER = "no-number"
    SERVED = "served"
    URGE = "urge"
    SUPPLEMENT = "supplement"
    HUMAN = "human"
    RATED = "rated"
    # The edge for every outcome without its own.
    ELSE = "else"
    # In the journal only: no edge leads on from these.
    HANDED_OVER = "handed-over"
    HUNG_UP = "hung-up"
    BROKEN = "broken"


KEYS = "0123456789*#"
# key-0 … key-9, key-star, key-pound.
KEY_OUTCOMES = {key: f"key-{key_name(key)}" for key in KEYS}
