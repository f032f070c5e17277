"""Reads Asterisk's queue_log: one line of bytes to one typed event. The ledger calls this.

The file has whole seconds only, cut off, so its events are compared by their order in the file and
never by their time with those of other files.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from telephony.text import call_uid, plausible_instant, readable

# What Asterisk writes where a line belongs to no queue or no agent.
NONE = "NONE"

# Our own lines. An agent's change as it was meant: act, cause, actor, reason.
AGENT_ACT = "HL-AGENT"
# After a talk: the seconds that the switch leaves the agent alone.
WRAP_UP = "HL-WRAP-UP"


class QueueKind(StrEnum):
    """The events that decide something; others are kept but not asked."""

    QUEUESTART = "QUEUESTART"
    ENTERQUEUE = "ENTERQUEUE"
    CONNECT = "CONNECT"
    COMPLETECALLER = "COMPLETECALLER"
    COMPLETEAGENT = "COMPLETEAGENT"
    ABANDON = "ABANDON"
    EXITWITHTIMEOUT = "EXITWITHTIMEOUT"
    EXITEMPTY = "EXITEMPTY"
    EXITWITHKEY = "EXITWITHKEY"


class QueueEvent(NamedTuple):
    """One line of queue_log; `at` is epoch seconds, `call` is '' where no call is meant."""

    at: float
    call: str
    queue: str
    agent: str
    kind: str
    data: tuple[str, ...]

    def seconds(self, place: int) -> float | None:
        """Return a field of `data` as a number of seconds, or None when it is none."""
        if place >= len(self.data) or not _SECONDS.fullmatch(self.data[place]):
            return None
        return float(self.data[place])


_SECONDS = re.compile(r"[0-9]{1,7}", re.ASCII)
_KIND = re.compile(r"[A-Z_-]{1,40}", re.ASCII)


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut bytes into (offset, line) and leave a last line that is not finished yet."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield start, data[start : end + 1]
        start = end + 1


def parse(line: bytes) -> QueueEvent | None:
    """Return the event of one line, or None when the line is torn or foreign."""
    fields = readable(line).rstrip("\r\n").split("|")
    if len(fields) < 5 or not _KIND.fullmatch(fields[4]):
        return None
    at = plausible_instant(fields[0])
    if at is None:
        return None
    queue, agent = ("" if field == NONE else field for field in fields[2:4])
    return QueueEvent(at, call_uid(fields[1]), queue, agent, fields[4], tuple(fields[5:]))
