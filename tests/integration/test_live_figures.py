"""Figures on the wall are those of the reports, and what differs from history is shown."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, utc_now
from jobs.live_figures import LiveFigures
from queues.live_mirror import read_mirror
from queues.live_store import Drawing, LiveStore
from reports.answer_rate import Period, answer_rate
from reports.live_check import check
from reports.live_figures import SHOWN, hang_up, live_figures
from reports.selections import Grouping
from tests.integration.redis_server import RedisServer
from tests.integration.test_answer_rate import a_call, stored
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url, decode_responses=True) as redis:
        yield redis


async def some_calls(sessions: Sessions) -> None:
    now = utc_now()
    await stored(
        sessions,
        a_call(started_at=now),
        a_call(started_at=now, wait=20.0),
        a_call(Outcome.ABANDONED, started_at=now, wait=40.0),
        a_call(None, started_at=now, uid="waiting.1"),
    )


async def no_pause(_: float) -> None:
    return


async def hung(redis: Redis, sessions: Sessions) -> dict[str, Any]:
    async with sessions() as session:
        figures = await live_figures(session)
    await hang_up(redis, "node1", "figures", figures)
    return figures


async def test_the_wall_shows_what_the_report_of_today_says(sessions: Sessions) -> None:
    await some_calls(sessions)
    async with sessions() as session:
        figures = await live_figures(session)
        today = local_day(utc_now())
        report = await answer_rate(session, Period.through(today, today), Grouping.QUEUE)
    assert figures["today"] == {name: report.total.figures[name] for name in SHOWN}
    assert figures["queues"]["GEN"]["answered"] == 2
    assert figures["lately"] == figures["today"]
    assert set(figures["versions"]) == set(SHOWN)


async def test_where_wall_and_history_agree_nothing_is_said(
    sessions: Sessions, redis: Redis
) -> None:
    await some_calls(sessions)
    queue = {"waiting": 1, "callers": [{"call": "waiting.1", "position": 1, "joined": ""}]}
    await LiveStore(redis, "node1").write(Drawing({}, {"GEN": queue}), utc_now(), stale=False)
    await hung(redis, sessions)
    assert await check(redis, "node1", sessions, no_pause) == []


async def test_a_wall_that_stands_still_and_a_ghost_in_a_queue_are_told(
    sessions: Sessions, redis: Redis
) -> None:
    await hung(redis, sessions)
    await some_calls(sessions)
    queue = {"waiting": 1, "callers": [{"call": "ghost.1", "position": 1, "joined": ""}]}
    await LiveStore(redis, "node1").write(Drawing({}, {"GEN": queue}), utc_now(), stale=False)
    found = [str(one) for one in await check(redis, "node1", sessions, no_pause)]
    assert "answered today: 0 on the wall, 2 in the ledger" in found
    assert "call ghost.1 in GEN: waiting on the wall, over or unknown in the ledger" in found


async def test_the_jobs_process_keeps_the_wall_up_to_date_through_a_flush(
    sessions: Sessions, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.live_figures.EVERY", 0.05)
    monkeypatch.setattr("jobs.live_figures.SAID_AT_LEAST_EVERY", 0.1)
    running = asyncio.create_task(LiveFigures(redis, "node1", sessions).run())
    try:
        await _until_answered(redis, 0)
        await some_calls(sessions)
        await _until_answered(redis, 2)
        await redis.flushall()
        await _until_answered(redis, 2)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_what_differs_hangs_on_the_wall(sessions: Sessions, redis: Redis) -> None:
    await hung(redis, sessions)
    figures = LiveFigures(redis, "node1", sessions)
    await figures.check()
    assert (await read_mirror(redis, "node1")).check["differences"] == []
    assert "differences" in json.loads(str(await redis.get("hotline:node1:live:check")))


async def _until_answered(redis: Redis, calls: int) -> None:
    found = None
    async with asyncio.timeout(10):
        while found != calls:
            found = (await read_mirror(redis, "node1")).figures.get("today", {}).get("answered")
            await asyncio.sleep(0.02)
