"""What the calls of a period add up to, from the counted tables: as fast for millions as for few.

Where a mark says that calls were written since they were counted, the calls themselves are counted,
so that a figure is never older than the ledger. One statement reads both and sees one instant.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Table,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import LateralFromClause

from core.clock import SHANGHAI, midnight
from core.database import INSTANT
from queues.models import Call
from reports.amounts import AMOUNTS, LONGEST, counts_of
from reports.counts import Counts
from reports.models import DAYS, HALF_HOURS, HOURS, CountMark
from reports.selections import HALF_HOUR, Grouping, key_of

_BEGIN = bindparam("begin", type_=INSTANT)
_END = bindparam("end", type_=INSTANT)
_NO_LINE = literal("")

# To compile these statements takes longer than to run them.
NO_JIT = text("SET LOCAL jit = off")


async def counted(
    session: AsyncSession, since: date, until: date, grouping: Grouping
) -> dict[str, Counts]:
    """Return what the calls of the local days [since, until) add up to, by row key, in its order.

    A call that entered no queue has the key '' among queues.
    """
    await session.execute(NO_JIT)
    bounds = {"begin": midnight(since), "end": midnight(until)}
    rows = await session.execute(_QUERIES[grouping], bounds)
    return {key: counts_of(told) for key, *told in rows}


async def total(session: AsyncSession, since: date, until: date) -> Counts:
    """Return what all calls of the local days [since, until) add up to: of today, so far."""
    days = await counted(session, since, until, Grouping.DAY)
    return sum(days.values(), Counts())


def merged(source: FromClause) -> list[ColumnElement[Any]]:
    """Return the amounts of several rows of counts as one, under their names."""
    return [_merge(name, source.c[name]).label(name) for name in AMOUNTS]


def _merge(name: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.max(column) if name in LONGEST else cast(func.sum(column), BigInteger)


def _query(grouping: Grouping) -> Select[*tuple[Any, ...]]:
    """Make the query of a grouping: clean rows of the coarsest table, finer ones, then calls."""
    marked = (
        select(CountMark.half_hour)
        .where(CountMark.half_hour >= _BEGIN, CountMark.half_hour < _END)
        .distinct()
        .cte("marked")
    )
    parts = [_halves(marked, grouping), _calls(marked)]
    if grouping is not Grouping.INTERVAL:
        parts.append(_coarse(marked, grouping))
    found = union_all(*parts).subquery()
    key = key_of(grouping, found.c.begins, found.c.line, found.c.queue).label("key")
    return select(key, *merged(found)).group_by(key).order_by(key)


def _coarse(marked: CTE, grouping: Grouping) -> Select[*tuple[Any, ...]]:
    """The whole hours or days without a mark."""
    table = _coarse_table(grouping)
    touched = select(_beginning(marked.c.half_hour, grouping))
    return _rows(table).where(
        table.c.begins >= _BEGIN, table.c.begins < _END, table.c.begins.not_in(touched)
    )


def _halves(marked: CTE, grouping: Grouping) -> Select[*tuple[Any, ...]]:
    """The half-hours without a mark, of those hours or days that have one elsewhere."""
    begins = HALF_HOURS.c.begins
    clean = ~exists().where(marked.c.half_hour == begins)
    if grouping is Grouping.INTERVAL:
        return _rows(HALF_HOURS).where(begins >= _BEGIN, begins < _END, clean)
    touched = select(_beginning(marked.c.half_hour, grouping).label("begins")).distinct().subquery()
    within = (begins >= touched.c.begins) & (begins < touched.c.begins + _span(grouping))
    return _rows(HALF_HOURS).join(touched, within).where(clean)


def _calls(marked: CTE) -> Select[*tuple[Any, ...]]:
    """The calls of the half-hours that have a mark, counted now."""
    begins = marked.c.half_hour
    calls = calls_within(begins)
    return select(begins.label("begins"), *calls.c).join_from(marked, calls, true())


def calls_within(begins: ColumnElement[datetime]) -> LateralFromClause:
    """The calls of a half-hour, counted by line and queue; for each half-hour by itself."""
    within = (Call.started_at >= begins) & (Call.started_at < begins + HALF_HOUR)
    line, queue = Call.line.label("line"), func.coalesce(Call.queue, "").label("queue")
    amounts = (amount.label(name) for name, amount in AMOUNTS.items())
    return select(line, queue, *amounts).where(within).group_by(line, queue).lateral("calls")


def _rows(table: Table) -> Select[*tuple[Any, ...]]:
    line, queue = table.c.get("line", _NO_LINE), table.c.get("queue", _NO_LINE)
    amounts = (table.c[name] for name in AMOUNTS)
    return select(table.c.begins, line.label("line"), queue.label("queue"), *amounts)


def _coarse_table(grouping: Grouping) -> Table:
    return HOURS if grouping is Grouping.HOUR else DAYS


def _span(grouping: Grouping) -> timedelta:
    return timedelta(hours=1) if grouping is Grouping.HOUR else timedelta(days=1)


def _beginning(instant: ColumnElement[datetime], grouping: Grouping) -> ColumnElement[datetime]:
    part = "hour" if grouping is Grouping.HOUR else "day"
    return func.date_trunc(part, instant, SHANGHAI.key)


_QUERIES: Mapping[Grouping, Select[*tuple[Any, ...]]] = {
    grouping: _query(grouping) for grouping in Grouping
}
