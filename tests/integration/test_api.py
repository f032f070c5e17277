"""The API: numbers masked in every door, pages without gaps, errors that can be read."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.clock import local_day, utc_now
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from queues.models import Call, LedgerPosition, Stream, SwitchEvent
from recordings.models import Recording, RecordingState
from tests.as_program import as_program
from tests.witnesses import lines_of
from tickets import service as tickets
from tickets.outcomes import Outcome
from tickets.service import CallForTicket

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]

BEGAN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NUMBER = "13812345678"
DAYS = "from=2026-11-24&to=2026-11-24"


@pytest.fixture
async def app(database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    nowhere = f"unix://{tmp_path}/no-redis.sock"
    settings = Settings(home=tmp_path, database_url=database_url, redis_url=nowhere)
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def api(app: FastAPI, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client:
        client.headers.update(as_program(tmp_path))
        yield client


async def a_call(sessions: Sessions, uid: str = "1764000000.1", **facts: object) -> None:
    """Store an answered call with its ticket, one event of each stream, and its recording."""
    began = facts.pop("started_at", BEGAN)
    assert isinstance(began, datetime)
    columns: dict[str, object] = {
        "uid": uid,
        "node": "node1",
        "line": "12345",
        "did": "12345",
        "caller": NUMBER,
        "started_at": began,
        "day": local_day(began),
        "keys": "3 048213",
        "query_code": "048213",
        "callback_number": "13987654321",
        "human_requested_at": began,
        "queue": "GEN",
        "queue_visits": 1,
        "answered_at": began + timedelta(seconds=4),
        "agent": "8013",
        "ended_at": began + timedelta(seconds=64),
        "outcome": Outcome.ANSWERED,
        "orphaned": False,
        "late_changes": 0,
    }
    ticket = CallForTicket(uid, began, "12345", str(facts.get("caller", NUMBER)), "048213")
    lines = (f"1764000000|{uid}|GEN|NONE|ENTERQUEUE||{NUMBER}|1", '{"code":"048213"}')
    async with sessions.begin() as session:
        call = Call(**columns | facts)
        session.add_all([call, *lines_of(call, first=len(lines))])
        session.add_all(
            SwitchEvent(call_uid=uid, file_id=1, pos=pos, at=began, kind="ENTERQUEUE", line=line)
            for pos, line in enumerate(lines)
        )
        session.add(
            Recording(
                call_uid=uid,
                state=RecordingState.FINISHED,
                path=f"2026/11/24/{uid}.wav",
                seconds=60.0,
                channels=2,
                sha256="ab" * 32,
                finished_at=began,
            )
        )
        await tickets.open_for_calls(session, [ticket])


async def answer(api: httpx.AsyncClient, path: str) -> dict[str, object]:
    response = await api.get(path)
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    return found


async def every_door(api: httpx.AsyncClient) -> list[str]:
    page = await answer(api, "/api/tickets")
    assert isinstance(page["items"], list)
    return [
        "/api/calls",
        "/api/calls/1764000000.1",
        "/api/tickets",
        f"/api/tickets/{page['items'][0]['number']}",
        f"/api/reports/answer-rate?{DAYS}",
        f"/api/reports/answer-rate/calls?{DAYS}&behind=answered",
    ]


async def test_no_door_shows_a_whole_number_or_a_query_code(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    await a_call(sessions)
    for path in await every_door(api):
        said = (await api.get(path)).text
        assert not {NUMBER, "13987654321", "048213"} & set(_words(said)), path
        if "reports/answer-rate?" not in path:
            assert "138****5678" in said, path


def _words(said: str) -> list[str]:
    return [number for number in (NUMBER, "13987654321", "048213") if number in said]


async def test_a_call_is_shown_with_its_ticket_recording_and_events(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    await a_call(sessions)
    call = await answer(api, "/api/calls/1764000000.1")
    assert str(call["ticket"]).startswith("LC261124000001")
    assert (call["outcome"], call["agent"], call["recording"]) == ("answered", "8013", "finished")
    assert call["started_at"] == "2026-11-24T09:00:00+08:00"
    assert isinstance(call["events"], list)
    assert "138****5678" in call["events"][0]["line"]


async def test_a_ticket_is_shown_with_its_story(api: httpx.AsyncClient, sessions: Sessions) -> None:
    await a_call(sessions)
    number = (await answer(api, "/api/calls/1764000000.1"))["ticket"]
    ticket = await answer(api, f"/api/tickets/{str(number).lower()}")
    assert (ticket["state"], ticket["call_uid"]) == ("NEW", "1764000000.1")
    assert isinstance(ticket["events"], list)
    assert [(e["from_state"], e["to_state"]) for e in ticket["events"]] == [(None, "NEW")]


@pytest.mark.parametrize(
    "path", ["/api/calls", "/api/tickets", f"/api/reports/answer-rate/calls?{DAYS}&behind=arrivals"]
)
async def test_pages_follow_each_other_without_gap_or_repeat(
    api: httpx.AsyncClient, sessions: Sessions, path: str
) -> None:
    for n in range(5):
        await a_call(sessions, f"1764000000.{n}", started_at=BEGAN + timedelta(seconds=n // 2))
    seen: list[str] = []
    cursor = ""
    while True:
        join = "&" if "?" in path else "?"
        page = await answer(api, f"{path}{join}limit=2{cursor}")
        assert isinstance(page["items"], list)
        seen += [item.get("uid") or item["call_uid"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 5


async def test_calls_can_be_chosen_by_day_line_and_outcome(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    await a_call(sessions)
    for chosen, calls in [
        ("day=2026-11-24&line=12345&outcome=answered", 1),
        ("day=2026-11-25", 0),
        ("line=mayor", 0),
        ("outcome=abandoned", 0),
    ]:
        items = (await answer(api, f"/api/calls?{chosen}"))["items"]
        assert isinstance(items, list)
        assert len(items) == calls


async def test_a_report_brings_definitions_and_says_nothing_where_nothing_divides(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    empty = await answer(api, f"/api/reports/answer-rate?{DAYS}")
    assert isinstance(empty["total"], dict)
    assert empty["total"]["figures"]["answer_rate_gross"] is None
    await a_call(sessions)
    report = await answer(api, f"/api/reports/answer-rate?{DAYS}&by=queue")
    assert isinstance(report["rows"], list)
    assert isinstance(report["definitions"], list)
    assert report["adds_up"]
    assert (report["first_day"], report["last_day"]) == ("2026-11-24", "2026-11-24")
    assert report["rows"][0]["key"] == "GEN"
    assert report["rows"][0]["classes"] == {"answered": 1}
    assert report["rows"][0]["figures"]["answer_rate_gross"] == 1.0
    assert {measure["id"] for measure in report["definitions"]} == set(report["rows"][0]["figures"])


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/calls/1764000000.9", 404, "not-found"),
        ("/api/tickets/LC2611240000010", 404, "not-found"),
        ("/api/tickets/LC2611240000011", 404, "not-found"),
        ("/nowhere", 404, "not-found"),
        ("/api/calls?cursor=nonsense", 400, "bad-cursor"),
        ("/api/tickets?cursor=MjAyNi0xMS0yNFQwMTowMDowMCswMDowMCB4", 400, "bad-cursor"),
        ("/api/calls?limit=0", 422, "malformed-request"),
        ("/api/calls?limit=201", 422, "malformed-request"),
        ("/api/calls?line=%00", 422, "malformed-request"),
        ("/api/calls?line=%27%3B--", 422, "malformed-request"),
        ("/api/calls/..%2F..%2Fetc", 404, "not-found"),
        ("/api/calls/a%00b", 422, "malformed-request"),
        ("/api/reports/answer-rate", 422, "malformed-request"),
        ("/api/reports/answer-rate?from=2026-11-25&to=2026-11-24", 400, "empty-period"),
        ("/api/reports/answer-rate?from=2026-11-25&to=9999-12-31", 422, "malformed-request"),
        (f"/api/reports/answer-rate/calls?{DAYS}&behind=lost", 400, "unknown-selection"),
        (f"/api/reports/answer-rate/calls?{DAYS}&behind=%00", 400, "unknown-selection"),
    ],
)
async def test_what_is_wrong_comes_back_as_a_problem_with_a_sentence(
    api: httpx.AsyncClient, path: str, status: int, kind: str
) -> None:
    response = await api.get(path)
    problem = response.json()
    assert (response.status_code, problem["type"]) == (status, f"urn:hotline:{kind}")
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["detail"]


async def test_a_mistyped_ticket_number_is_told_from_one_that_is_not_there(
    api: httpx.AsyncClient,
) -> None:
    mistyped, absent = "LC2611240000011", "LC2611240000010"
    assert "a digit is wrong" in (await api.get(f"/api/tickets/{mistyped}")).json()["detail"]
    assert f"no ticket {absent}" in (await api.get(f"/api/tickets/{absent}")).json()["detail"]


async def test_a_malformed_request_is_not_echoed(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/calls?day=13812345678x")
    assert response.status_code == 422
    assert NUMBER not in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_can_be_written(api: httpx.AsyncClient, method: str) -> None:
    for path in ("/api/calls", "/api/tickets/LC1", "/api/reports/answer-rate", "/health"):
        response = await api.request(method, path)
        assert response.status_code == 405
        assert response.json()["type"] == "urn:hotline:method-not-allowed"


@pytest.mark.parametrize("path", ["/api/calls", "/nowhere", "/health", "/docs", "/openapi.json"])
async def test_every_answer_forbids_what_a_browser_need_not_do(
    api: httpx.AsyncClient, path: str
) -> None:
    headers = (await api.get(path, headers={"Origin": "http://elsewhere"})).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


async def test_another_name_for_this_machine_is_not_served(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/calls", headers={"Host": "evil.example"})
    assert response.status_code == 400


async def test_every_door_is_described_for_people_and_for_programs(api: httpx.AsyncClient) -> None:
    schema = await answer(api, "/openapi.json")
    assert isinstance(schema["paths"], dict)
    page = (await api.get("/docs")).text
    assert len(schema["paths"]) >= 11
    assert all(path in page for path in schema["paths"])
    assert "http://" not in page
    assert "https://" not in page


async def ledger_was_here(sessions: Sessions, ago: timedelta) -> None:
    async with sessions.begin() as session:
        session.add_all(
            LedgerPosition(
                node="node1",
                stream=stream,
                file_id=1,
                pos=0,
                seen_at=utc_now() - ago,
                unread_bytes=10,
            )
            for stream in Stream
        )


async def test_health_names_the_part_that_is_ill_and_says_503(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    await ledger_was_here(sessions, timedelta(0))
    response = await api.get("/health")
    health = response.json()
    assert response.status_code == 503
    assert {name: part["ok"] for name, part in health["parts"].items()} == {
        "database": True,
        "redis": False,
        "ledger": True,
    }
    assert health["parts"]["redis"]["says"]
    assert health["parts"]["ledger"]["unread_bytes"] == 30


@pytest.mark.parametrize("ago", [None, timedelta(minutes=2)])
async def test_a_ledger_that_does_not_read_is_ill(
    api: httpx.AsyncClient, sessions: Sessions, ago: timedelta | None
) -> None:
    if ago is not None:
        await ledger_was_here(sessions, ago)
    ledger = (await api.get("/health")).json()["parts"]["ledger"]
    assert not ledger["ok"]
    assert "does not read" in ledger["says"]


async def test_without_a_database_every_door_says_so_and_health_answers(tmp_path: Path) -> None:
    away = f"postgresql+psycopg://hotline@/hotline?host={tmp_path}"
    settings = Settings(home=tmp_path, database_url=away, redis_url=f"unix://{tmp_path}/no")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://localhost") as api,
    ):
        api.headers.update(as_program(tmp_path))
        response = await api.get("/api/calls")
        assert (response.status_code, response.json()["type"]) == (503, "urn:hotline:database-away")
        health = await api.get("/health")
        assert health.status_code == 503
        assert not health.json()["parts"]["database"]["ok"]


async def test_our_own_mistakes_come_back_as_a_problem_without_our_insides(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await session.execute(text("ALTER TABLE call RENAME COLUMN did TO dialled"))
    response = await api.get("/api/calls")
    assert response.status_code == 500
    assert response.json()["type"] == "urn:hotline:our-fault"
    assert "SELECT" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def the_process(tmp_path: Path, database_url: str, port: int) -> asyncio.subprocess.Process:
    spoken = {
        "HOTLINE_HOME": str(tmp_path),
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": f"unix://{tmp_path}/no",
        "HOTLINE_HTTP_PORT": str(port),
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "api"),
        cwd=CHECKOUT,
        env=os.environ | spoken | {"PYTHONPATH": str(CHECKOUT)},
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_process_serves_on_loopback_and_stops_when_told(
    tmp_path: Path, database_url: str
) -> None:
    port = free_port()
    ensure_secrets(Settings(home=tmp_path).secrets_file)
    process = await the_process(tmp_path, database_url, port)
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as api:
        while True:
            try:
                response = await api.get("/api/calls", headers=as_program(tmp_path))
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
    assert json.loads(response.text) == {"items": [], "next": None}
    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), 30)
    # uvicorn closes in good order and then lets the signal end it as it would have.
    assert process.returncode in (0, -signal.SIGTERM), said.decode()


async def test_a_taken_port_ends_the_process_with_a_sentence(
    tmp_path: Path, database_url: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await the_process(tmp_path, database_url, taken.getsockname()[1])
        _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert "choose another port with HOTLINE_HTTP_PORT" in said.decode()


async def test_the_worst_twenty_four_hours_come_with_what_is_required(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    await a_call(sessions, started_at=BEGAN - timedelta(days=30))
    found = await answer(api, "/api/reports/rolling-24h?from=2026-10-25&to=2026-10-25")
    assert (found["required"], found["windows"], found["short"]) == (0.95, 24, [])
    assert isinstance(found["worst"], dict)
    assert (found["worst"]["human_requests"], found["worst"]["value"]) == (1, 1.0)
    assert isinstance(found["definition"], dict)
    assert found["definition"]["id"] == "answer_rate_gross"


async def test_who_gave_up_can_be_listed_page_by_page_and_counted(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    for number in range(3):
        await a_call(
            sessions,
            f"1764000000.{number}",
            outcome=Outcome.ABANDONED,
            answered_at=None,
            caller=f"1390000{number:04}",
        )
    first = await answer(api, f"/api/abandoned?{DAYS}&limit=2")
    second = await answer(api, f"/api/abandoned?{DAYS}&limit=2&cursor={first['next']}")
    assert isinstance(first["items"], list)
    assert isinstance(second["items"], list)
    assert len(first["items"]) == 2
    assert len(second["items"]) == 1
    assert second["next"] is None
    assert {one["caller"] for one in first["items"]} == {"139****0002", "139****0001"}
    assert {one["keys"] for one in first["items"]} == {"3 0****3"}
    assert await answer(api, f"/api/abandoned/tally?{DAYS}") == {
        "callers": 3, "calls": 3, "short": 0, "recovered": 0, "open": 3,
        "reached": 0, "settled": 0, "at_work": 0,
    }  # fmt: skip


async def test_a_line_is_looked_at_before_its_hour(api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/lines/12345/at?instant=2026-10-01T10:00")).json()
    assert (found["line"], found["flow"]) == ("12345", "direct")
    assert "国庆节" in found["day"]
    assert found["at"] == "2026-10-01T10:00:00+08:00"
    assert found["queues"]["GEN"]["is_open"]
    assert found["told"][0]["kind"] == "waits in"
    assert (await api.get("/api/lines/nowhere/at")).status_code == 404
    assert (await api.get("/api/lines/12345/at?instant=0001-01-01T00:00")).status_code == 400


async def test_what_goes_where_and_what_notes_hint_at_is_told_as_the_agent_types(
    api: httpx.AsyncClient,
) -> None:
    found = (await api.get("/api/transfer-catalogue", params={"q": "酒驾"})).json()
    assert found[0]["target"] == "110"
    assert len((await api.get("/api/transfer-catalogue", params={"limit": 300})).json()) == 169
    (hint,) = (await api.post("/api/hints", json={"text": "她想跳楼"})).json()
    assert (hint["code"], hint["act"], hint["to"][0]) == ("E1", "emergency", "110")
    assert (await api.post("/api/hints", json={"text": "x" * 20_001})).status_code == 422
