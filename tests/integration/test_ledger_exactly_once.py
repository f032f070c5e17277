"""Exactly once: killed at random, cut off from the database, doubled, rotated; the sums hold."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.database import make_engine, make_sessions
from core.settings import CHECKOUT, Settings
from queues.ledger.ledger import Ledger
from queues.ledger.process import run
from queues.ledger.repository import AnotherLedgerError
from queues.models import Call, Stream
from tests.integration.conftest import Cluster
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
# A soak of minutes: HOTLINE_TEST_KILLS=200.
KILLS = int(os.environ.get("HOTLINE_TEST_KILLS", "6"))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


def a_crowd(size: int, first: int = 1) -> list[ACall]:
    """Callers of whom every third gives up."""
    return [
        answered_call(number, NOON + number)
        if number % 3
        else ACall(number, NOON + number).arrives().in_menu().queues().wait(30).abandons()
        for number in range(first, first + size)
    ]


def expected(size: int) -> dict[Outcome, int]:
    return {Outcome.ANSWERED: size - size // 3, Outcome.ABANDONED: size // 3}


async def settled(sessions: Sessions) -> dict[Outcome, int]:
    """Count the calls handed on, by class."""
    async with sessions() as session:
        found = await session.scalars(select(Call.outcome).where(Call.settled_at.is_not(None)))
        return dict(Counter(outcome for outcome in found if outcome))


async def wait_for(sessions: Sessions, size: int, limit: int = 60) -> None:
    """Wait until so many calls are handed on, through any outage of the database."""
    found = 0
    for _ in range(limit * 20):
        with suppress(DBAPIError):
            found = sum((await settled(sessions)).values())
        if found >= size:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found} of {size} calls were handed on")


async def assert_exact(sessions: Sessions, files: SwitchFiles, size: int) -> None:
    """Compare the tables with the files: every line once, every call once, with all it brings."""
    assert await settled(sessions) == expected(size)
    lines = sum(
        path.read_bytes().count(b"\n")
        for known in files.paths.values()
        for path in known.parent.glob(f"{known.name}*")
    )
    async with sessions() as session:
        row = (
            await session.execute(
                text("""SELECT (SELECT count(*) FROM switch_event),
                    (SELECT count(DISTINCT (call_uid, file_id, pos)) FROM switch_event),
                    (SELECT count(*) FROM ticket), (SELECT count(DISTINCT call_uid) FROM ticket),
                    (SELECT count(*) FROM procrastinate_jobs)""")
            )
        ).one()
    assert tuple(row) == (lines, lines, size, size, size)


@asynccontextmanager
async def running(ledger: Ledger) -> AsyncIterator[None]:
    """Run a ledger beside the test."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(ledger, stop))
    yield
    stop.set()
    await task


async def test_a_step_broken_off_anywhere_is_done_again_whole(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    chance = random.Random(12345)
    ledger = Ledger.of(settings, sessions, quiet=0)
    crowd = a_crowd(60)
    broken = 0
    for number in range(200):
        if crowd and number % 3 == 0:
            files.tell(crowd.pop(0))
        step = asyncio.create_task(ledger.step())
        for _ in range(chance.randrange(60)):
            await asyncio.sleep(0)
        step.cancel()
        try:
            await step
        except (asyncio.CancelledError, psycopg.OperationalError):
            broken += 1  # the driver may notice first that it was interrupted
    files.tell(*crowd)
    while await ledger.step() or ledger.book.waiting:
        pass
    assert broken > 100
    await assert_exact(sessions, files, 60)


@pytest.mark.timeout(120 + 10 * KILLS)
async def test_a_ledger_killed_again_and_again_loses_and_doubles_nothing(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    chance = random.Random(8013)
    environment = {
        **os.environ,
        "HOTLINE_HOME": str(settings.home),
        "HOTLINE_DATABASE_URL": settings.database_url,
        "PYTHONPATH": str(CHECKOUT),
    }

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "queues.ledger",
            env=environment, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    crowd = a_crowd(12 * KILLS + 18)
    size = len(crowd)
    for life in range(KILLS):
        process = await start()
        for _ in range(12):
            files.tell(crowd.pop(0))
            await asyncio.sleep(chance.random() * 0.15)
        if life % 10 == 3:
            files.rotate(Stream.QUEUE_LOG, life)
        process.kill()
        await process.wait()
    files.tell(*crowd)
    process = await start()
    await wait_for(sessions, size, limit=60 + KILLS)
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    await assert_exact(sessions, files, size)


async def test_a_database_that_dies_and_returns_is_waited_for(
    settings: Settings, files: SwitchFiles, cluster: Cluster
) -> None:
    engine = make_engine(settings.database)
    sessions = make_sessions(engine)
    async with running(Ledger.of(settings, sessions, quiet=0)):
        files.tell(*a_crowd(30))
        await wait_for(sessions, 30)
        cluster.stop(signal.SIGQUIT)
        files.tell(*a_crowd(30, first=31))
        await asyncio.sleep(0.3)
        files.tell(*a_crowd(30, first=61))
        cluster.start()
        await wait_for(sessions, 90)
    await assert_exact(sessions, files, 90)
    await engine.dispose()


async def test_two_ledgers_on_one_node_store_no_line_twice(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    first, second = (Ledger.of(settings, sessions, quiet=0) for _ in range(2))
    async with running(first), running(second):
        for caller in a_crowd(60):
            files.tell(caller)
            await asyncio.sleep(0.01)
        await wait_for(sessions, 60)
    await assert_exact(sessions, files, 60)


async def test_the_second_ledger_is_told_that_it_is_one(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    first, second = (Ledger.of(settings, sessions, quiet=0) for _ in range(2))
    files.tell(*a_crowd(3))
    while await first.step():
        pass
    await second.step()
    files.tell(*a_crowd(3, first=4))
    await first.step()
    with pytest.raises(AnotherLedgerError):
        await second.step()


async def test_files_rotated_under_load_are_read_whole(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    async with running(Ledger.of(settings, sessions, quiet=0)):
        for turn in range(6):
            files.tell(*a_crowd(15, first=1 + 15 * turn))
            for stream in Stream:
                files.rotate(stream, turn)
            await asyncio.sleep(0.05)
        files.tell(*a_crowd(15, first=91))
        await wait_for(sessions, 105)
    await assert_exact(sessions, files, 105)
