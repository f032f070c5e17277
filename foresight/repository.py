"""The SQL of foresight: what the ledger's calls tell about days, talks and patience."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import SHANGHAI
from queues.models import Call
from reports.selections import ANSWERED, GAVE_UP, QUEUED, SELECTIONS


@dataclass(frozen=True, slots=True)
class ServiceSums:
    """Of some days: answered calls with their seconds of ringing and talk, callers who gave up,
    and the seconds that all who queued have waited."""

    answered: int
    busy: float
    gave_up: int
    waited: float


async def human_requests_by_quarter(
    session: AsyncSession, since: date, until: date
) -> Sequence[tuple[date, int, int]]:
    """Return (day, quarter of an hour, calls that asked for a human) of the days [since, until)."""
    query = (
        select(Call.day, _quarter().label("quarter"), func.count())
        .where(Call.day >= since, Call.day < until, SELECTIONS["human_requests"])
        .group_by(Call.day, "quarter")
        .order_by(Call.day, "quarter")
    )
    return [(day, quarter, calls) for day, quarter, calls in await session.execute(query)]


async def service_sums(session: AsyncSession, since: date, until: date) -> ServiceSums:
    """Add up how the calls of the days [since, until) were served."""
    busy = func.coalesce(Call.ring_seconds, 0) + func.coalesce(Call.talk_seconds, 0)
    query = select(
        func.count().filter(ANSWERED),
        func.sum(busy).filter(ANSWERED),
        func.count().filter(GAVE_UP),
        func.sum(Call.wait_seconds).filter(QUEUED),
    ).where(Call.day >= since, Call.day < until)
    answered, seconds, gave_up, waited = (await session.execute(query)).one()
    return ServiceSums(answered, seconds or 0.0, gave_up, waited or 0.0)


def _quarter() -> ColumnElement[int]:
    """Count the quarters of an hour since midnight in the city."""
    began = func.timezone(SHANGHAI.key, Call.started_at)
    minutes = func.date_part("hour", began) * 60 + func.date_part("minute", began)
    return cast(func.floor(minutes / 15), Integer)
