"""Signing in to the console: who is let in, for how long, and what wrong tries cost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from api import door
from core.clock import utc_now
from core.settings import Settings
from people import roster
from people.errors import BadPerson, BadSignIn, LockedOut, UnknownPerson
from people.roles import Role
from people.roster import Hand, Wish
from people.sign_in import Shown, sign_in
from tests.integration.console import (
    PASSWORD,
    Sessions,
    a_person,
    browser,
    enter,
    key_of,
    served,
    settings_of,
)

pytestmark = pytest.mark.integration

WRONG = "wrong-horse-12345"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_of(tmp_path, database_url)


@pytest.fixture
async def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    monkeypatch.setattr(door, "FRESH", 0.0)
    async with served(settings) as app:
        yield app


@pytest.fixture
async def page(
    app: FastAPI, settings: Settings, sessions: Sessions
) -> AsyncIterator[httpx.AsyncClient]:
    await a_person(sessions, settings, "wang", Role.AGENT, "8013")
    async with browser(app) as page:
        yield page


async def test_who_signs_in_is_known_by_a_cookie_that_no_script_reads(
    page: httpx.AsyncClient,
) -> None:
    answer = await enter(page, " WANG ")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert PASSWORD not in answer.text
    person = (await page.get("/api/session")).json()["person"]
    assert (person["name"], person["role"], person["title"]) == ("wang", "agent", "受理员")
    assert person["seat"] == "8013"
    assert "use-seat" in person["permissions"]


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    page: httpx.AsyncClient,
) -> None:
    first = await enter(page, "wang", password=WRONG)
    second = await enter(page, "nobody-here")
    assert first.status_code == second.status_code == 401
    assert first.json() == second.json()


async def test_errors_are_told_in_chinese_to_who_reads_chinese(page: httpx.AsyncClient) -> None:
    page.headers["Accept-Language"] = "zh-CN,zh;q=0.9,en;q=0.8"
    assert "密码不正确" in (await enter(page, "wang", password=WRONG)).json()["detail"]
    assert "请先登录" in (await page.get("/api/session")).json()["detail"]


async def test_signing_out_ends_the_session_wherever_the_cookie_is(page: httpx.AsyncClient) -> None:
    await enter(page, "wang")
    cookie = page.cookies["hotline_session"]
    assert (await page.delete("/api/session")).status_code == 204
    again = await page.get("/api/session", headers={"Cookie": f"hotline_session={cookie}"})
    assert again.status_code == 401


async def test_wrong_tries_close_a_name_for_a_while_and_the_right_password_waits_too(
    page: httpx.AsyncClient,
) -> None:
    for _ in range(3):
        assert (await enter(page, "wang", password=WRONG)).status_code == 401
    closed = await enter(page, "wang")
    assert (closed.status_code, closed.json()["type"]) == (429, "urn:hotline:locked-out")
    assert 1 <= int(closed.headers["Retry-After"]) <= 6


async def test_many_tries_at_once_buy_no_more_than_three(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    async def once() -> type[Exception] | None:
        try:
            await sign_in(sessions, key_of(settings), Shown("wang", WRONG))
        except (BadSignIn, LockedOut) as fault:
            return type(fault)
        return None

    found = await asyncio.gather(*(once() for _ in range(8)))
    assert found.count(BadSignIn) == 3
    assert found.count(LockedOut) == 5


async def test_the_delay_grows_and_the_right_password_ends_it(
    settings: Settings, sessions: Sessions, page: httpx.AsyncClient
) -> None:
    key, now = key_of(settings), utc_now()
    for _ in range(3):
        with pytest.raises(BadSignIn):
            await sign_in(sessions, key, Shown("wang", WRONG), now)
    now += timedelta(seconds=6)
    with pytest.raises(BadSignIn):
        await sign_in(sessions, key, Shown("wang", WRONG), now)
    with pytest.raises(LockedOut) as found:
        await sign_in(sessions, key, Shown("wang", PASSWORD), now)
    assert found.value.seconds > 6
    await sign_in(sessions, key, Shown("wang", PASSWORD), now + timedelta(seconds=11))
    with pytest.raises(BadSignIn):
        await sign_in(sessions, key, Shown("wang", WRONG), now + timedelta(seconds=12))


@pytest.mark.parametrize(
    "age", ["seen_at = now() - interval '61 min'", "made_at = now() - interval '13 h'"]
)
async def test_a_session_ends_by_itself(
    page: httpx.AsyncClient, sessions: Sessions, age: str
) -> None:
    await enter(page, "wang")
    async with sessions.begin() as session:
        await session.execute(text(f"UPDATE person_session SET {age}"))  # noqa: S608
    assert (await page.get("/api/session")).status_code == 401


async def test_who_is_locked_is_out_at_once_and_comes_back_when_let_in(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    hand = Hand("admin", key_of(settings))
    await enter(page, "wang")
    async with sessions.begin() as session:
        await roster.lock(session, "wang", True, hand)
    assert (await page.get("/api/session")).status_code == 401
    assert (await enter(page, "wang")).status_code == 401
    async with sessions.begin() as session:
        await roster.lock(session, "wang", False, hand)
    assert (await enter(page, "wang")).status_code == 200


async def test_a_change_of_role_counts_at_once(
    page: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    await enter(page, "wang")
    async with sessions.begin() as session:
        await roster.change_role(
            session, "wang", Wish(Role.UNIT_CLERK, unit="ZJJ"), Hand("admin", key_of(settings))
        )
    assert (await page.get("/api/session")).status_code == 401
    assert (await enter(page, "wang")).json()["person"]["unit"] == "ZJJ"


async def test_a_second_factor_is_asked_for_and_each_code_counts_once(
    page: httpx.AsyncClient,
) -> None:
    await enter(page, "wang")
    secret = (await page.post("/api/session/totp")).json()["secret"]
    wrong = await page.put("/api/session/totp", json={"secret": secret, "code": "000000"})
    assert wrong.status_code == 401
    totp = pyotp.TOTP(secret)
    code = totp.at(utc_now() - timedelta(seconds=30))
    shown = await page.put("/api/session/totp", json={"secret": secret, "code": code})
    assert shown.status_code == 204
    without = await enter(page, "wang")
    assert (without.status_code, without.json()["type"]) == (401, "urn:hotline:code-needed")
    assert (await enter(page, "wang", totp=code)).status_code == 401
    assert (await enter(page, "wang", totp=totp.at(utc_now()))).status_code == 200
    ended = await page.request("DELETE", "/api/session/totp", json={"password": PASSWORD})
    assert ended.status_code == 204
    assert (await enter(page, "wang")).status_code == 200


async def test_a_new_password_ends_the_other_sessions(
    app: FastAPI, page: httpx.AsyncClient
) -> None:
    await enter(page, "wang")
    async with browser(app) as other:
        await enter(other, "wang")
        change = {"old": PASSWORD, "new": "another-horse-12345"}
        assert (await page.put("/api/session/password", json=change)).status_code == 204
        assert (await other.get("/api/session")).status_code == 401
    assert (await page.get("/api/session")).status_code == 200
    weak = {"old": "another-horse-12345", "new": "short"}
    assert (await page.put("/api/session/password", json=weak)).status_code == 400


async def test_a_page_of_another_origin_changes_nothing(page: httpx.AsyncClient) -> None:
    elsewhere = {"Origin": "http://evil.example"}
    body = {"name": "wang", "password": PASSWORD}
    assert (await page.post("/api/session", json=body, headers=elsewhere)).status_code == 403
    await enter(page, "wang")
    assert (await page.delete("/api/session", headers=elsewhere)).status_code == 403
    no_token = {"X-CSRF-Token": "guessed"}
    refused = await page.delete("/api/session", headers=no_token)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:hotline:foreign-page")
    ours = {"Origin": "http://127.0.0.1"}
    assert (await page.delete("/api/session", headers=ours)).status_code == 204


@pytest.mark.parametrize("name", ["王' OR 1=1 --", "\0", "a" * 65, "<script>", "wang\nadmin"])
async def test_hostile_names_are_nobodys(page: httpx.AsyncClient, name: str) -> None:
    assert (await enter(page, name)).status_code in (401, 422)


async def test_a_desk_works_on_for_a_while_without_the_database(
    page: httpx.AsyncClient, sessions: Sessions, app: FastAPI
) -> None:
    await enter(page, "wang")
    await page.get("/api/session")
    app.state.resources.door._sessions = _nowhere
    assert (await page.get("/api/session")).status_code == 200
    page.cookies.clear()
    stranger = await page.get("/api/session", headers={"Cookie": "hotline_session=x"})
    assert stranger.status_code == 503


class _Nowhere:
    def begin(self) -> object:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT", {}, Exception("away"))


_nowhere = _Nowhere()


async def test_persons_are_added_once_and_only_as_they_can_be(
    settings: Settings, sessions: Sessions, page: httpx.AsyncClient
) -> None:
    hand = Hand("admin", key_of(settings))
    wrong = [
        ("wang", Wish(Role.ADMIN)),
        ("two words", Wish(Role.ADMIN)),
        ("li", Wish(Role.AGENT, seat="8013")),
        ("li", Wish(Role.AGENT, seat="80x")),
        ("li", Wish(Role.AGENT, unit="ZJJ")),
        ("li", Wish(Role.UNIT_CLERK)),
        ("li", Wish(Role.ADMIN, seat="8014")),
    ]
    for name, wish in wrong:
        with pytest.raises(BadPerson):
            async with sessions.begin() as session:
                await roster.add(session, name, PASSWORD, wish, hand)
    with pytest.raises(UnknownPerson):
        async with sessions.begin() as session:
            await roster.reset(session, "nobody", PASSWORD, hand)
