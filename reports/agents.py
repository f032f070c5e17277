"""What each agent did in a period: from days counted already, and from today as it stands.

A day is counted when it is over (`count_days`, the jobs process); a day with a mark was written to
since and is looked at anew, as calls are (`rollups`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, midnight, utc_now
from queues.agent_history import answered_by, seconds_of
from queues.agent_spells import AgentTime
from reports.agent_times import AgentTimes
from reports.answer_rate import Period
from reports.definitions.agents import AGENT_MEASURES
from reports.definitions.measure import Measure
from reports.models import AgentDay, AgentMark

_DAY = timedelta(days=1)
_MICROSECONDS = 1_000_000
_COLUMNS: Mapping[str, AgentTime] = {
    "talking": AgentTime.TALKING,
    "ringing": AgentTime.RINGING,
    "wrap_up": AgentTime.WRAP_UP,
    "on_break": AgentTime.BREAK,
    "idle": AgentTime.IDLE,
    "unreachable": AgentTime.UNREACHABLE,
}
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('count agents'))")


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent, or all of them: amounts and figures."""

    key: str
    times: AgentTimes
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class AgentReport:
    """Every agent of whom anything is known in the period, by number, and all of them together."""

    period: Period
    as_of: datetime
    rows: list[AgentRow]
    total: AgentRow
    definitions: tuple[Measure[AgentTimes], ...]


async def agent_report(session: AsyncSession, period: Period, shift_hours: float) -> AgentReport:
    """Compute the report; `shift_hours` is what an agent-day should have."""
    as_of = utc_now()
    found = await _counted(session, period)
    for day in await _uncounted(session, period, local_day(as_of)):
        for agent, times in (await times_of(session, day, as_of)).items():
            found[agent] = found.get(agent, AgentTimes()) + times
    rows = [_row(agent, times, shift_hours) for agent, times in sorted(found.items())]
    total = _row("total", sum(found.values(), AgentTimes()), shift_hours)
    return AgentReport(period, as_of, rows, total, AGENT_MEASURES)


async def times_of(session: AsyncSession, day: date, as_of: datetime) -> dict[str, AgentTimes]:
    """Return what each agent did on a local day up to an instant, from the lines about them."""
    begin, end = midnight(day), min(midnight(day + _DAY), as_of)
    if begin >= end:
        return {}
    answered = await answered_by(session, begin, end)
    spent = await seconds_of(session, begin, end)
    return {
        agent: times
        for agent in sorted(spent.keys() | answered.keys())
        if (times := _times(spent.get(agent, {}), answered.get(agent, 0))) != AgentTimes()
    }


async def count_days(sessions: async_sessionmaker[AsyncSession], as_of: datetime) -> list[date]:
    """Count the days that are over and bear a mark, each in a transaction of its own."""
    today, done = local_day(as_of), []
    async with sessions() as session:
        over = select(AgentMark.day).where(AgentMark.day < today).distinct()
        due = (await session.scalars(over.order_by(AgentMark.day))).all()
    for day in due:
        async with sessions.begin() as session:
            await _count_day(session, day, as_of)
        done.append(day)
    async with sessions.begin() as session:
        await _tidy(session, today)
    return done


async def _count_day(session: AsyncSession, day: date, as_of: datetime) -> None:
    await session.execute(_ONE_AT_A_TIME)
    # The marks first: what is written after this leaves a mark that stays.
    await session.execute(delete(AgentMark).where(AgentMark.day == day))
    found = await times_of(session, day, as_of)
    await session.execute(delete(AgentDay).where(AgentDay.day == day))
    rows = [
        {
            "day": day,
            "agent": agent,
            "answered": times.answered,
            **{name: round(getattr(times, name) * _MICROSECONDS) for name in _COLUMNS},
        }
        for agent, times in found.items()
    ]
    if rows:
        await session.execute(insert(AgentDay), rows)


async def _tidy(session: AsyncSession, today: date) -> None:
    """Leave one mark of the many that today, which is not over, has got."""
    await session.execute(_ONE_AT_A_TIME)
    waiting = delete(AgentMark).where(AgentMark.day >= today).returning(AgentMark.day)
    days = set(await session.scalars(waiting))
    if days:
        await session.execute(insert(AgentMark), [{"day": day} for day in sorted(days)])


async def _counted(session: AsyncSession, period: Period) -> dict[str, AgentTimes]:
    """Add up the counted days of the period that bear no mark."""
    marked = select(AgentMark.day)
    sums = (func.sum(getattr(AgentDay, name)) for name in _COLUMNS)
    rows = await session.execute(
        select(AgentDay.agent, func.count(), func.sum(AgentDay.answered), *sums)
        .where(AgentDay.day >= period.since, AgentDay.day < period.until)
        .where(AgentDay.day.not_in(marked))
        .group_by(AgentDay.agent)
    )
    return {
        agent: AgentTimes(
            answered=int(answered),
            days=days,
            **{n: int(us) / _MICROSECONDS for n, us in zip(_COLUMNS, spent, strict=True)},
        )
        for agent, days, answered, *spent in rows
    }


async def _uncounted(session: AsyncSession, period: Period, today: date) -> Sequence[date]:
    """Return the days of the period to be looked at now: those with a mark, and today."""
    marked = select(AgentMark.day).where(
        AgentMark.day >= period.since, AgentMark.day < period.until
    )
    days = set(await session.scalars(marked.distinct()))
    if period.since <= today < period.until:
        days.add(today)
    return sorted(days)


def _times(spent: Mapping[AgentTime, float], answered: int) -> AgentTimes:
    seconds = {name: spent.get(state, 0.0) for name, state in _COLUMNS.items()}
    return AgentTimes(answered=answered, days=int(any(seconds.values())), **seconds)


def _row(key: str, times: AgentTimes, shift_hours: float) -> AgentRow:
    # To the microsecond, so that it does not matter in what parts it was added up.
    whole = AgentTimes(
        answered=times.answered,
        days=times.days,
        scheduled=times.days * shift_hours * 3600,
        **{name: round(getattr(times, name), 6) for name in _COLUMNS},
    )
    return AgentRow(key, whole, {m.id: m.value(whole) for m in AGENT_MEASURES})
