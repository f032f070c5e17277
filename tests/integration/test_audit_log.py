"""The audit log: what is in it, that nothing in it can be changed, and that a change would show."""

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.settings import Settings
from people.audit_log import Entry, Verdict, What, append, latest, verify
from people.roles import Role
from tests.as_program import as_program
from tests.integration.console import (
    Sessions,
    a_person,
    browser,
    enter,
    key_of,
    served,
    settings_of,
)

pytestmark = pytest.mark.integration

KEY = b"of this test"


async def keep(sessions: Sessions, *names: str) -> None:
    for name in names:
        async with sessions.begin() as session:
            entry = Entry(
                name, What.REVEALED, "LC1 number", "先行联系\0\ud800", "agent", {"n": 1.5}
            )
            await append(session, KEY, entry)


async def verdict(sessions: Sessions, noted: str = "", key: bytes = KEY) -> Verdict:
    async with sessions() as session:
        return await verify(session, key, noted)


async def forge(engine: AsyncEngine, statement: str) -> None:
    """Change the table as only the owner of the database can: with the trigger away."""
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER append_only"))
        await connection.execute(text(statement))
        await connection.execute(text("ALTER TABLE audit_log ENABLE TRIGGER append_only"))


async def test_lines_of_many_writers_make_one_chain(sessions: Sessions) -> None:
    await asyncio.gather(*(keep(sessions, f"p{n}", f"q{n}") for n in range(4)))
    found = await verdict(sessions)
    assert (found.lines, found.broken) == (8, None)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
async def test_the_database_refuses_to_change_a_line(sessions: Sessions, statement: str) -> None:
    await keep(sessions, "li")
    with pytest.raises(DBAPIError):
        async with sessions.begin() as session:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE audit_log SET who = 'x' WHERE id = 2",
        "UPDATE audit_log SET at = at + interval '1 us' WHERE id = 2",
        "UPDATE audit_log SET reason = '' WHERE id = 2",
        "UPDATE audit_log SET details = '{}' WHERE id = 2",
        "DELETE FROM audit_log WHERE id = 2",
        "UPDATE audit_log SET id = 9 WHERE id = 2",
    ],
)
async def test_a_line_changed_behind_our_back_is_named(
    sessions: Sessions, engine: AsyncEngine, forged: str
) -> None:
    await keep(sessions, "li", "wang", "zhao")
    await forge(engine, forged)
    found = await verdict(sessions)
    assert (found.lines, found.broken) == (1, 2)


async def test_an_end_that_was_cut_off_shows_by_a_seal_that_was_noted(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    await keep(sessions, "li", "wang", "zhao")
    noted = (await verdict(sessions)).seal
    assert (await verdict(sessions, noted)).broken is None
    await forge(engine, "DELETE FROM audit_log WHERE id = 3")
    assert (await verdict(sessions)).broken is None
    assert (await verdict(sessions, noted)).broken == 3


async def test_a_chain_written_without_the_key_of_the_home_is_not_ours(sessions: Sessions) -> None:
    await keep(sessions, "li")
    assert (await verdict(sessions, key=b"another")).broken == 1


async def test_sign_ins_refusals_and_reveals_are_kept_with_their_reason(
    sessions: Sessions, tmp_path: Path, database_url: str
) -> None:
    settings = settings_of(tmp_path, database_url)
    await a_person(sessions, settings, "li", Role.AGENT, "8013")
    async with served(settings) as app, browser(app) as page:
        number = await _a_ticket(page, settings)
        await enter(page, "li", password="wrong-horse-12345")
        await enter(page, "li")
        await page.get("/api/people")
        reveal = await page.post(f"/api/tickets/{number}/reveal", json={"reason": "核实地址"})
        assert reveal.json() == {"number": "13812345678"}
        await page.delete("/api/session")
    async with sessions() as session:
        lines = [(one.who, one.what, one.object, one.reason) for one in await latest(session, 50)]
    assert lines == [
        ("li", "signed-out", "", ""),
        ("li", "revealed", f"{number} number", "核实地址"),
        ("li", "refused", "GET /api/people", ""),
        ("li", "signed-in", "", ""),
        ("li", "sign-in-failed", "", ""),
        ("admin", "person-changed", "li", ""),
    ]
    assert (await verdict(sessions, key=key_of(settings))).broken is None


async def _a_ticket(page: httpx.AsyncClient, settings: Settings) -> str:
    made = await page.post(
        "/api/tickets",
        json={"channel": "web", "matter": {"title": "路灯不亮"}, "phone": "13812345678"},
        headers=as_program(settings.home)
        | {"Hotline-Actor": "x", "Hotline-Role": "agent", "Idempotency-Key": "2"},
    )
    number: str = made.json()["number"]
    return number
