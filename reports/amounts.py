"""What is counted of calls: one amount for each field of `Counts`, in SQL over the `call` table.

Seconds are summed as whole microseconds, so that a sum is the same in whatever order it is made:
figures counted once, counted again or put together from parts are identical to the last digit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func

from queues.models import Call
from reports.counts import Counts
from reports.selections import (
    ABANDONED_IN_TIME,
    ANSWERED,
    ANSWERED_IN_TIME,
    ANSWERED_IN_TIME_OF_CALL,
    ASKED,
    GAVE_UP,
    LATE,
    MISFIT,
    QUEUED,
    RATED,
    RUNNING,
    SATISFIED,
    reached,
    waited,
)
from tickets.outcomes import Outcome

_MICROSECONDS = 1_000_000


def _count(where: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.count().filter(where)


def _sum(value: ColumnElement[Any], where: ColumnElement[bool]) -> ColumnElement[Any]:
    return cast(func.coalesce(func.sum(value).filter(where), 0), BigInteger)


def _us(seconds: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(seconds * _MICROSECONDS, BigInteger)


AMOUNTS: Mapping[str, ColumnElement[Any]] = {
    "arrivals": func.count(),
    "running": _count(RUNNING),
    "asked": _count(ASKED),
    "misfits": _count(MISFIT),
    "late": _count(LATE),
    **{outcome.value: _count(Call.outcome == outcome) for outcome in Outcome},
    "requests": _sum(Call.queue_visits.expression, Call.ended_at.is_not(None)),
    "queued": _count(QUEUED),
    "answered_in_time": _count(ANSWERED_IN_TIME),
    "answered_in_time_of_call": _count(ANSWERED_IN_TIME_OF_CALL),
    "abandoned_in_time": _count(ABANDONED_IN_TIME),
    "waited": _sum(_us(waited()), ANSWERED),
    "waited_abandoned": _sum(_us(waited()), GAVE_UP),
    "waited_all": _sum(_us(waited()), QUEUED),
    "reached": _sum(_us(reached()), ANSWERED),
    "rang": _sum(_us(Call.ring_seconds.expression), ANSWERED),
    "talked": _sum(_us(Call.talk_seconds.expression), ANSWERED),
    "rated": _count(RATED),
    "satisfied": _count(SATISFIED),
    "longest_wait": func.max(_us(waited())).filter(QUEUED),
    "longest_talk": func.max(_us(Call.talk_seconds.expression)).filter(ANSWERED),
}
LONGEST = frozenset({"longest_wait", "longest_talk"})
IN_SECONDS = LONGEST | {"waited", "waited_abandoned", "waited_all", "reached", "rang", "talked"}


_NAMES = tuple(AMOUNTS)
_CLASSES = [(_NAMES.index(outcome.value), outcome) for outcome in Outcome]
_SECONDS = [(_NAMES.index(name), name) for name in sorted(IN_SECONDS)]
_NUMBERS = [
    (at, name)
    for at, name in enumerate(_NAMES)
    if name not in IN_SECONDS and name not in set(Outcome)
]


def counts_of(told: Sequence[int | None]) -> Counts:
    """Make `Counts` of the amounts in their order, with the classes in which a call ended."""
    fields: dict[str, Any] = {name: told[at] for at, name in _NUMBERS}
    for at, name in _SECONDS:
        value = told[at]
        fields[name] = None if value is None else value / _MICROSECONDS
    return Counts(classes={name: told[at] or 0 for at, name in _CLASSES if told[at]}, **fields)
