"""The life of a ticket over HTTP: taken in once, moved by those who may, masked for the rest."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings

pytestmark = pytest.mark.integration

ADDRESS = "http://127.0.0.1/api/tickets"
MATTER = {
    "type": "QZ", "urgency": "normal", "category": "0401", "area": "371502",
    "title": "路灯不亮", "details": "小区门口路灯三天不亮，电话13812345678",
    "contact_name": "王先生", "contact_phone": "13812345678",
}  # fmt: skip
REVIEWER = {"Hotline-Actor": "review-1", "Hotline-Role": "reviewer"}
UNIT = {"Hotline-Actor": "zhang", "Hotline-Role": "unit", "Hotline-Unit": "ZJJ"}
OTHER = {"Hotline-Actor": "li", "Hotline-Role": "unit", "Hotline-Unit": "GAJ"}
AGENT = {"Hotline-Actor": "8013", "Hotline-Role": "agent"}
DISPATCH = {"lead": "ZJJ", "duplicates_checked": True, "secrecy": "normal"}


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url=ADDRESS) as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


async def taken_in(api: httpx.AsyncClient, key: str = "k1", **changes: Any) -> httpx.Response:
    body = {"channel": "web", "matter": MATTER | changes, "phone": "13812345678"}
    return await api.post(
        "http://127.0.0.1/api/tickets", json=body, headers=AGENT | {"Idempotency-Key": key}
    )


async def dispatched(api: httpx.AsyncClient, **facts: Any) -> str:
    number = (await taken_in(api)).json()["number"]
    await api.post(f"/{number}/acts/submit", headers=AGENT)
    done = await api.post(f"/{number}/acts/dispatch", json=DISPATCH | facts, headers=REVIEWER)
    assert done.status_code == 200, done.text
    return str(number)


async def test_a_submission_sent_twice_is_one_ticket(api: httpx.AsyncClient) -> None:
    first, again = await taken_in(api), await taken_in(api)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert first.json()["possible"][:2] == ["answer", "mark-invalid"]


async def test_a_unit_sees_its_tickets_without_the_number(api: httpx.AsyncClient) -> None:
    number = await dispatched(api)
    seen = (await api.get(f"/{number}/life", headers=UNIT)).json()
    assert (seen["contact_name"], seen["contact_number"]) == ("王先生", "138****5678")
    assert "13812345678" not in str(seen)
    assert {clock["kind"] for clock in seen["clocks"]} >= {"sign", "first-contact", "handle"}
    assert seen["hops"][-1]["holder"] == "ZJJ"
    stranger = await api.get(f"/{number}/life", headers=OTHER)
    assert (stranger.status_code, stranger.json()["type"]) == (403, "urn:hotline:not-for-you")


async def test_a_number_is_given_out_with_a_reason_that_stays(
    api: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    number = await dispatched(api)
    silent = await api.post(f"/{number}/reveal", json={}, headers=UNIT)
    assert silent.status_code == 422
    given = await api.post(f"/{number}/reveal", json={"reason": "先行联系"}, headers=UNIT)
    assert given.json() == {"number": "13812345678"}
    async with sessions() as session:
        kept = await session.execute(text("SELECT who, field, reason FROM ticket_look"))
    assert kept.all() == [("zhang (ZJJ)", "number", "先行联系")]


async def test_who_asked_not_to_be_known_stays_unknown_to_the_unit(api: httpx.AsyncClient) -> None:
    number = await dispatched(api, secrecy="confidential")
    seen = (await api.get(f"/{number}/life", headers=UNIT)).json()
    assert seen["contact_name"] == "***"
    refused = await api.post(f"/{number}/reveal", json={"reason": "x 想知道"}, headers=UNIT)
    assert refused.json()["type"] == "urn:hotline:number-kept-secret"
    reviewer = await api.post(f"/{number}/reveal", json={"reason": "核实"}, headers=REVIEWER)
    assert reviewer.json() == {"number": "13812345678"}


async def test_two_who_read_the_same_do_not_overwrite_each_other(api: httpx.AsyncClient) -> None:
    number = await dispatched(api)
    tag = (await api.get(f"/{number}/life", headers=UNIT)).headers["ETag"]
    mine = {**UNIT, "If-Match": tag}
    assert (await api.post(f"/{number}/acts/sign", headers=mine)).status_code == 200
    late = await api.post(f"/{number}/contact", json={"how": "电话"}, headers=mine)
    assert late.status_code == 200, "a note is added whatever was read"
    stale = await api.patch(
        f"/{number}/matter", json={"title": "x"}, headers={**AGENT, "If-Match": tag}
    )
    assert (stale.status_code, stale.json()["type"]) == (
        412,
        "urn:hotline:ticket-changed-meanwhile",
    )


async def test_what_cannot_be_done_is_said_clearly(api: httpx.AsyncClient) -> None:
    number = await dispatched(api)
    cases: list[tuple[str, dict[str, Any], dict[str, str], int, str]] = [
        ("sign", {}, OTHER, 403, "not-for-you"),
        ("sign", {}, AGENT, 403, "not-their-ticket-move"),
        ("archive", {}, REVIEWER, 409, "illegal-ticket-move"),
        ("ask-return", {}, UNIT, 409, "ticket-guards-unmet"),
        ("ask-return", {"nonsense": 1}, UNIT, 422, "malformed-request"),
        ("ask-extension", {"extension": "5 days"}, UNIT, 422, "malformed-request"),
        ("fly", {}, UNIT, 422, "malformed-request"),
        ("sign", {"reason": "x" * 3000}, UNIT, 422, "malformed-request"),
    ]
    for act, facts, headers, status, slug in cases:
        answer = await api.post(f"/{number}/acts/{act}", json=facts, headers=headers)
        expected = (status, f"urn:hotline:{slug}")
        assert (answer.status_code, answer.json()["type"]) == expected, answer.text


async def test_nobody_acts_as_the_ledger_or_a_timer(api: httpx.AsyncClient) -> None:
    number = await dispatched(api)
    for role in ("ledger", "rule", "unit"):
        headers = {"Hotline-Actor": "x", "Hotline-Role": role}
        answer = await api.post(f"/{number}/acts/resume", headers=headers)
        assert answer.status_code == 400, role


async def test_a_unit_answers_and_the_desk_replies_settles_and_calls_back(
    api: httpx.AsyncClient,
) -> None:
    number = await dispatched(api)
    feedback = {
        "account": "已修复", "true": True, "solved": True,
        "contacted_at": "2026-11-24T10:00:00+08:00", "contacted_how": "电话",
    }  # fmt: skip
    steps: list[tuple[str, dict[str, str], dict[str, Any]]] = [
        ("sign", UNIT, {}),
        ("feed-back", UNIT, {"feedback": feedback, "public_reply": "路灯已修复，感谢您的监督。"}),
        ("reply", REVIEWER, {}),
        ("settle", REVIEWER, {"delivered_by": "短信"}),
    ]
    for act, headers, facts in steps:
        done = await api.post(f"/{number}/acts/{act}", json=facts, headers=headers)
        assert done.status_code == 200, done.text
    story = (await api.get(f"/{number}")).json()["events"]
    assert [event["to_state"] for event in story] == [
        "NEW", "TRIAGE", "DISPATCHED", "SIGNED", "FEEDBACK", "REPLIED", "DONE",
    ]  # fmt: skip
