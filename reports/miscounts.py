"""Whether the counted tables say what their calls add up to; `./hotline ledger verify` asks."""

from datetime import date
from typing import Any

from sqlalchemy import Select, Table, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import SHANGHAI
from queues.models import Call
from reports.amounts import AMOUNTS
from reports.models import DAYS, HALF_HOURS, HOURS, CountMark
from reports.rollups import NO_JIT, merged
from reports.selections import half_hour


async def miscounted(session: AsyncSession, since: date | None, until: date | None) -> int:
    """Count the rows of these days that differ from what their calls, or half-hours, add up to.

    Days with a mark are not judged: they will be counted anyway. None is no bound.
    """
    await session.execute(NO_JIT)
    found = 0
    for table, fresh in (
        (HALF_HOURS, _halves_afresh()),
        (HOURS, _afresh(HOURS, "hour")),
        (DAYS, _afresh(DAYS, "day")),
    ):
        kept, made = _within(select(table), since, until), _within(fresh, since, until)
        differing = union_all(kept.except_all(made), made.except_all(kept)).subquery()
        found += await session.scalar(select(func.count()).select_from(differing)) or 0
    return found


def _halves_afresh() -> Select[*tuple[Any, ...]]:
    """What the half-hours would be if all calls were counted now."""
    begins, queue = half_hour(Call.started_at.expression), func.coalesce(Call.queue, "")
    amounts = (amount.label(name) for name, amount in AMOUNTS.items())
    keys = (begins.label("begins"), Call.line.label("line"), queue.label("queue"))
    return select(*keys, *amounts).group_by(*keys)


def _afresh(table: Table, span: str) -> Select[*tuple[Any, ...]]:
    """What hours or days would be if all half-hours were put together now."""
    begins = func.date_trunc(span, HALF_HOURS.c.begins, SHANGHAI.key).label("begins")
    keys = [begins, *(HALF_HOURS.c[n] for n in ("line", "queue") if n in table.c)]
    return select(*keys, *merged(HALF_HOURS)).group_by(*keys)


def _within(
    query: Select[*tuple[Any, ...]], since: date | None, until: date | None
) -> Select[*tuple[Any, ...]]:
    """Keep the rows of these days that bear no mark, in a form that can be compared."""
    rows = query.subquery()
    day = func.date(func.timezone(SHANGHAI.key, rows.c.begins))
    marked = select(func.date(func.timezone(SHANGHAI.key, CountMark.half_hour)))
    kept = select(rows).where(day.not_in(marked))
    kept = kept.where(day >= since) if since else kept
    return kept.where(day < until) if until else kept
