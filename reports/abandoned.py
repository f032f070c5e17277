"""放弃来电: everybody who gave up waiting, once each, and whether they got through afterwards.

The list that call-backs work off. A caller is known by the one spelling of their number on the
ticket; who withheld it cannot be recognised again and stands there once for each call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from queues.callbacks.models import Callback
from queues.callbacks.states import LIVE, CallbackState
from queues.models import Call
from reports.answer_rate import Period
from reports.repository import Place
from reports.selections import GAVE_UP
from tickets.models import Ticket
from tickets.outcomes import Outcome

_SETTLED = (CallbackState.REACHED, CallbackState.SETTLED)
# Who reaches a human within this time of giving up was not lost.
RECOVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A caller who gave up: their last such call in the period, and how often they did in it.

    `short` says that they gave up at once every time. `recovered_at` is when they heard a human
    within RECOVERY of the end of that call, `recovered_by` in which call. `work` is the latest
    call-back to them since, None when nobody has done anything yet.
    """

    call: Call
    ticket_number: str | None
    times: int
    short: bool
    recovered_by: str | None
    recovered_at: datetime | None
    work: Callback | None


@dataclass(frozen=True, slots=True)
class Tally:
    """A period in numbers: callers, their abandoned calls, and callers by what became of them.

    Whoever got through by themselves is `recovered`, whatever else was done for them.
    """

    callers: int
    calls: int
    short: int
    recovered: int
    reached: int = 0
    settled: int = 0
    at_work: int = 0

    @property
    def open(self) -> int:
        """Callers to ring back: nobody spoke to them since, and nobody said that none need."""
        return self.callers - self.recovered - self.reached - self.settled


async def list_abandoned(
    session: AsyncSession,
    period: Period,
    limit: int = 50,
    before: Place | None = None,
    recovered: bool | None = None,
    short: bool | None = None,
    to_do: bool | None = None,
) -> Sequence[GaveUp]:
    """Return who gave up, by their last abandoned call, newest first; None takes both kinds.

    `to_do` are those whom nobody has spoken to and nobody is about to ring.
    """
    found = _callers(period)
    last, work = aliased(Call), aliased(Callback)
    query = (
        select(last, found.c.number, found.c.times, found.c.short, found.c.by, found.c.at, work)
        .select_from(found)
        .join(last, last.uid == found.c.uid)
        .outerjoin(work, work.call_uid == found.c.work)
        .where(*_kinds(found, recovered, short, to_do))
        .order_by(last.started_at.desc(), last.uid.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(last.started_at, last.uid) < before)
    return [GaveUp(*row) for row in await session.execute(query)]


async def tally_abandoned(session: AsyncSession, period: Period) -> Tally:
    """Count who gave up in a period."""
    found = _callers(period)
    missed = found.c.at.is_(None)
    query = select(
        func.count(),
        func.coalesce(func.sum(found.c.times), 0),
        func.count().filter(found.c.short),
        func.count().filter(found.c.at.is_not(None)),
        func.count().filter(missed, found.c.state == CallbackState.REACHED),
        func.count().filter(missed, found.c.state == CallbackState.SETTLED),
        func.count().filter(missed, found.c.state.in_(LIVE)),
    ).select_from(found)
    callers, calls, *rest = (await session.execute(query)).one()
    return Tally(callers, int(calls), *rest)


async def longest_to_do(
    session: AsyncSession, period: Period, short: bool | None = False
) -> str | None:
    """Return the last call of whoever has waited longest to be rung back, None when nobody has.

    Who withheld their number cannot be rung and is not among them.
    """
    found = _callers(period)
    query = (
        select(found.c.uid)
        .where(*_kinds(found, False, short, True), found.c.caller.is_not(None))
        .order_by(found.c.ended_at)
        .limit(1)
    )
    uid: str | None = await session.scalar(query)
    return uid


def _kinds(
    found: Subquery, recovered: bool | None, short: bool | None, to_do: bool | None
) -> Sequence[ColumnElement[bool]]:
    kinds: list[ColumnElement[bool]] = []
    if recovered is not None:
        kinds.append(found.c.at.is_not(None) if recovered else found.c.at.is_(None))
    if to_do is not None:
        busy = found.c.state.in_((*LIVE, *_SETTLED))
        open_ = and_(found.c.at.is_(None), or_(found.c.state.is_(None), ~busy))
        kinds.append(open_ if to_do else ~open_)
    if short is not None:
        kinds.append(found.c.short == short)
    return kinds


def _callers(period: Period) -> Subquery:
    """One row for each caller: the last abandoned call, the first answer and the last call-back
    after it."""
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
    work = _work(gave_up)
    return (
        select(gave_up, answer.c.by, answer.c.at, work.c.work, work.c.state)
        .select_from(gave_up)
        .outerjoin(answer, true())
        .outerjoin(work, true())
        .where(gave_up.c.nth == 1)
        .subquery()
    )


def _work(gave_up: Subquery) -> LateralFromClause:
    """The latest call-back to a caller since they gave up, whichever call it belongs to."""
    moved = func.greatest(Callback.offered_at, Callback.taken_at, Callback.ended_at)
    theirs = or_(Callback.call_uid == gave_up.c.uid, Callback.number == gave_up.c.caller)
    return (
        select(Callback.call_uid.label("work"), Callback.state)
        .where(theirs, Callback.state != CallbackState.OFFERED, moved > gave_up.c.ended_at)
        .order_by(moved.desc())
        .limit(1)
        .lateral()
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
