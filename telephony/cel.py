"""Reads Asterisk's channel events (CEL) as our configuration writes them: thirteen quoted columns.

`asterisk_conf/templates/cel_custom.conf.j2` sets the columns and their order; the ledger calls us.
"""

import csv
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from telephony.text import call_uid, plausible_instant, readable


class CelKind(StrEnum):
    """Events of Asterisk's own that decide something."""

    CHAN_START = "CHAN_START"
    ANSWER = "ANSWER"
    APP_START = "APP_START"
    APP_END = "APP_END"
    BRIDGE_ENTER = "BRIDGE_ENTER"
    BRIDGE_EXIT = "BRIDGE_EXIT"
    HANGUP = "HANGUP"
    CHAN_END = "CHAN_END"
    LINKEDID_END = "LINKEDID_END"


class Marker(StrEnum):
    """What our dialplan says of itself, with one word or `word|word` in `extra`."""

    ARRIVED = "HL-ARRIVED"
    REFUSED = "HL-REFUSED"
    CASE = "HL-CASE"
    QUEUE = "HL-QUEUE"
    QUEUE_LEFT = "HL-QUEUE-LEFT"
    AGENT_LOST = "HL-AGENT-LOST"
    PARTNER = "HL-PARTNER"
    PARTNER_LEFT = "HL-PARTNER-LEFT"
    PARTNER_LEG = "HL-PARTNER-LEG"
    PARTNER_ANSWERED = "HL-PARTNER-ANSWERED"
    DIALLED = "HL-DIALLED"
    TRANSFER = "HL-TRANSFER"
    TRANSFER_BACK = "HL-TRANSFER-BACK"
    RECALL = "HL-RECALL"
    RECALL_LEFT = "HL-RECALL-LEFT"
    HOLD = "HL-HOLD"
    HOLD_END = "HL-HOLD-END"
    MESSAGE = "HL-MESSAGE"
    MESSAGE_END = "HL-MESSAGE-END"
    SURVIVAL = "HL-SURVIVAL"
    # A call-back: the agent hears what it is, the citizen's phone is called, the two talk; how the
    # dialling ended, and how the place in the queue did.
    CALLBACK_TOLD = "HL-CALLBACK-TOLD"
    CALLBACK_RINGS = "HL-CALLBACK-RINGS"
    CALLBACK_REACHED = "HL-CALLBACK-REACHED"
    CALLBACK_DIALLED = "HL-CALLBACK-DIALLED"
    CALLBACK_LEFT = "HL-CALLBACK-LEFT"
    # A call of ours about a ticket: the person has picked up, the citizen's phone is called, the
    # citizen is there; how the dialling ended.
    OUT_TOLD = "HL-OUT-TOLD"
    OUT_RINGS = "HL-OUT-RINGS"
    OUT_REACHED = "HL-OUT-REACHED"
    OUT_DIALLED = "HL-OUT-DIALLED"


class ChannelEvent(NamedTuple):
    """One row of the file; `at` is epoch seconds, `call` the linked id: the citizen's channel."""

    at: float
    kind: str
    uid: str
    call: str
    channel: str
    context: str
    exten: str
    number: str
    name: str
    app: str
    app_data: str
    peer: str
    raw_extra: str

    def told(self, key: str) -> str:
        """Return one word of what the event adds, '' when it says nothing of the kind."""
        try:
            found = json.loads(self.raw_extra)[key]
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
        return str(found)

    @property
    def words(self) -> list[str]:
        """What a marker of ours says, cut at `|`; at least one word, which may be ''."""
        return self.told("extra").split("|")


COLUMNS = len(ChannelEvent._fields)
LONGEST_RECORD = 1 << 16

# Where a record begins. Inside a field every quote is doubled, so a caller whose name holds a line
# break and a forged row cannot make this match; a record torn by a full disk ends at the next one.
_START = re.compile(rb'(?<!,)"[0-9]{9,11}\.[0-9]{6}","[A-Z]')


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut bytes into (offset, record) and leave a last record that is not finished yet.

    A record may span lines. One that has grown past any use is given out for what it is.
    """
    starts = [match.start() for match in _START.finditer(data)]
    if not starts or starts[0] > 0:
        starts.insert(0, 0)
    for start, end in pairwise(starts):
        yield start, data[start:end]
    last = _finished(data[starts[-1] :])
    if last:
        yield starts[-1], last


def _finished(record: bytes) -> bytes:
    """Return what is whole of the last record: up to a line's end outside any field."""
    if len(record) > LONGEST_RECORD:
        return record
    whole = record[: record.rfind(b"\n") + 1]
    return whole if whole.count(b'"') % 2 == 0 else b""


def parse(record: bytes) -> ChannelEvent | None:
    """Return the event of one record, or None when it is torn or foreign."""
    try:
        rows = list(csv.reader([readable(record)], strict=True))
    except csv.Error:
        return None
    if len(rows) != 1 or len(rows[0]) != COLUMNS:
        return None
    fields = rows[0]
    at = plausible_instant(fields[0])
    if at is None:
        return None
    fields[3] = call_uid(fields[3])
    return ChannelEvent(at, *fields[1:])
