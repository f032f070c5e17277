"""The commands that print figures: words beside every number, no caller in full, exit codes."""

import asyncio
import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from cli.main import app
from core.settings import get_settings
from reports.recount import recount
from tests.integration.test_answer_rate import MORNING, a_call, stored
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
DAYS = ("--from", "2026-10-25", "--to", "2026-10-25")
A_MONTH_AGO = MORNING - timedelta(days=30)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


async def run(*words: str, days: tuple[str, ...] = DAYS) -> tuple[int, str]:
    """Run one command for the day; return its exit code and what it printed."""
    result = await asyncio.to_thread(CliRunner().invoke, app, [*words, *days])
    return result.exit_code, result.output


async def test_all_measures_are_printed_with_their_formulas(sessions: Sessions) -> None:
    await stored(sessions, a_call(started_at=A_MONTH_AGO, talk_seconds=218.0))
    _, printed = await run("report", "answer-rate", "--all")
    assert "平均通话时长" in printed
    assert "218.0" in printed
    assert "classes add up" in printed


async def test_a_short_day_fails_the_rolling_check_and_a_good_one_does_not(
    sessions: Sessions,
) -> None:
    await stored(sessions, a_call(started_at=A_MONTH_AGO))
    assert (await run("report", "rolling-24h"))[0] == 0
    await stored(sessions, a_call(Outcome.ABANDONED, started_at=A_MONTH_AGO))
    code, printed = await run("report", "rolling-24h", "--json")
    told = json.loads(printed)
    assert code == 1
    assert told["worst"]["value"] == 0.5
    assert len(told["short"]) == 15  # nine o'clock until the end of the day
    assert "50.00%" in (await run("report", "rolling-24h"))[1]


@pytest.mark.parametrize("report", ["answer-rate", "interval", "agent", "yoy", "rolling-24h"])
async def test_a_table_fits_into_eighty_columns(sessions: Sessions, report: str) -> None:
    calls = [a_call(outcome, started_at=A_MONTH_AGO, talk_seconds=218.0) for outcome in Outcome]
    await stored(sessions, *calls, a_call(started_at=A_MONTH_AGO - timedelta(days=365)))
    _, printed = await run("report", report)
    table = printed.split("\n\n")[0].splitlines()
    assert len(table) > 1
    assert max(cell_len(line.rstrip()) for line in table) <= 80


@pytest.mark.parametrize("report", ["answer-rate", "interval", "yoy"])
async def test_no_figure_leaves_without_its_definition(sessions: Sessions, report: str) -> None:
    await stored(sessions, a_call(started_at=A_MONTH_AGO))
    _, printed = await run("report", report, "--csv")
    lines = list(csv.DictReader(printed.splitlines()))
    words = ("id", "version", "formula", "unit", "exclusions", "source", "as_of", "running", "late")
    assert lines
    assert all(line[word] for line in lines for word in words)
    told = json.loads((await run("report", report, "--json"))[1])
    assert {m["id"] for m in told["definitions"]} == {line["id"] for line in lines}
    assert told["as_of"]


async def test_half_hours_are_told_by_queue(sessions: Sessions) -> None:
    await stored(sessions, a_call(started_at=A_MONTH_AGO), a_call(None, started_at=A_MONTH_AGO))
    told = json.loads((await run("report", "interval", "--json"))[1])
    (row,) = told["rows"]
    assert (row["key"], row["arrivals"], row["answered"]) == ("2026-10-25 09:00 GEN", 2, 1)


async def test_figures_that_do_not_add_up_are_told_with_an_exit_code(sessions: Sessions) -> None:
    assert (await run("report", "alarms", days=()))[0] == 0
    await stored(sessions, a_call(started_at=A_MONTH_AGO, human_requested_at=None))
    await recount(sessions)
    code, printed = await run("report", "alarms", days=())
    assert code == 1
    assert "does not fit its class, answered" in printed


async def test_who_gave_up_is_listed_without_a_whole_number(sessions: Sessions) -> None:
    await stored(sessions, a_call(Outcome.ABANDONED, started_at=A_MONTH_AGO, keys="1048213"))
    _, printed = await run("abandoned")
    assert "138****0000" in printed
    assert "048213" not in printed
    assert "1 callers gave up in 1 calls" in printed
    _, told = await run("abandoned", "--json", "--open", "--long")
    assert json.loads(told)[0]["times"] == 1


async def test_a_day_that_is_none_is_refused_in_a_sentence() -> None:
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["abandoned", "--to", "yesterday"])
    assert "'yesterday' is not a day" in str(refused.exception)
