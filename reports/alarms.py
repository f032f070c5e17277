"""What does not add up anywhere in the figures, whatever period anybody looks at.

The jobs process looks after every count and logs it; `./hotline status`, GET /health and
GET /api/reports/alarms show it until it is mended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day
from queues.models import Call
from reports.models import HALF_HOURS, DayWitness
from reports.selections import MISFIT

_SHOWN = 100
_HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A call that breaks an identity, and of which day's figures it is."""

    day: date
    uid: str
    why: str


async def alarms(session: AsyncSession) -> Sequence[Alarm]:
    """Return up to a hundred calls of each kind that keep figures from adding up, newest first."""
    return [*await _misfits(session), *await _doubted(session)]


async def _misfits(session: AsyncSession) -> list[Alarm]:
    """Calls whose class and doings contradict each other, in the half-hours counted with any."""
    broken = select(HALF_HOURS.c.begins).where(HALF_HOURS.c.misfits > 0).distinct().subquery()
    within = (Call.started_at >= broken.c.begins, Call.started_at < broken.c.begins + _HALF_HOUR)
    query = select(Call.uid, Call.started_at, Call.outcome).where(MISFIT, *within)
    rows = await session.execute(query.order_by(Call.started_at.desc()).limit(_SHOWN))
    return [
        Alarm(local_day(at), uid, f"does not fit its class, {outcome or 'none'}")
        for uid, at, outcome in rows
    ]


async def _doubted(session: AsyncSession) -> list[Alarm]:
    """Calls about which the switch's own lines say something else."""
    query = select(DayWitness.day, DayWitness.doubts).where(DayWitness.doubts != [])
    rows = await session.execute(query.order_by(DayWitness.day.desc()).limit(_SHOWN))
    found = [Alarm(day, uid, why) for day, doubts in rows for uid, why in doubts]
    return found[:_SHOWN]
