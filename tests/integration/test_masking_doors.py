"""Whoever opens whichever door, a kept ticket does not say who told of it."""

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings
from tests.integration.test_finding import ticket
from tests.integration.ticket_life import AGENT, UNIT, Life
from tickets.acts import Act
from tickets.life import drafts
from tickets.life.facts import Facts
from tickets.life.words import Secrecy

pytestmark = pytest.mark.integration

NUMBER, NAME, ADDRESS = "13812345678", "李四", "花园路9号院"
CALL = "node1-1764000000.1"
ROLES: dict[str, dict[str, str]] = {
    "nobody": {},
    "the lead unit": {"Hotline-Role": "unit", "Hotline-Unit": "ZJJ"},
    "another unit": {"Hotline-Role": "unit", "Hotline-Unit": "GAJ"},
    "a leader": {"Hotline-Role": "leader"},
    "a citizen": {"Hotline-Role": "citizen"},
    "a reviewer": {"Hotline-Role": "reviewer"},
    "an agent": {"Hotline-Role": "agent"},
    "follow-up": {"Hotline-Role": "follow-up"},
}
# These see names and addresses; a number in full is only revealed, with a reason.
INSIDE = {"a reviewer", "an agent", "follow-up"}
# A stream that does not end, of figures and seats.
ENDLESS = {"/api/live/events"}


@pytest.fixture
async def app(database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        app.state.key = settings.secrets.api
        yield app


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {app.state.key}"
        client.headers["Hotline-Actor"] = "somebody"
        yield client


@pytest.fixture(params=[Secrecy.CONFIDENTIAL, Secrecy.REPORT])
async def secret(request: pytest.FixtureRequest, sessions: async_sessionmaker[AsyncSession]) -> str:
    """A ticket whose every text says who the citizen is, with its call."""
    life = Life(sessions)
    said = f"{NAME}住{ADDRESS}，电话{NUMBER}或138-1234-5678"
    number = await ticket(
        life, title=said, details=said, contact_name=NAME, contact_phone=NUMBER, address=ADDRESS
    )
    await life.act(number, Act.SUBMIT)
    facts = Facts(lead="ZJJ", duplicates_checked=True, secrecy=request.param, reason=said)
    await life.act(number, Act.DISPATCH, facts=facts)
    await life.act(number, Act.SIGN)
    async with sessions.begin() as session:
        await drafts.add_note(session, number, AGENT, said)
        await drafts.note_contact(session, number, UNIT, said)
        await session.execute(
            text(
                "INSERT INTO call (uid, node, line, did, caller, started_at, day, keys, "
                "queue_visits, orphaned, late_changes) VALUES (:uid, 'node1', 'main', '12345', "
                ":caller, now(), current_date, '', 0, false, 0)"
            ),
            {"uid": CALL, "caller": NUMBER},
        )
        await session.execute(
            text("UPDATE ticket SET call_uid = :uid WHERE number = :number"),
            {"uid": CALL, "number": number},
        )
    return number


def doors(app: FastAPI, number: str) -> list[tuple[str, dict[str, str], list[str]]]:
    """Every GET route, with the ticket and its call wherever a route asks for one, and the roles
    that make a difference to it."""
    known = {"number": number, "uid": CALL, "call": CALL}
    found = []
    for path, methods in app.openapi()["paths"].items():
        if "get" not in methods or path in ENDLESS:
            continue
        query: dict[str, str] = {}
        roles = ["nobody"]
        for parameter in methods["get"].get("parameters", []):
            name, required = parameter["name"], parameter.get("required")
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", known.get(name, "1"))
            elif name == "hotline-role":
                roles = list(ROLES)
            elif required:
                query[name] = "2026-11-24"
        found.append((path, query, roles))
    return found


def leaks(text_: str, role: str) -> list[str]:
    hidden = [NUMBER, "138-1234-5678"] + ([] if role in INSIDE else [NAME, ADDRESS])
    return [word for word in hidden if word in text_]


async def test_no_door_that_is_read_says_who_told(
    app: FastAPI, api: httpx.AsyncClient, secret: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answered, said = 0, {}
    for path, query, roles in doors(app, secret):
        for role in roles:
            answer = await api.get(path, params=query, headers=ROLES[role])
            answered += answer.status_code == 200
            if found := leaks(answer.text, role):
                said[role, path] = found
    assert said == {}
    assert answered > 30
    logged = capfd.readouterr()
    assert not leaks(logged.out + logged.err, "nobody")


async def test_no_search_and_no_file_says_who_told(api: httpx.AsyncClient, secret: str) -> None:
    del secret
    for role in ROLES.keys() - {"nobody", "a citizen"}:
        await _searches_and_files_are_silent(api, role)


async def _searches_and_files_are_silent(api: httpx.AsyncClient, role: str) -> None:
    for word in (NAME, ADDRESS, "花园", "9号院"):
        found = (await api.get("/api/matters", params={"text": word}, headers=ROLES[role])).json()
        assert found["items"] == [], word
    for question in ({"text": NUMBER}, {"caller": "13800000000"}, {"caller": NUMBER}):
        answer = await api.get("/api/matters", params=question, headers=ROLES[role])
        assert answer.status_code in ({400} if "text" in question else {200, 403})
        assert (answer.status_code == 200) is ("caller" in question and role in INSIDE)
    for kind in ("csv", "xlsx"):
        asked: dict[str, Any] = {"format": kind, "reason": "检查"}
        taken = await api.post("/api/matters/exports", json=asked, headers=ROLES[role])
        text_ = taken.text if kind == "csv" else unpacked(taken.content)
        assert leaks(text_, role) == []


def unpacked(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


async def test_every_closer_look_stays_on_record(
    api: httpx.AsyncClient, secret: str, sessions: async_sessionmaker[AsyncSession]
) -> None:
    for role in ROLES:
        answer = await api.post(
            f"/api/tickets/{secret}/reveal", json={"reason": "核实"}, headers=ROLES[role]
        )
        assert (answer.status_code == 200) is (role in INSIDE), role
    async with sessions() as session:
        looks = await session.execute(text("SELECT field, reason FROM ticket_look"))
    assert looks.all() == [("number", "核实")] * len(INSIDE)
