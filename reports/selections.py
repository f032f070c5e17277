"""Which calls stand behind a number: one condition for each, used to count them and to list them.

Because counting and listing share the condition, a list always has as many calls as its number.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Float, and_, func, literal_column, or_, true

from core.clock import SHANGHAI
from queues.models import Call
from reports.counts import ABANDONED, ANSWER_LIMIT, LEAST_SATISFIED
from tickets.outcomes import NO_HUMAN_ASKED, Outcome

_MIDNIGHT: ColumnElement[datetime] = literal_column("timestamptz '2000-01-01 00:00+08'")
HALF_HOUR: ColumnElement[timedelta] = literal_column("interval '30 minutes'")


class Grouping(StrEnum):
    """What a row of a report stands for."""

    DAY = "day"
    MONTH = "month"
    HOUR = "hour"
    INTERVAL = "interval"  # a half-hour and a queue
    LINE = "line"
    QUEUE = "queue"


_FORMATS = {
    Grouping.MONTH: "YYYY-MM",
    Grouping.DAY: "YYYY-MM-DD",
    Grouping.HOUR: "YYYY-MM-DD HH24:00",
    Grouping.INTERVAL: "YYYY-MM-DD HH24:MI",
}


def waited() -> ColumnElement[float | None]:
    """Seconds waited for a human, as the ledger measured them: a menu after the queue is none."""
    return Call.wait_seconds.expression


def reached() -> ColumnElement[float]:
    """Seconds from the beginning of the call to hearing a human."""
    return func.date_part("epoch", Call.answered_at - Call.started_at, type_=Float)


def half_hour(instant: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """The beginning of the half-hour an instant lies in; the city is whole hours from UTC."""
    return func.date_bin(HALF_HOUR, instant, _MIDNIGHT)


def row_key(grouping: Grouping) -> ColumnElement[str]:
    """The key of the row a call belongs to, as text; '' for a call that entered no queue."""
    queue = func.coalesce(Call.queue, "")
    return key_of(grouping, half_hour(Call.started_at.expression), Call.line.expression, queue)


def key_of(
    grouping: Grouping,
    begins: ColumnElement[datetime],
    line: ColumnElement[str],
    queue: ColumnElement[str],
) -> ColumnElement[str]:
    """The key of a row, as text, of what began in an instant on a line and in a queue."""
    if grouping is Grouping.LINE:
        return line
    if grouping is Grouping.QUEUE:
        return queue
    began = func.to_char(func.timezone(SHANGHAI.key, begins), _FORMATS[grouping])
    return began.concat(" ").concat(queue) if grouping is Grouping.INTERVAL else began


ANSWERED = Call.outcome == Outcome.ANSWERED
GAVE_UP = Call.outcome.in_(ABANDONED)
ANSWERED_IN_TIME = and_(ANSWERED, waited() <= ANSWER_LIMIT)
ANSWERED_IN_TIME_OF_CALL = and_(ANSWERED, reached() <= ANSWER_LIMIT)
ABANDONED_IN_TIME = and_(GAVE_UP, waited() <= ANSWER_LIMIT)
QUEUED = and_(Call.ended_at.is_not(None), Call.queue_visits > 0)
RATED = and_(ANSWERED, Call.rating.is_not(None))
SATISFIED = and_(ANSWERED, Call.rating <= LEAST_SATISFIED)
RUNNING = Call.ended_at.is_(None)
UNEXPLAINED = or_(
    and_(Call.ended_at.is_not(None), Call.outcome.is_(None)),
    and_(Call.ended_at.is_(None), Call.outcome.is_not(None)),
)
# What a call did and what it is called must go together: the classes that come of asking for a
# human and those that do not. A refused call and a failure may be either.
ASKED = and_(Call.ended_at.is_not(None), Call.human_requested_at.is_not(None))
_MUST_HAVE_ASKED = Call.outcome.not_in(
    (*NO_HUMAN_ASKED, Outcome.BLOCKED_TRUNK, Outcome.TECHNICAL_FAILURE)
)
MISFIT = or_(
    UNEXPLAINED,
    and_(Call.outcome.in_(NO_HUMAN_ASKED), Call.human_requested_at.is_not(None)),
    and_(_MUST_HAVE_ASKED, Call.human_requested_at.is_(None)),
    and_(Call.ended_at.is_not(None), Call.answered_at.is_not(None) != ANSWERED),
)
LATE = Call.late_changes > 0

SELECTIONS: Mapping[str, ColumnElement[bool]] = {
    "arrivals": true(),
    "running": RUNNING,
    "unexplained": UNEXPLAINED,
    "misfits": MISFIT,
    "late": LATE,
    "asked": ASKED,
    "human_requests": and_(Call.ended_at.is_not(None), Call.outcome.not_in(NO_HUMAN_ASKED)),
    "queued": QUEUED,
    "answered_in_15s": ANSWERED_IN_TIME,
    "answered_in_15s_of_call": ANSWERED_IN_TIME_OF_CALL,
    "abandoned_total": GAVE_UP,
    "abandoned_in_15s": ABANDONED_IN_TIME,
    "rated": RATED,
    "satisfied": SATISFIED,
    **{outcome.value: Call.outcome == outcome for outcome in Outcome},
}
