"""放弃来电: everybody who gave up waiting, once each, and whether they got through afterwards.

The list that call-backs work off. A caller is known by the one spelling of their number on the
ticket; who withheld it cannot be recognised again and stands there once for each call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from queues.models import Call
from reports.answer_rate import Period
from reports.repository import Place
from reports.selections import GAVE_UP
from tickets.models import Ticket
from tickets.outcomes import Outcome

# Who reaches a human within this time of giving up was not lost.
RECOVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A caller who gave up: their last such call in the period, and how often they did in it.

    `short` says that they gave up at once every time. `recovered_at` is when they heard a human
    within RECOVERY of the end of that call, `recovered_by` in which call.
    """

    call: Call
    ticket_number: str | None
    times: int
    short: bool
    recovered_by: str | None
    recovered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """A period in numbers: callers, their abandoned calls, and callers by what became of them."""

    callers: int
    calls: int
    short: int
    recovered: int

    @property
    def open(self) -> int:
        """Callers to ring back: they waited and did not get through since."""
        return self.callers - self.recovered


async def list_abandoned(
    session: AsyncSession,
    period: Period,
    limit: int = 50,
    before: Place | None = None,
    recovered: bool | None = None,
    short: bool | None = None,
) -> Sequence[GaveUp]:
    """Return who gave up, by their last abandoned call, newest first; None takes both kinds."""
    found = _callers(period)
    last = aliased(Call)
    query = (
        select(last, found.c.number, found.c.times, found.c.short, found.c.by, found.c.at)
        .join(last, last.uid == found.c.uid)
        .where(*_kinds(found, recovered, short))
        .order_by(last.started_at.desc(), last.uid.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(last.started_at, last.uid) < before)
    return [GaveUp(*row) for row in await session.execute(query)]


async def tally_abandoned(session: AsyncSession, period: Period) -> Tally:
    """Count who gave up in a period."""
    found = _callers(period)
    query = select(
        func.count(),
        func.coalesce(func.sum(found.c.times), 0),
        func.count().filter(found.c.short),
        func.count().filter(found.c.at.is_not(None)),
    ).select_from(found)
    callers, calls, short, recovered = (await session.execute(query)).one()
    return Tally(callers, int(calls), short, recovered)


def _kinds(
    found: Subquery, recovered: bool | None, short: bool | None
) -> Sequence[ColumnElement[bool]]:
    kinds: list[ColumnElement[bool]] = []
    if recovered is not None:
        kinds.append(found.c.at.is_not(None) if recovered else found.c.at.is_(None))
    if short is not None:
        kinds.append(found.c.short == short)
    return kinds


def _callers(period: Period) -> Subquery:
    """One row for each caller: the last abandoned call and the first answer after it."""
    gave_up = _abandoned(period).subquery()
    again, theirs = aliased(Call), aliased(Ticket)
    answer = (
        select(again.uid.label("by"), again.answered_at.label("at"))
        .join(theirs, theirs.call_uid == again.uid)
        .where(
            theirs.caller == gave_up.c.caller,
            again.answered_at > gave_up.c.ended_at,
            again.answered_at <= gave_up.c.ended_at + RECOVERY,
        )
        .order_by(again.answered_at)
        .limit(1)
        .lateral()
    )
    return (
        select(gave_up, answer.c.by, answer.c.at)
        .outerjoin(answer, true())
        .where(gave_up.c.nth == 1)
        .subquery()
    )


def _abandoned(period: Period) -> Select[*tuple[object, ...]]:
    """Every abandoned call of the period, numbered for each caller from the last."""
    caller = func.coalesce(Ticket.caller, Call.uid)
    newest_first = (Call.started_at.desc(), Call.uid.desc())
    return (
        select(
            Call.uid,
            Call.ended_at,
            Ticket.caller,
            Ticket.number,
            func.count().over(partition_by=caller).label("times"),
            func.bool_and(Call.outcome == Outcome.ABANDONED_SHORT)
            .over(partition_by=caller)
            .label("short"),
            func.row_number().over(partition_by=caller, order_by=newest_first).label("nth"),
        )
        .outerjoin(Ticket, Ticket.call_uid == Call.uid)
        .where(and_(Call.day >= period.since, Call.day < period.until, GAVE_UP))
    )
