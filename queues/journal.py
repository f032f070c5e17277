"""The journal: what happened in menus, one JSON object a line, written by AGI processes.

`agi_scripts` appends, the ledger reads. The words they share live here.
"""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from telephony.queue_log import records as lines
from telephony.text import call_uid, plausible_instant, readable


class JournalKind(StrEnum):
    """What our processes have to tell of a call."""

    FLOW = "flow"
    CODE = "code"
    STEP = "step"
    CALLBACK_OFFERED = "callback-offered"
    CALLBACK = "callback"
    RATING = "rating"
    SERVED = "served"
    CLOSED = "closed"
    COUNTED = "counted"
    ASKED = "asked"
    TRANSFER = "transfer"
    # An agent pressed the emergency button; a supervisor has taken note.
    ALERT = "alert"
    ALERT_SEEN = "alert-seen"
    # The life of a call-back after its call; written by its keeper and by people.
    CALLBACK_ASSIGNED = "callback-assigned"
    CALLBACK_PLACED = "callback-placed"
    CALLBACK_LOST = "callback-lost"
    CALLBACK_GIVEN_UP = "callback-given-up"
    CALLBACK_CANCELLED = "callback-cancelled"
    CALLBACK_EXPIRED = "callback-expired"
    CALLBACK_SETTLED = "callback-settled"
    # What a citizen pressed in an automatic call of ours.
    OUTBOUND_ANSWER = "outbound-answer"


class JournalEvent(NamedTuple):
    """One line of the journal; `at` is epoch seconds."""

    at: float
    call: str
    kind: str
    fields: dict[str, Any]

    def word(self, key: str) -> str | None:
        """Return a field that is text and not empty, else None."""
        value = self.fields.get(key)
        return value if isinstance(value, str) and value else None


# How a line begins; in a torn line the rest may hold a whole one.
_START = b'{"at"'


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut bytes into (offset, line) and leave a last line that is not finished yet."""
    return lines(data)


def parse(line: bytes) -> JournalEvent | None:
    """Return the event of one line, or None when the line is torn or foreign."""
    fields = _object(line) or _object(line[max(0, line.rfind(_START)) :])
    if fields is None:
        return None
    at = plausible_instant(str(fields.pop("at", "")))
    call, kind = call_uid(str(fields.pop("call", ""))), fields.pop("kind", None)
    if at is None or not call or not isinstance(kind, str):
        return None
    return JournalEvent(at, call, kind, fields)


def _object(line: bytes) -> dict[str, Any] | None:
    text = readable(line)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    # What JSON may escape but text may not hold is made plain once more: half characters would stop
    # the database, and NUL as well.
    return _plain(found) if "\\u" in text else found


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: readable(value.encode(errors="replace")) if isinstance(value, str) else value
        for key, value in fields.items()
    }
