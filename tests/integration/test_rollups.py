"""Counted half-hours: always what counting every call would give, however calls come and change."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from queues.models import Call
from reports.alarms import alarms
from reports.answer_rate import Period
from reports.counts import Counts
from reports.miscounts import miscounted
from reports.models import DAYS, HALF_HOURS, HOURS, CountMark
from reports.recount import mark_days, recount, recount_some
from reports.rollups import counted, total
from reports.selections import Grouping
from tests.integration.test_answer_rate import DAY, MORNING, a_call, stored
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
SEED = 12345
WEEK = Period(DAY - timedelta(days=4), DAY + timedelta(days=3))


async def figures(sessions: Sessions, grouping: Grouping = Grouping.DAY) -> Mapping[str, Counts]:
    async with sessions() as session:
        return await counted(session, WEEK.since, WEEK.until, grouping)


async def all_figures(sessions: Sessions) -> dict[Grouping, Mapping[str, Counts]]:
    return {grouping: await figures(sessions, grouping) for grouping in Grouping}


async def marks(sessions: Sessions) -> int:
    async with sessions() as session:
        return int(await session.scalar(select(func.count()).select_from(CountMark)) or 0)


async def done(sessions: Sessions, statement: object) -> None:
    async with sessions.begin() as session:
        await session.execute(statement)  # type: ignore[call-overload]


async def wrong_rows(sessions: Sessions) -> int:
    async with sessions() as session:
        return await miscounted(session, WEEK.since, WEEK.until)


def any_call(chance: random.Random) -> Call:
    seconds = chance.uniform(0, 300)
    return a_call(
        chance.choice([None, *Outcome]),
        wait=round(seconds, 6),
        started_at=MORNING + timedelta(minutes=chance.randint(-3000, 3000), seconds=seconds),
        line=chance.choice(["12345", "mayor"]),
        queue=chance.choice(["GEN", "ENT", None]),
        talk_seconds=chance.uniform(0, 900),
    )


async def test_half_hours_counted_and_calls_counted_give_identical_figures(
    sessions: Sessions,
) -> None:
    chance = random.Random(SEED)
    await stored(sessions, *(any_call(chance) for _ in range(300)))
    by_calls = await all_figures(sessions)
    assert await recount(sessions) > 0
    assert await marks(sessions) == 0
    assert await all_figures(sessions) == by_calls
    # Some half-hours of a day counted, some not.
    await stored(sessions, *(any_call(chance) for _ in range(20)))
    mixed = await all_figures(sessions)
    await recount(sessions)
    assert await all_figures(sessions) == mixed != by_calls


async def test_a_late_arrival_is_in_the_figures_at_once_and_counted_once(
    sessions: Sessions,
) -> None:
    await stored(sessions, a_call())
    await recount(sessions)
    await stored(sessions, a_call(Outcome.ABANDONED))
    for _ in range(2):
        day = (await figures(sessions))["2026-11-24"]
        assert (day.arrivals, day.of(Outcome.ABANDONED)) == (2, 1)
        await recount(sessions)


@pytest.mark.parametrize(
    ("change", "arrivals"),
    [
        (update(Call).values(outcome=Outcome.ABANDONED, answered_at=None), {"2026-11-24": 1}),
        (update(Call).values(queue="ENT"), {"2026-11-24": 1}),
        (
            update(Call).values(
                started_at=Call.started_at - timedelta(days=1), day=date(2026, 11, 23)
            ),
            {"2026-11-23": 1},
        ),
        (delete(Call), {}),
    ],
)
async def test_whatever_statement_changes_a_call_its_half_hours_are_counted_again(
    sessions: Sessions, change: object, arrivals: dict[str, int]
) -> None:
    await stored(sessions, a_call())
    await recount(sessions)
    await done(sessions, change)
    at_once = await all_figures(sessions)
    assert {key: day.arrivals for key, day in at_once[Grouping.DAY].items()} == arrivals
    await recount(sessions)
    assert await all_figures(sessions) == at_once


async def test_a_count_that_dies_before_its_commit_is_made_again(sessions: Sessions) -> None:
    await stored(sessions, a_call(), a_call(started_at=MORNING + timedelta(days=1)))
    expected = await all_figures(sessions)
    async with sessions() as session:
        assert len(await recount_some(session)) == 2
        await session.rollback()
    assert await marks(sessions) > 0
    assert await all_figures(sessions) == expected
    await recount(sessions)
    assert await all_figures(sessions) == expected


async def test_a_call_written_while_we_count_leaves_its_mark(sessions: Sessions) -> None:
    await stored(sessions, a_call())
    async with sessions.begin() as counting:
        await recount_some(counting)
        await stored(sessions, a_call(Outcome.ABANDONED))
    assert await marks(sessions) > 0
    assert (await figures(sessions))["2026-11-24"].arrivals == 2


async def test_two_who_count_at_once_count_everything_once(sessions: Sessions) -> None:
    await stored(sessions, *(a_call(started_at=MORNING + timedelta(hours=n)) for n in range(9)))
    async with sessions() as first, sessions.begin() as second:
        await second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        await recount_some(first, at_once=5)
        with pytest.raises(Exception, match="lock timeout"):
            await recount_some(second)
        await first.commit()
        await second.rollback()
    assert await recount(sessions) == 4
    async with sessions() as session:
        assert (await total(session, WEEK.since, WEEK.until)).arrivals == 9


async def test_everything_counted_anew_is_what_it_was(sessions: Sessions) -> None:
    chance = random.Random(SEED)
    await stored(sessions, *(any_call(chance) for _ in range(100)))
    await recount(sessions)
    before = await all_figures(sessions)
    # Somebody meddled with the counts and nobody marked it.
    for table in (HALF_HOURS, HOURS, DAYS):
        await done(sessions, update(table).values(answered=table.c.answered + 1))
    assert await all_figures(sessions) != before
    assert await wrong_rows(sessions) > 0
    async with sessions.begin() as session:
        await mark_days(session, None, None)
    await recount(sessions)
    assert await all_figures(sessions) == before
    assert await wrong_rows(sessions) == 0


async def test_a_call_that_contradicts_its_class_raises_an_alarm_until_it_is_mended(
    sessions: Sessions,
) -> None:
    liar = a_call()
    await stored(sessions, a_call(), liar)
    await recount(sessions)
    async with sessions() as session:
        assert not await alarms(session)
    await done(sessions, update(Call).where(Call.uid == liar.uid).values(answered_at=None))
    await recount(sessions)
    async with sessions() as session:
        (alarm,) = await alarms(session)
    assert (alarm.uid, alarm.day) == (liar.uid, DAY)
    await done(sessions, update(Call).where(Call.uid == liar.uid).values(answered_at=MORNING))
    await recount(sessions)
    async with sessions() as session:
        assert not await alarms(session)


async def test_an_old_database_is_counted_after_its_migration(sessions: Sessions) -> None:
    """The migration leaves marks; without them calls from before it would never be counted."""
    await stored(sessions, a_call())
    await done(sessions, delete(CountMark))
    assert (await figures(sessions)) == {}
    async with sessions.begin() as session:
        await mark_days(session, DAY, DAY + timedelta(days=1))
    assert (await figures(sessions))["2026-11-24"].arrivals == 1
