"""Counts again the half-hours that bear a mark, and the hours and days they belong to.

Always from the calls themselves, so nothing is counted twice however late it arrives, and whenever
this is killed the mark still lies. The jobs process does it once a minute; `./hotline ledger
rebuild` and the tests do it at once.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    Select,
    Table,
    TableValuedAlias,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import SHANGHAI, local_day
from core.database import INSTANT
from queues.models import Call
from reports.models import DAYS, HALF_HOURS, HOURS, CountMark, DayWitness
from reports.rollups import NO_JIT, calls_within, merged
from reports.selections import half_hour

# Half-hours counted in one transaction: two months.
_AT_ONCE = 3000
# Two who count the same half-hour at once would both write its rows: they wait for each other.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('recount'))")


async def recount(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Count everything that bears a mark, in transactions of bounded size; return half-hours."""
    done = 0
    while True:
        async with sessions.begin() as session:
            counted = await recount_some(session)
        done += len(counted)
        if len(counted) < _AT_ONCE:
            return done


async def recount_some(session: AsyncSession, at_once: int = _AT_ONCE) -> Sequence[datetime]:
    """Count the oldest half-hours that bear a mark inside the caller's transaction."""
    await session.execute(_ONE_AT_A_TIME)
    await session.execute(NO_JIT)
    halves = await _take_marks(session, at_once)
    # A later statement than the one that took the marks: it sees whatever they were left for.
    if halves:
        await _count_calls(session, halves)
        await _put_together(session, HOURS, "hour", halves)
        await _put_together(session, DAYS, "day", halves)
        await _doubt_witnesses(session, halves)
    return halves


async def mark_days(session: AsyncSession, since: date | None, until: date | None) -> None:
    """Leave a mark on every half-hour of these days that has calls or counts; None is no bound."""
    for begins, day in (
        (half_hour(Call.started_at.expression), Call.day.expression),
        (HALF_HOURS.c.begins, func.date(func.timezone(SHANGHAI.key, HALF_HOURS.c.begins))),
    ):
        found = select(begins).distinct()
        found = found.where(day >= since) if since else found
        found = found.where(day < until) if until else found
        await session.execute(insert(CountMark).from_select(["half_hour"], found))


async def _take_marks(session: AsyncSession, at_once: int) -> Sequence[datetime]:
    oldest = select(CountMark.half_hour).distinct().order_by(CountMark.half_hour).limit(at_once)
    taken = delete(CountMark).where(CountMark.half_hour.in_(oldest)).returning(CountMark.half_hour)
    return sorted(set(await session.scalars(taken)))


async def _count_calls(session: AsyncSession, halves: Sequence[datetime]) -> None:
    half = _each(halves)
    await session.execute(delete(HALF_HOURS).where(HALF_HOURS.c.begins.in_(select(half.c.begins))))
    calls = calls_within(half.c.begins)
    await _write(
        session, HALF_HOURS, select(half.c.begins, *calls.c).join_from(half, calls, true())
    )


async def _put_together(
    session: AsyncSession, table: Table, span: str, halves: Sequence[datetime]
) -> None:
    """Add half-hours up to the hours or days they belong to."""
    half = _each(halves)
    touched = select(func.date_trunc(span, half.c.begins, SHANGHAI.key).label("begins"))
    spans = touched.distinct().cte("spans")
    await session.execute(delete(table).where(table.c.begins.in_(select(spans.c.begins))))
    begins, length = HALF_HOURS.c.begins, timedelta(**{f"{span}s": 1})
    within = (begins >= spans.c.begins) & (begins < spans.c.begins + length)
    keys = [spans.c.begins, *(HALF_HOURS.c[n] for n in ("line", "queue") if n in table.c)]
    await _write(
        session, table, select(*keys, *merged(HALF_HOURS)).join(HALF_HOURS, within).group_by(*keys)
    )


async def _write(session: AsyncSession, table: Table, found: Select[*tuple[Any, ...]]) -> None:
    await session.execute(insert(table).from_select([c.name for c in table.columns], found))


async def _doubt_witnesses(session: AsyncSession, halves: Sequence[datetime]) -> None:
    """Note that the lines of these days must be asked again."""
    days = sorted({local_day(half) for half in halves})
    fresh = postgresql.insert(DayWitness).values(
        [{"day": day, "stale": True, "arrivals": 0, "answered": 0, "doubts": []} for day in days]
    )
    await session.execute(fresh.on_conflict_do_update(index_elements=["day"], set_={"stale": True}))


def _each(halves: Sequence[datetime]) -> TableValuedAlias:
    instants = cast(list(halves), ARRAY(INSTANT))
    return func.unnest(instants).table_valued("begins", name="half").render_derived()
