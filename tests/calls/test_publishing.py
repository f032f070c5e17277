"""Flows are published while citizens call: nobody on the line notices, the next call does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cli.changing import change
from core.clock import utc_now
from core.database import make_engine, make_sessions
from core.errors import HotlineError
from ivr.life.drafting import Doing, begin_draft
from ivr.life.effect import in_effect
from ivr.life.judging import judge
from ivr.life.publishing import Moving, Share, point_alias, publish_draft, roll_back
from ivr.life.repository import get_version
from ivr.life.rules import Rules
from ivr.life.transaction import changing
from ivr.models import FlowAliasMove
from ivr.published import Pinned
from ivr.store import LOOK_EVERY
from phones.load import run_load
from tests.calls.city import City

pytestmark = pytest.mark.call

T = TypeVar("T")
CROWD, TRIED = 50, 40
# Nobody has to say yes, and the scenarios are those of the flow as shipped.
RULES = Rules(review=False, tests=False)
OLD, NEW = '"2": enterprise', '"2": english'


async def changed(city: City, act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    engine = make_engine(city.settings.database, pool_size=1)
    try:
        async with changing(make_sessions(engine)) as session:
            return await act(session)
    finally:
        await engine.dispose()


async def until_calls_follow(city: City, move: FlowAliasMove) -> None:
    assert await in_effect(city.settings, move.id, 20)
    await asyncio.sleep(LOOK_EVERY + 0.1)  # for so long a worker believes what it has seen


async def publish(city: City, number: int, share: Share | None = None) -> FlowAliasMove:
    """Publish version 1 with key 2 leading elsewhere; `number` makes its words its own."""

    async def act(session: AsyncSession) -> FlowAliasMove:
        text = (await get_version(session, "direct", 1)).text.replace(OLD, NEW)
        text += f"# {number}\n"
        judgement = await judge(city.settings, "direct", text)
        draft = await begin_draft(session, "direct", text, "wang", "key 2")
        doing, moving = Doing(draft.id, "wang", ""), Moving("direct", "wang", "")
        return await publish_draft(session, doing, moving, judgement, RULES, share)

    return await changed(city, act)


@pytest.fixture
async def first(city: City) -> AsyncIterator[Pinned]:
    """Version 1, which is given back to the calls of the tests that follow."""
    one = await changed(city, lambda session: get_version(session, "direct", 1))
    yield Pinned("direct", 1, one.version)
    back = Moving("direct", "li", "the test is over")
    await until_calls_follow(
        city, await changed(city, lambda session: point_alias(session, back, "direct", 1))
    )


async def pressing_2_leads_to(city: City, queue: str) -> str:
    """A citizen calls, presses 2 and comes to this queue; return the version of the call."""
    async with city.agent("8013", behaviour="ring"), city.citizen() as citizen:
        await citizen.dial()
        await city.waiting("GEN")
        await citizen.press("2")
        await city.waiting(queue)
        await citizen.hangup()
    return str((await city.row(citizen.number))["flow_version"])


async def test_nobody_of_fifty_on_the_line_notices_and_the_next_call_is_on_the_new_version(
    city: City, first: Pinned
) -> None:
    began = utc_now()
    async with city.agent("8013", behaviour="ring"), city.citizen() as early:
        await early.dial()
        load = asyncio.create_task(run_load("12345", CROWD, 25, 7, city.server, "127.0.0.2"))
        await city.waiting("GEN", CROWD + 1)
        await until_calls_follow(city, await publish(city, 1))
        await early.press("2")
        await city.waiting("ENT")
        result = await load
        await early.hangup()
    assert (result.answered, result.failed) == (CROWD, 0)
    assert (await city.row(early.number))["flow_version"] == first.version
    assert await pressing_2_leads_to(city, "EN") != first.version
    rows = await _ended(city, began, CROWD + 2)
    assert Counter(row["flow_version"] == first.version for row in rows) == {True: 51, False: 1}
    assert {row["survival"] for row in rows} == {None}
    assert {row["outcome"] for row in rows} <= {"abandoned", "abandoned_short"}


async def test_one_step_back_and_the_next_call_is_on_the_old_version(
    city: City, first: Pinned
) -> None:
    await until_calls_follow(city, await publish(city, 2))
    assert await pressing_2_leads_to(city, "EN") != first.version
    moving = Moving("direct", "li", "key 2 is wrong")
    move = await changed(city, lambda session: roll_back(session, moving))
    await until_calls_follow(city, move)
    assert await pressing_2_leads_to(city, "ENT") == first.version


async def test_half_of_the_callers_get_the_candidate_and_get_it_again(
    city: City, first: Pinned
) -> None:
    await until_calls_follow(city, await publish(city, 3, Share(50)))
    times = []
    async with city.agent("8013", behaviour="ring"):
        for _ in range(2):
            began = utc_now()
            result = await run_load("12345", TRIED, 25, 1, city.server, "127.0.0.2")
            assert result.failed == 0
            rows = await _ended(city, began, TRIED)
            times.append({row["caller"]: row["flow_version"] == first.version for row in rows})
            await city.quiet()
    assert times[0] == times[1]
    assert TRIED * 0.2 < sum(times[0].values()) < TRIED * 0.8


async def test_a_publisher_killed_at_the_worst_moment_brings_it_into_effect_when_it_is_back(
    city: City, first: Pinned
) -> None:
    with city.frozen("publisher"):
        move = await publish(city, 4)
        assert await pressing_2_leads_to(city, "ENT") == first.version
        city.kill("publisher")
    await until_calls_follow(city, move)
    assert await pressing_2_leads_to(city, "EN") != first.version


async def test_without_the_database_nothing_is_half_published(
    city: City, first: Pinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.changing.get_settings", lambda: city.settings)
    moving = Moving("direct", "wang", "")
    with city.stopped("postgres"), pytest.raises(HotlineError, match="nothing was changed"):
        await asyncio.to_thread(change, lambda session: roll_back(session, moving))
    assert await pressing_2_leads_to(city, "ENT") == first.version
    await until_calls_follow(city, await publish(city, 5))
    assert await pressing_2_leads_to(city, "EN") != first.version


async def _ended(city: City, since: object, count: int) -> list[dict[str, object]]:
    sql = (
        "SELECT caller, flow_version, survival, outcome FROM call"
        " WHERE started_at >= %s AND outcome IS NOT NULL"
    )
    await city.until(lambda: len(city.query(sql, since)) == count, f"{count} ended calls", 60)
    return city.query(sql, since)
