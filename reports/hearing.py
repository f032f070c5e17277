"""Asks the switch's lines about each day once its calls were written, and keeps what they say.

To ask takes longer than anybody wants to wait for a page, so it is done beside: by the jobs process
every few minutes, by the command line when somebody asks to. Reports say as of when.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, utc_now
from reports.models import DayWitness
from reports.witness import Doubt, Witness, ask_the_lines

# Today and yesterday are always asked about: a call that was lost altogether leaves no mark.
_ALWAYS = 2
_DAY = timedelta(days=1)


async def days_to_hear(session: AsyncSession, limit: int) -> Sequence[date]:
    """Return up to `limit` days whose calls were written since, newest first, and the last two."""
    today = local_day(utc_now())
    stale = select(DayWitness.day).where(DayWitness.stale).order_by(DayWitness.day.desc())
    found = await session.scalars(stale.limit(limit))
    return list(dict.fromkeys([*(today - n * _DAY for n in range(_ALWAYS)), *found]))


async def hear(sessions: async_sessionmaker[AsyncSession], days: Sequence[date]) -> list[Doubt]:
    """Ask the lines about these days, each in a transaction of its own; return all doubts."""
    doubts: list[Doubt] = []
    for day in days:
        async with sessions.begin() as session:
            doubts += (await hear_day(session, day)).doubts
    return doubts


async def hear_day(session: AsyncSession, day: date) -> Witness:
    """Ask the lines about one day inside the caller's transaction, and keep the answer."""
    nothing = {"day": day, "stale": True, "arrivals": 0, "answered": 0, "doubts": []}
    await session.execute(insert(DayWitness).values(nothing).on_conflict_do_nothing())
    # Locked before the lines are asked: calls counted meanwhile make the answer stale again.
    kept = await session.get_one(DayWitness, day, with_for_update=True, populate_existing=True)
    told = await ask_the_lines(session, day, day + _DAY)
    kept.stale, kept.heard_at = False, told.as_of
    kept.arrivals, kept.answered = told.arrivals, told.answered
    kept.doubts = [[doubt.uid, doubt.why] for doubt in told.doubts]
    return told


async def heard(session: AsyncSession, since: date, until: date) -> Witness:
    """Return what was heard of the local days [since, until), as of the day heard longest ago."""
    within = (DayWitness.day >= since, DayWitness.day < until)
    days = (await session.scalars(select(DayWitness).where(*within).order_by(DayWitness.day))).all()
    known = [day.heard_at for day in days if day.heard_at is not None]
    return Witness(
        arrivals=sum(day.arrivals for day in days),
        answered=sum(day.answered for day in days),
        doubts=tuple(Doubt(uid, why) for day in days for uid, why in day.doubts),
        as_of=min(known, default=None),
        unheard=len(days) - len(known),
    )
