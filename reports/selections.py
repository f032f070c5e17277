"""Which calls stand behind a number: one condition for each, used to count them and to list them.

Because counting and listing share the condition, a list always has as many calls as its number.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, Float, and_, func, or_, true

from core.clock import SHANGHAI
from queues.models import Call
from reports.counts import ABANDONED, ANSWER_LIMIT, LEAST_SATISFIED
from tickets.outcomes import NO_HUMAN_ASKED, Outcome


class Grouping(StrEnum):
    """What a row of a report stands for."""

    DAY = "day"
    HOUR = "hour"
    LINE = "line"
    QUEUE = "queue"


def waited() -> ColumnElement[float | None]:
    """Seconds waited for a human, as the ledger measured them: a menu after the queue is none."""
    return Call.wait_seconds.expression


def reached() -> ColumnElement[float]:
    """Seconds from the beginning of the call to hearing a human."""
    return func.date_part("epoch", Call.answered_at - Call.started_at, type_=Float)


def row_key(grouping: Grouping) -> ColumnElement[str]:
    """The key of the row a call belongs to, as text; '' for a call that entered no queue."""
    if grouping is Grouping.DAY:
        return func.to_char(Call.day, "YYYY-MM-DD")
    if grouping is Grouping.HOUR:
        began = func.timezone(SHANGHAI.key, Call.started_at)
        return func.to_char(began, "YYYY-MM-DD HH24:00")
    if grouping is Grouping.LINE:
        return Call.line.expression
    return func.coalesce(Call.queue, "")


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

SELECTIONS: Mapping[str, ColumnElement[bool]] = {
    "arrivals": true(),
    "running": RUNNING,
    "unexplained": UNEXPLAINED,
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
