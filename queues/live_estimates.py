"""How long somebody who joins a queue now will wait, and how wrong such estimates have been.

Of each queue it is known how far apart the latest starts of service were while somebody waited; a
caller's estimate is that, times their place. Every estimate is held against what then happened.
Pure; the live picture feeds it the switch's events.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from queues.definitions import SAME_AGENT
from telephony.ami import Event

_SPACINGS, _LEAST_SPACINGS = 20, 5
_RECENT = timedelta(minutes=30)
_COMPARED, _LEAST_COMPARED = 100, 20
_COMPARED_FOR = timedelta(hours=2)
WITHIN = 30.0
"""Seconds by which an estimate may be wrong and still be a good one."""

GOOD_SHARE = 0.8
LONGEST_SAID = 600.0
"""No longer wait is ever said: nobody is comforted by it."""

# A caller who is connected left the queue some seconds before, while the agent was told.
_GONE_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Compared:
    """An estimate and what happened, in seconds; `spoken` ones a caller was told."""

    at: datetime
    estimated: float
    waited: float
    spoken: bool = False

    @property
    def error(self) -> float:
        """By how many seconds it was wrong."""
        return abs(self.estimated - self.waited)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good the latest estimates were; None where none can be judged.

    `mean_error` is seconds (mean absolute error), `within_30s` a share.
    """

    compared: int
    mean_error: float | None
    within_30s: float | None

    @property
    def reliable(self) -> bool:
        """Whether callers may be told: enough compared, and most of them right."""
        enough = self.compared >= _LEAST_COMPARED
        return enough and self.within_30s is not None and self.within_30s >= GOOD_SHARE


@dataclass(frozen=True, slots=True)
class Made:
    """An estimate that waits for what happens."""

    at: datetime
    seconds: float
    spoken: bool


@dataclass(slots=True)
class QueueEstimates:
    """One queue. Whatever comes late or twice makes an estimate worse, never a fault."""

    _spacings: deque[tuple[datetime, float]] = field(
        default_factory=lambda: deque(maxlen=_SPACINGS)
    )
    _compared: deque[Compared] = field(default_factory=lambda: deque(maxlen=_COMPARED))
    _made: dict[str, list[Made]] = field(default_factory=dict)
    _waiting: set[str] = field(default_factory=set)
    _left: dict[str, datetime] = field(default_factory=dict)
    # Since when somebody has been waiting without anybody being served.
    _since: datetime | None = None

    def joined(self, call: str, position: int, now: datetime) -> None:
        """Somebody begins to wait; estimate it for ourselves."""
        self._forget(now)
        self._left.pop(call, None)
        self._waiting.add(call)
        self._since = self._since or now
        self._note(call, self.estimate(position, now), now, spoken=False)

    def said(self, call: str, seconds: float, now: datetime) -> None:
        """A caller was told that it would take so long from now."""
        self._note(call, seconds, now, spoken=True)

    def started(self, call: str, now: datetime) -> None:
        """Somebody is served."""
        self._waiting.discard(call)
        if self._since is not None:
            self._spacings.append((now, (now - self._since).total_seconds()))
        self._since = now if self._waiting else None
        for made in self._made.pop(call, ()):
            waited = (now - made.at).total_seconds()
            self._compared.append(Compared(now, made.seconds, waited, made.spoken))

    def left(self, call: str, now: datetime) -> None:
        """Somebody waits no more: served in a moment, or never."""
        self._waiting.discard(call)
        self._left[call] = now
        self._forget(now)

    def remains(self, calls: Iterable[str], now: datetime) -> None:
        """Take the switch's word for who waits; what became of the others nobody saw."""
        there = set(calls)
        for call in self._waiting - there:
            self.left(call, now)
        self._waiting = there
        if there:
            self._since = self._since or now
        self._forget(now)

    def estimate(self, position: int, now: datetime) -> float | None:
        """Return how many seconds a place takes from now on, None while too little is known."""
        recent = [seconds for at, seconds in self._spacings if now - at <= _RECENT]
        if len(recent) < _LEAST_SPACINGS:
            return None
        return position * sum(recent) / len(recent)

    def accuracy(self, now: datetime) -> Accuracy:
        """Return how good the estimates of the last two hours were."""
        recent = [one for one in self._compared if now - one.at <= _COMPARED_FOR]
        if not recent:
            return Accuracy(0, None, None)
        errors = [one.error for one in recent]
        good = sum(error <= WITHIN for error in errors)
        return Accuracy(len(recent), sum(errors) / len(recent), good / len(recent))

    def sayable(self, position: int, now: datetime) -> float | None:
        """Return what a caller may be told, None when nothing may."""
        seconds = self.estimate(position, now)
        if seconds is None or seconds > LONGEST_SAID or not self.accuracy(now).reliable:
            return None
        return seconds

    def as_plain(self, waiting: int, now: datetime) -> dict[str, Any]:
        """Return what the next to join has to expect, and how far to trust it."""
        accuracy, seconds = self.accuracy(now), self.estimate(waiting + 1, now)
        return {
            "seconds": _rounded(seconds),
            "compared": accuracy.compared,
            "mean_error": _rounded(accuracy.mean_error),
            "within_30s": _rounded(accuracy.within_30s, 3),
            "reliable": accuracy.reliable and seconds is not None,
        }

    def remembered(self) -> list[list[Any]]:
        """Return what has been compared, for a later life of the process."""
        return [[c.at.timestamp(), c.estimated, c.waited, c.spoken] for c in self._compared]

    def remember(self, compared: Iterable[Compared]) -> None:
        """Begin with what an earlier life compared."""
        self._compared.extend(compared)

    def _note(self, call: str, seconds: float | None, now: datetime, *, spoken: bool) -> None:
        if seconds is not None:
            self._made.setdefault(call, []).append(Made(now, seconds, spoken))

    def _forget(self, now: datetime) -> None:
        """Let go of those who left without being served: how long they would have waited nobody
        knows, so they are not compared."""
        gone = [call for call, at in self._left.items() if now - at > _GONE_AFTER]
        for call in gone:
            del self._left[call]
            self._made.pop(call, None)
        if not self._waiting and not self._left:
            self._since = None


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


class Estimates:
    """All queues of one switch."""

    def __init__(self) -> None:
        self._queues: dict[str, QueueEstimates] = {}

    def of(self, queue: str) -> QueueEstimates:
        """Return the estimates of a queue."""
        return self._queues.setdefault(queue, QueueEstimates())

    def take(self, event: Event, now: datetime) -> None:
        """Take one event; most mean nothing here, as does all of the hidden queue."""
        change = self._changes.get(event.name)
        if change and event["Queue"] and event["Queue"] != SAME_AGENT:
            change(self.of(event["Queue"]), event, now)

    def remembered(self) -> dict[str, list[list[Any]]]:
        """Return what has been compared, by queue."""
        return {name: queue.remembered() for name, queue in self._queues.items()}

    def remember(self, told: Mapping[str, Iterable[Iterable[Any]]]) -> None:
        """Begin with what an earlier life compared; what is not understood is left out."""
        for name, rows in told.items():
            self.of(name).remember(one for row in rows if (one := _compared(list(row))))

    _changes: ClassVar[Mapping[str, Callable[[QueueEstimates, Event, datetime], None]]] = {
        "QueueCallerJoin": lambda queue, event, now: queue.joined(
            event["Uniqueid"], event.number("Position") or 1, now
        ),
        "QueueCallerLeave": lambda queue, event, now: queue.left(event["Uniqueid"], now),
        "AgentConnect": lambda queue, event, now: queue.started(event["Uniqueid"], now),
    }


def _compared(row: list[Any]) -> Compared | None:
    try:
        at, estimated, waited, spoken = row
        instant = datetime.fromtimestamp(float(at), tz=UTC)
        return Compared(instant, float(estimated), float(waited), bool(spoken))
    except (ValueError, TypeError, OverflowError, OSError):
        return None
