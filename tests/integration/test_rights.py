"""Every address asks who comes: nobody passes without signing in, nor with a role it is not for."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.app import ROOMS
from api.rights import RIGHTS, right_to
from core.settings import Settings
from people.roles import MAY, Role
from tests.as_program import as_program
from tests.integration.console import Sessions, a_person, browser, enter, served, settings_of

pytestmark = pytest.mark.integration


def addresses() -> Iterator[tuple[str, str]]:
    """Every method and path of the API."""
    for room in ROOMS:
        for route in room.router.routes:
            assert isinstance(route, APIRoute)
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, route.path


ADDRESSES = sorted(addresses())


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_of(tmp_path, database_url)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with served(settings) as app:
        yield app


@pytest.fixture
async def page(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as page:
        yield page


def concrete(path: str) -> str:
    """Fill in an address with things that are nowhere."""
    for part in ("{number}", "{slot}", "{identity}", "{draft_id}"):
        path = path.replace(part, "4711")
    return path.replace("{", "").replace("}", "")


def test_every_address_has_a_right_and_no_right_is_for_nothing() -> None:
    named = {f"{method} {path}" for method, path in ADDRESSES}
    assert [address for address in ADDRESSES if right_to(*address) is None] == []
    assert set(RIGHTS) <= named


async def test_without_signing_in_no_address_answers(page: httpx.AsyncClient) -> None:
    open_to_all = []
    for method, path in ADDRESSES:
        right = right_to(method, path)
        if right is not None and right.permission is None:
            open_to_all.append(path)
            continue
        answer = await page.request(method, concrete(path))
        assert answer.status_code == 401, (method, path, answer.text)
    assert {path for path in open_to_all if not path.startswith("/api/citizen/")} == {
        "/health", "/api/session", "/api/exchange/{peer}/orders",
    }  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_is_refused_wherever_the_table_does_not_name_it(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions, role: Role
) -> None:
    await a_person(sessions, settings, "li", role)
    assert (await enter(page, "li")).status_code == 200
    for method, path in ADDRESSES:
        right = right_to(method, path)
        if right is None or right.permission is None or role in MAY[right.permission]:
            continue
        answer = await page.request(method, concrete(path))
        assert answer.status_code == 403, (method, path, answer.text)
        assert answer.json()["type"] == "urn:hotline:not-permitted"


async def test_a_role_is_let_through_where_the_table_names_it(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    await a_person(sessions, settings, "li", Role.SHIFT_LEADER, "8013")
    await enter(page, "li")
    for path in (
        "/api/calls",
        "/api/tickets",
        "/api/reports/alarms",
        "/api/flows",
        "/api/staffing/plan?day=2026-11-24",
    ):
        answer = await page.get(path)
        assert answer.status_code == 200, answer.text


async def test_headers_of_a_browser_make_nobody_somebody_else(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    await a_person(sessions, settings, "li", Role.UNIT_CLERK, "ZJJ")
    await enter(page, "li")
    made = await page.post(
        "/api/tickets",
        json={"channel": "web", "matter": {}},
        headers={
            "Hotline-Actor": "boss", "Hotline-Role": "reviewer", "Hotline-Unit": "GAJ",
            "Idempotency-Key": "1",
        },
    )  # fmt: skip
    assert made.status_code == 403
    number = await _a_ticket(page, settings)
    stranger = await page.get(f"/api/tickets/{number}/life", headers={"Hotline-Role": "reviewer"})
    assert (stranger.status_code, stranger.json()["type"]) == (403, "urn:hotline:not-for-you")


async def test_an_agent_acts_for_their_own_seat_only(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    await a_person(sessions, settings, "li", Role.AGENT, "8013")
    await enter(page, "li")
    answer = await page.post("/api/agents/8014/acts", json={"act": "sign-out"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hotline:not-permitted")


async def test_a_wrong_key_is_not_helped_by_a_cookie(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    await a_person(sessions, settings, "li", Role.AGENT)
    await enter(page, "li")
    answer = await page.get("/api/calls", headers={"Authorization": "Bearer no"})
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:hotline:unauthorized")


async def _a_ticket(page: httpx.AsyncClient, settings: Settings) -> str:
    made = await page.post(
        "/api/tickets",
        json={"channel": "web", "matter": {"title": "路灯不亮"}},
        headers=as_program(settings.home)
        | {"Hotline-Actor": "x", "Hotline-Role": "agent", "Idempotency-Key": "2"},
    )
    number: str = made.json()["number"]
    return number
