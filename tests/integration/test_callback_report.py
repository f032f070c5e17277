"""Call-backs stand on a line of their own: promised, reached, in time, and the calls behind."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from api.app import make_app
from cli.main import app
from core.secrets import ensure_secrets
from core.settings import Settings, get_settings
from queues.callbacks.models import Callback, CallbackSource
from queues.callbacks.states import CallbackState
from queues.models import Call
from recordings.models import Recording, RecordingState
from reports.answer_rate import Period
from reports.callbacks import Behind, callback_report, list_callbacks
from reports.repeats import repeat_report
from tests.as_program import as_program
from tests.integration.test_abandoned import stored
from tests.integration.test_answer_rate import a_call
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
THE_DAY = Period(date(2026, 11, 24), date(2026, 11, 25))
S = CallbackState


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    ensure_secrets(get_settings().secrets_file)
    yield get_settings()
    get_settings.cache_clear()


def promised(
    state: CallbackState,
    number: int,
    source: CallbackSource = CallbackSource.ASKED,
    hours: float = 0.5,
) -> tuple[Call, Callback]:
    """A call-back promised in a call of its own; `hours` after it the citizen was reached."""
    asked = source is CallbackSource.ASKED
    outcome = Outcome.CALLBACK_TAKEN if asked else Outcome.ABANDONED
    began = MORNING + timedelta(minutes=number)
    call = a_call(outcome, 30.0, started_at=began, caller=f"1380000{number:04}")
    then = began + timedelta(hours=hours)
    tried = {"number": 1, "at": began.isoformat(), "agent": "8013", "result": state.value}
    return call, Callback(
        call_uid=call.uid, source=source, state=state, number=call.caller, language="zh",
        priority=0, offered_at=began, taken_at=began, lines=3, agent="8013",
        promised_until=began + timedelta(hours=1), tries=1, missed=0, attempts=[tried],
        reached_at=then if state is S.REACHED else None,
        ended_at=None if state is S.WAITING else then,
    )  # fmt: skip


async def a_day(sessions: Sessions) -> list[Callback]:
    """Three reached, one late and one the day after; one of each other kind; one ordered."""
    pairs = [
        promised(S.REACHED, 1),
        promised(S.REACHED, 2, hours=2),
        promised(S.REACHED, 3, hours=30),
        promised(S.NOT_REACHED, 4),
        promised(S.CANCELLED, 5),
        promised(S.WAITING, 6),
        promised(S.EXPIRED, 7),
        promised(S.REACHED, 8, CallbackSource.ABANDONED),
    ]
    answered = [a_call(started_at=MORNING, caller="13900000001") for _ in range(4)]
    await stored(sessions, *answered, *(call for call, _ in pairs))
    async with sessions.begin() as session:
        session.add_all(callback for _, callback in pairs)
    return [callback for _, callback in pairs]


async def test_a_day_of_callbacks_gives_the_figures_added_up_by_hand(sessions: Sessions) -> None:
    await a_day(sessions)
    async with sessions() as session:
        report = await callback_report(session, THE_DAY)
    assert report.total.figures == pytest.approx(
        {
            "callbacks_promised": 7,
            "callbacks_reached": 3,
            "callbacks_reached_in_time": 1,
            "callbacks_cancelled": 1,
            "callback_reach_rate": 3 / 5,
            "callback_in_time_rate": 1 / 5,
            "mean_seconds_to_callback": (0.5 + 2 + 30) / 3 * 3600,
            "abandoned_rung_back": 1,
            "abandoned_reached": 1,
            # 12 asked for a human, 4 were answered, 3 were reached within a day of their call.
            "answer_rate_with_callbacks": 7 / 12,
        }
    )
    assert [row.key for row in report.rows] == ["2026-11-24"]


@pytest.mark.parametrize("behind", Behind)
async def test_a_list_has_as_many_callbacks_as_its_number(
    sessions: Sessions, behind: Behind
) -> None:
    await a_day(sessions)
    async with sessions() as session:
        counts = (await callback_report(session, THE_DAY)).total.counts
        listed = await list_callbacks(session, THE_DAY, behind)
    expected = counts.promised + counts.ordered if behind is Behind.ALL else getattr(counts, behind)
    assert len(listed) == expected


async def test_a_day_without_callbacks_has_no_rate(sessions: Sessions) -> None:
    async with sessions() as session:
        report = await callback_report(session, THE_DAY)
    assert report.rows == []
    assert report.total.figures["callback_reach_rate"] is None


async def test_commands_and_api_tell_the_same_without_a_whole_number(
    settings: Settings, sessions: Sessions
) -> None:
    reached, *_ = await a_day(sessions)
    async with sessions.begin() as session:
        session.add(
            Recording(
                call_uid=f"cb-{reached.call_uid}001",
                state=RecordingState.FINISHED,
                seconds=61.5,
                path="2026/11/24/a.wav",
                channels=2,
                sha256="ab" * 32,
                finished_at=MORNING,
            )
        )
    days = ["--from", "2026-11-24", "--to", "2026-11-24", "--json"]
    run = CliRunner().invoke
    listed = await asyncio.to_thread(run, app, ["callbacks", "--behind", "reached", *days])
    assert [one["number"] for one in json.loads(listed.output)][-1] == "138****0001"
    printed = await asyncio.to_thread(run, app, ["report", "callbacks", *days])
    assert json.loads(printed.output)["rows"][-1]["callbacks_reached"] == 3
    shown = await asyncio.to_thread(run, app, ["callbacks", "show", reached.call_uid])
    assert "2026/11/24/a.wav (61.5 s)" in shown.output
    web = make_app(settings)
    door = httpx.ASGITransport(web, raise_app_exceptions=False)
    async with (
        web.router.lifespan_context(web),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as api,
    ):
        api.headers.update(as_program(settings.home))
        query = "from=2026-11-24&to=2026-11-24"
        report = (await api.get(f"/api/reports/callbacks?{query}")).json()
        assert report["total"]["figures"]["callback_reach_rate"] == pytest.approx(0.6)
        assert {"id", "version", "formula", "unit"} <= report["definitions"][0].keys()
        page = (await api.get(f"/api/callbacks?{query}&behind=reached&limit=2")).json()
        more = f"/api/callbacks?{query}&behind=reached&cursor={page['next']}"
        assert (len(page["items"]), len((await api.get(more)).json()["items"])) == (2, 1)
        one = (await api.get(f"/api/callbacks/{reached.call_uid}")).json()
        assert one["recording"]["seconds"] == 61.5
        assert one["attempts"][0]["agent"] == "8013"
        assert (await api.get("/api/callbacks/node1-1.1")).status_code == 404


async def test_repeated_calls_are_known_by_the_number_however_it_is_spelt(
    sessions: Sessions,
) -> None:
    spelt = ("13800000001", "+86 138-0000-0001", "013800000001", "13800000001")
    hours = (-8 * 24, -7 * 24 + 0.5, 0, 2)
    calls = [
        a_call(started_at=MORNING + timedelta(hours=h), caller=number)
        for h, number in zip(hours, spelt, strict=True)
    ]
    strangers = [a_call(started_at=MORNING, caller=who) for who in ("13900000002", "", "")]
    in_menu = a_call(Outcome.IVR_SERVED, started_at=MORNING, caller="13900000002")
    await stored(sessions, *calls, *strangers, in_menu)
    async with sessions() as session:
        found = (await repeat_report(session, THE_DAY)).total
    # Of three with a number one asked again within a day, and one of the others within a week.
    assert (found.counts.requests, found.counts.within_a_day, found.counts.within_a_week) == (
        3,
        1,
        2,
    )
