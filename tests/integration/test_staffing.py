"""Plans from the hotline's own calls: read from the ledger by the city's quarters of an hour."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.clock import local_day, midnight, utc_now
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from foresight.history import Source
from foresight.plan import Wish, plan_day
from foresight.repository import human_requests_by_quarter, service_sums
from tests.as_program import as_program
from tests.integration.test_answer_rate import a_call, stored
from tickets.calendar import load_workdays
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
WORKDAYS = load_workdays(CHECKOUT / "config" / "calendar.toml")
DAY = date(2026, 10, 20)


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="redis://nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        door = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client:
            client.headers.update(as_program(tmp_path))
            yield client


def at(hours: float) -> datetime:
    return midnight(DAY) + timedelta(hours=hours)


async def test_calls_fall_into_the_quarters_of_the_citys_day(sessions: Sessions) -> None:
    await stored(
        sessions,
        a_call(started_at=at(0)),
        a_call(started_at=at(10.24)),
        a_call(Outcome.ABANDONED, started_at=at(10.26)),
        a_call(started_at=at(23.99)),
        a_call(started_at=at(24)),
        # Asked for nobody, or still running: no demand, or not known yet.
        a_call(Outcome.IVR_SERVED, started_at=at(10.1)),
        a_call(None, started_at=at(10.1)),
    )
    async with sessions() as session:
        found = await human_requests_by_quarter(session, DAY, DAY + timedelta(days=1))
    assert found == [(DAY, 0, 1), (DAY, 40, 1), (DAY, 41, 1), (DAY, 95, 1)]


async def test_patience_is_measured_over_all_who_waited(sessions: Sessions) -> None:
    await stored(
        sessions,
        a_call(wait=10.0, started_at=at(9), talk_seconds=200.0, ring_seconds=4.0),
        a_call(wait=30.0, started_at=at(9), talk_seconds=100.0, ring_seconds=0.0),
        a_call(Outcome.ABANDONED, wait=50.0, started_at=at(9)),
    )
    async with sessions() as session:
        sums = await service_sums(session, DAY, DAY + timedelta(days=1))
        nothing = await service_sums(session, DAY - timedelta(days=9), DAY)
    assert (sums.answered, sums.busy, sums.gave_up, sums.waited) == (2, 304.0, 1, 90.0)
    assert (nothing.answered, nothing.busy, nothing.waited) == (0, 0.0, 0.0)


async def test_a_plan_learns_from_the_hotlines_own_days_once_there_are_enough(
    sessions: Sessions,
) -> None:
    today = local_day(utc_now())
    calls = [
        a_call(started_at=midnight(today - timedelta(days=back)) + timedelta(hours=9, minutes=n))
        for back in range(1, 16)
        for n in range(20)
    ]
    await stored(sessions, *calls[:100])
    async with sessions() as session:
        assert (await plan_day(session, today, WORKDAYS, Wish())).source is Source.SYNTHETIC
    await stored(sessions, *calls[100:])
    async with sessions() as session:
        plan = await plan_day(session, today, WORKDAYS, Wish(minutes=60))
    assert (plan.source, plan.known_days) == (Source.LEDGER, 15)
    assert max(plan.intervals, key=lambda one: one.calls) is plan.intervals[9]
    assert sum(one.calls for one in plan.intervals) < 60


async def test_the_api_answers_with_definitions_and_its_own_error(api: httpx.AsyncClient) -> None:
    day = local_day(utc_now()) + timedelta(days=1)
    told = (await api.get(f"/api/staffing/plan?day={day}&interval=30")).json()
    assert len(told["intervals"]) == 48
    assert told["source"] == "synthetic"
    assert told["accuracy"]["chance"] < told["accuracy"]["wape"]
    assert "answer_rate_gross" in {one["measure"] for one in told["definitions"]}
    table = (await api.get("/api/staffing/table")).json()
    assert table[0]["strict"]["agents"] == 38
    size = (await api.get("/api/staffing/size?calls=330&agents=0")).json()
    assert size["expected"]["mean_wait"] is None


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("plan?day=2026-11-25&interval=7", "no-such-interval"),
        ("plan?day=1999-01-01", "day-too-far"),
        ("plan?day=tomorrow", "malformed-request"),
        ("plan?day=2026-11-25&shrinkage=1", "malformed-request"),
        ("size?calls=-1", "malformed-request"),
        ("size?calls=1e300", "malformed-request"),
        ("size?calls=nan", "malformed-request"),
        ("size?calls=1e6&handling=7200&goal=0.9999", "goal-beyond-reach"),
    ],
)
async def test_a_senseless_question_is_told_what_is_wrong(
    api: httpx.AsyncClient, query: str, slug: str
) -> None:
    answer = await api.get(f"/api/staffing/{query}")
    assert answer.status_code in (400, 422)
    assert answer.json()["type"] == f"urn:hotline:{slug}"
