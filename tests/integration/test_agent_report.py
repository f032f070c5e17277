"""What agents did: the same from counted days as from the lines, also when lines come late."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day
from core.settings import Settings
from queues.models import Stream
from reports.agents import AgentReport, agent_report, count_days
from reports.answer_rate import Period
from reports.models import AgentDay, AgentMark
from tests.integration.test_agent_history import ON_A_BREAK, SIGNED_IN, at, read_all, words
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, answered_call

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
DAY = local_day(at(0))
PERIOD = Period.through(DAY, DAY + timedelta(days=2))
LATER = at(0) + timedelta(days=4)
SIGNED_OUT = [words(3600, "HL-AGENT", "sign-out", "phone", "8013", "", queue="NONE")] + [
    words(3600, "REMOVEMEMBER", "", queue=queue) for queue in ("GEN", "ENT")
]


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.agents.utc_now", lambda: LATER)


async def report(sessions: Sessions) -> AgentReport:
    async with sessions() as session:
        return await agent_report(session, PERIOD, shift_hours=1)


async def marks(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(AgentMark)) or 0


@pytest.fixture
async def shift(settings: Settings, files: SwitchFiles, sessions: Sessions, clock: None) -> None:
    """An hour of one agent: signed in at noon, one call, a break from a minute on until the end."""
    files.write(Stream.QUEUE_LOG, b"".join(SIGNED_IN))
    files.tell(answered_call(began=NOON + 10, talk=30))
    files.write(Stream.QUEUE_LOG, b"".join(ON_A_BREAK + SIGNED_OUT))
    await read_all(settings, sessions)


async def test_a_shift_is_told_from_its_lines_and_counted_the_same(
    sessions: Sessions, shift: None
) -> None:
    by_lines = await report(sessions)
    (row,) = by_lines.rows
    assert (row.key, row.figures["agent_answered"], row.figures["agent_days"]) == ("8013", 1, 1)
    assert row.figures["signed_in_seconds"] == pytest.approx(3600, abs=2)
    assert row.figures["break_seconds"] == pytest.approx(3540, abs=2)
    assert row.figures["adherence"] == pytest.approx(1, abs=0.001)
    await count_days(sessions, LATER)
    assert await marks(sessions) == 0
    assert (await report(sessions)).rows == by_lines.rows


async def test_a_line_that_comes_late_changes_its_day(
    settings: Settings, files: SwitchFiles, sessions: Sessions, shift: None
) -> None:
    await count_days(sessions, LATER)
    before = await report(sessions)
    files.tell(answered_call(7, began=NOON + 1800, talk=60))
    await read_all(settings, sessions)
    at_once = await report(sessions)
    assert at_once.total.figures["agent_answered"] == 2
    assert at_once != before
    await count_days(sessions, LATER)
    assert (await report(sessions)).rows == at_once.rows


async def test_a_day_that_is_not_over_is_told_up_to_now_and_not_counted(
    sessions: Sessions, shift: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told_at(now: datetime) -> float | None:
        monkeypatch.setattr("reports.agents.utc_now", lambda: now)
        return (await report(sessions)).total.figures["signed_in_seconds"]

    assert await told_at(at(1800)) == pytest.approx(1800, abs=2)
    await count_days(sessions, at(1800))
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(AgentDay)) == 0
    assert await marks(sessions) == 2  # today and, since people may stay, the day after
    assert await told_at(LATER) == pytest.approx(3600, abs=2)
