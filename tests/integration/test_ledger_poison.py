"""One call that the database refuses costs itself alone, and is complained about by name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog.testing import capture_logs

from core.settings import Settings
from queues.ledger import process
from queues.ledger.ledger import Ledger
from queues.ledger.process import run
from queues.models import Call, SwitchEvent
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call
from tickets.models import Ticket

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]

POISONED = ("call", "ticket")


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


@pytest.fixture
def ledger(settings: Settings, sessions: Sessions) -> Ledger:
    return Ledger.of(settings, sessions, quiet=0)


@asynccontextmanager
async def running(ledger: Ledger) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run(ledger, stop))
    yield
    stop.set()
    await task


async def plant(sessions: Sessions, table: str, uid: str) -> None:
    """Make the database refuse whatever is written of one call to one table."""
    column = "uid" if table == "call" else "call_uid"
    async with sessions.begin() as session:
        await session.execute(
            text(f"ALTER TABLE {table} ADD CONSTRAINT poison CHECK ({column} <> '{uid}')")
        )


async def settled(sessions: Sessions, count: int) -> set[str]:
    """Wait until so many calls are handed on."""
    found: set[str] = set()
    for _ in range(600):
        async with sessions() as session:
            rows = await session.scalars(select(Call.uid).where(Call.settled_at.is_not(None)))
            found = set(rows)
        if len(found) >= count:
            break
        await asyncio.sleep(0.05)
    return found


async def uids(sessions: Sessions, what: type[Ticket] | type[SwitchEvent]) -> set[str]:
    async with sessions() as session:
        return set(await session.scalars(select(what.call_uid)))


def a_crowd(size: int, first: int = 1) -> list[ACall]:
    return [answered_call(number, NOON + number) for number in range(first, first + size)]


@pytest.mark.parametrize("table", POISONED)
async def test_a_call_that_is_refused_is_set_aside_and_all_others_are_counted(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions, table: str
) -> None:
    crowd = a_crowd(9)
    poison = crowd[4].uid
    others = {call.uid for call in crowd} - {poison}
    await plant(sessions, table, poison)
    with capture_logs() as said:
        async with running(ledger):
            files.tell(*crowd)
            assert await settled(sessions, 8) == others
            later = a_crowd(3, first=20)
            others |= {call.uid for call in later}
            files.tell(*later)
            assert await settled(sessions, 11) == others
    assert await uids(sessions, Ticket) == others
    assert poison in await uids(sessions, SwitchEvent)
    aside = [line for line in said if line["event"] == "ledger.call_set_aside"]
    assert [(line["call"], line["log_level"]) for line in aside] == [(poison, "error")]
    assert "poison" in aside[0]["reason"]


async def test_news_of_a_call_that_was_set_aside_stops_nothing(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    poison = ACall(5).arrives().in_menu().queues()
    uid = poison.uid
    await plant(sessions, "call", uid)
    with capture_logs() as said:
        async with running(ledger):
            files.tell(poison, *a_crowd(2, first=10))
            await settled(sessions, 2)
            files.tell(poison.wait(30).abandons(), *a_crowd(2, first=20))
            assert len(await settled(sessions, 4)) == 4
    assert [line["event"] for line in said].count("ledger.refused") == 1
    assert len([line for line in said if line.get("call") == uid]) == 1


async def test_what_is_no_calls_fault_is_waited_for_and_complained_about_again(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "COMPLAIN", 0.0)
    monkeypatch.setattr(process, "RETRY", 0.05)
    async with sessions.begin() as session:
        await session.execute(text("ALTER TABLE call RENAME COLUMN rating TO stars"))
    with capture_logs() as said:
        async with running(ledger):
            files.tell(*a_crowd(3))
            for _ in range(200):
                if [line["event"] for line in said].count("ledger.refused") > 2:
                    break
                await asyncio.sleep(0.05)
            async with sessions.begin() as session:
                await session.execute(text("ALTER TABLE call RENAME COLUMN stars TO rating"))
            assert len(await settled(sessions, 3)) == 3
    told = [line["event"] for line in said]
    assert told.count("ledger.refused") > 2
    assert told[-1] == "ledger.resumed"
    assert "ledger.call_set_aside" not in told
