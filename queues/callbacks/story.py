"""From all lines about a call-back to its row: a pure function, for the first time and for ever.

The journal tells what was promised and decided, the switch's markers what happened on the phones.
A line that makes no legal move, as one that comes late or twice, changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from core.clock import from_epoch
from queues.callbacks.models import CallbackSource
from queues.callbacks.states import (
    CallbackAct,
    CallbackResult,
    CallbackState,
    IllegalCallbackMove,
    move,
)
from queues.callbacks.uids import read_try
from queues.journal import JournalEvent, JournalKind
from telephony.cel import ChannelEvent, Marker
from telephony.text import plausible_instant

Line = ChannelEvent | JournalEvent

# The agent hung up while the citizen's phone rang: no fault, and no try, of the citizen's.
_AGENT_LEFT = frozenset({"CANCEL", ""})
# Picked up and gone before a word was said is no answer.
_RESULTS = {
    "BUSY": CallbackResult.BUSY,
    "NOANSWER": CallbackResult.NO_ANSWER,
    "ANSWER": CallbackResult.NO_ANSWER,
    "REJECTED": CallbackResult.DECLINED,
}
_JOURNAL_ACTS: Mapping[str, CallbackAct] = {
    JournalKind.CALLBACK_OFFERED: CallbackAct.OFFER,
    JournalKind.CALLBACK: CallbackAct.TAKE,
    JournalKind.CALLBACK_ASSIGNED: CallbackAct.TAKE,
    JournalKind.CALLBACK_PLACED: CallbackAct.PLACE,
    JournalKind.CALLBACK_LOST: CallbackAct.LOSE,
    JournalKind.CALLBACK_GIVEN_UP: CallbackAct.GIVE_UP,
    JournalKind.CALLBACK_CANCELLED: CallbackAct.CANCEL,
    JournalKind.CALLBACK_EXPIRED: CallbackAct.EXPIRE,
    JournalKind.CALLBACK_SETTLED: CallbackAct.SETTLE,
}
_MARKER_ACTS: Mapping[str, CallbackAct] = {
    Marker.CALLBACK_TOLD: CallbackAct.TELL_AGENT,
    Marker.CALLBACK_RINGS: CallbackAct.RING,
    Marker.CALLBACK_REACHED: CallbackAct.REACH,
    Marker.CALLBACK_LEFT: CallbackAct.LOSE,
}
_ABANDONED = CallbackSource.ABANDONED
# Kinds of lines that say something of a call-back; by them the ledger finds them.
KINDS = frozenset({*_JOURNAL_ACTS, *_MARKER_ACTS, Marker.CALLBACK_DIALLED})


@dataclass(slots=True)
class CallbackStory:
    """A call-back as its lines tell it, with the columns of `queues.callbacks.models.Callback`."""

    call_uid: str
    state: CallbackState | None = None
    source: CallbackSource = CallbackSource.ASKED
    number: str = ""
    language: str = "zh"
    priority: int = 0
    offered_at: datetime | None = None
    taken_at: datetime | None = None
    promised_until: datetime | None = None
    since: datetime | None = None
    tries: int = 0
    placed_at: datetime | None = None
    missed: int = 0
    missed_at: datetime | None = None
    agent: str | None = None
    reached_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    by: str | None = None
    lines: int = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)
    _at: datetime = field(init=False)
    _note: str | None = None

    def take(self, line: Line) -> None:
        """Take one more line; they come in the order of their instants."""
        self.lines += 1
        act = act_of(line)
        if act is None or self._is_of_an_earlier_try(line):
            return
        try:
            self.state = move(self.state, act)
        except IllegalCallbackMove:
            return
        self._at = from_epoch(line.at)
        self._DETAILS[act](self, line)

    def _is_of_an_earlier_try(self, line: Line) -> bool:
        of = read_try(line.call)
        return of is not None and 0 < of.number < self.tries

    def _offer(self, line: Line) -> None:
        self.offered_at = self._at

    def _take(self, line: Line) -> None:
        fields = _fields(line)
        self.offered_at = self.offered_at or self._at
        self.taken_at = self._at
        self.number = _text(fields, "number") or ""
        self.language = _text(fields, "language") or "zh"
        self.priority = _whole(fields, "priority")
        self.promised_until = _instant(fields, "promised")
        if line.kind == JournalKind.CALLBACK_ASSIGNED:
            self.source = CallbackSource.ABANDONED
            self.agent, self.by = _text(fields, "agent"), _text(fields, "by")
            self.reason = None
            self._note = _text(fields, "note")

    def _place(self, line: Line) -> None:
        fields = _fields(line)
        self.tries = _whole(fields, "number") or self.tries + 1
        self.since = _instant(fields, "since") or self.since
        self.placed_at = self._at
        self.attempts.append(
            {"number": self.tries, "at": self._at.isoformat(), "agent": None, "result": None}
            | ({"agent": self.agent, "by": self.by} if self.source is _ABANDONED else {})
            | ({"note": self._note} if self._note else {})
        )

    def _tell(self, line: Line) -> None:
        self.agent = _words(line) or self.agent
        self._attempted(agent=self.agent)

    def _ring(self, line: Line) -> None:
        self._attempted(rang_at=self._at.isoformat())

    def _reach(self, line: Line) -> None:
        self.reached_at = self.ended_at = self._at
        self.reason = None
        self._attempted(result=CallbackResult.REACHED)

    def _miss(self, line: Line) -> None:
        self.missed += 1
        self.missed_at = self._at
        self.reason = _RESULTS.get(_words(line), CallbackResult.UNAVAILABLE)
        self._attempted(result=self.reason)

    def _lose(self, line: Line) -> None:
        self.reason = _text(_fields(line), "reason") or _words(line).lower() or None
        self._attempted(result=self.reason or CallbackResult.AGENT_NOT_REACHED)

    def _settle(self, line: Line) -> None:
        """A person's word; it may be the first that is heard of a call-back."""
        fields = _fields(line)
        if self.offered_at is None:
            self.offered_at, self.source = self._at, CallbackSource.ABANDONED
            self.number = _text(fields, "number") or ""
        self.ended_at = self.ended_at or self._at
        self.reason, self.by = _text(fields, "reason"), _text(fields, "by")
        told = {"at": self._at.isoformat(), "by": self.by, "result": self.reason}
        note = _text(fields, "note")
        self.attempts.append(told | ({"note": note} if note else {}))

    def _attempted(self, **told: str | None) -> None:
        if self.attempts:
            self.attempts[-1] |= told

    def _end(self, line: Line) -> None:
        fields = _fields(line)
        self.ended_at = self._at
        self.reason, self.by = _text(fields, "reason"), _text(fields, "by")

    _DETAILS: ClassVar[Mapping[CallbackAct, Callable[["CallbackStory", Line], None]]] = {
        CallbackAct.OFFER: _offer,
        CallbackAct.TAKE: _take,
        CallbackAct.PLACE: _place,
        CallbackAct.TELL_AGENT: _tell,
        CallbackAct.RING: _ring,
        CallbackAct.REACH: _reach,
        CallbackAct.MISS: _miss,
        CallbackAct.LOSE: _lose,
        CallbackAct.GIVE_UP: _end,
        CallbackAct.CANCEL: _end,
        CallbackAct.EXPIRE: _end,
        CallbackAct.SETTLE: _settle,
    }


def tell(call_uid: str, lines: Iterable[Line]) -> CallbackStory:
    """Return the call-back of a call from all its lines, in whatever order they are given."""
    story = CallbackStory(call_uid)
    for line in sorted(lines, key=lambda line: line.at):
        story.take(line)
    return story


def act_of(line: Line) -> CallbackAct | None:
    """Return what a line says was done. An answer without a talk is no answer: MISS."""
    if isinstance(line, JournalEvent):
        return _JOURNAL_ACTS.get(line.kind)
    if line.kind == Marker.CALLBACK_DIALLED:
        return CallbackAct.LOSE if _words(line) in _AGENT_LEFT else CallbackAct.MISS
    return _MARKER_ACTS.get(line.kind)


def _fields(line: Line) -> Mapping[str, Any]:
    return line.fields if isinstance(line, JournalEvent) else {}


def _words(line: Line) -> str:
    return line.words[0] if isinstance(line, ChannelEvent) else ""


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def _whole(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    return value if type(value) is int and 0 <= value <= 1000 else 0


def _instant(fields: Mapping[str, Any], name: str) -> datetime | None:
    seconds = plausible_instant(str(fields.get(name, "")))
    return None if seconds is None else from_epoch(seconds)
