"""Fifty citizens at once: every one has one call, one ticket, one outcome, and the sums agree."""

from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from core.clock import local_day, utc_now
from core.database import make_engine, make_sessions
from phones.load import run_load
from reports.answer_rate import Period, answer_rate
from reports.selections import Grouping
from tests.calls.city import City

pytestmark = pytest.mark.call

CROWD = 50


async def test_fifty_calls_at_once_are_fifty_calls_tickets_and_outcomes(city: City) -> None:
    began = utc_now()
    async with AsyncExitStack() as seats:
        for number in ("8013", "8014", "8015", "8016"):
            await seats.enter_async_context(city.agent(number, answer_after=0.1))
        result = await run_load("12345", CROWD, 25, 8, city.server, "127.0.0.2")
        assert result.failed == 0
        await city.until(lambda: len(_ended(city, began)) == CROWD, "fifty finished calls", 60)
    rows = _ended(city, began)
    assert len({row["uid"] for row in rows}) == CROWD
    tickets = city.query("SELECT call_uid FROM ticket WHERE new_at >= %s", began)
    assert Counter(ticket["call_uid"] for ticket in tickets) == Counter(r["uid"] for r in rows)
    assert {row["outcome"] for row in rows} <= {"answered", "abandoned", "abandoned_short"}
    assert "answered" in {row["outcome"] for row in rows}
    await _the_report_adds_up(city)


async def _the_report_adds_up(city: City) -> None:
    engine = make_engine(city.settings.database)
    try:
        async with make_sessions(engine)() as session:
            today = local_day(utc_now())
            report = await answer_rate(
                session, Period(today, today + timedelta(days=1)), Grouping.QUEUE
            )
    finally:
        await engine.dispose()
    assert report.adds_up
    assert report.total.counts.arrivals >= CROWD


def _ended(city: City, since: object) -> list[dict[str, object]]:
    return city.query(
        "SELECT uid, outcome FROM call WHERE started_at >= %s AND outcome IS NOT NULL", since
    )
