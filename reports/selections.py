"""Which calls stand behind a number: one condition for each, used to count them and to list them.

Because counting and listing share the condition, a list always has as many calls as its number.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, Float, and_, func, or_, true

from core.clock import SHANGHAI
from queues.models import Call
from reports.definitions import ABANDONED, ANSWER_LIMIT, NO_HUMAN_ASKED
from tickets.outcomes import Outcome


class Grouping(StrEnum):
    """What a row of a report stands for."""

    DAY = "day"
    HOUR = "hour"
    LINE = "line"
    QUEUE = "queue"


def waited() -> ColumnElement[float]:
    """Seconds from asking for a human to hearing one, or to giving up."""
    until = func.coalesce(Call.answered_at, Call.ended_at)
    return func.date_part("epoch", until - Call.human_requested_at, type_=Float)


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


ANSWERED_IN_TIME = and_(Call.outcome == Outcome.ANSWERED, waited() <= ANSWER_LIMIT)
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
    "answered_in_15s": ANSWERED_IN_TIME,
    "abandoned_total": Call.outcome.in_(ABANDONED),
    **{outcome.value: Call.outcome == outcome for outcome in Outcome},
}
