"""`./hotline incident`: what a supervisor types in a storm, and reads afterwards."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import HotlineError
from core.settings import get_settings

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    get_settings().sounds_dir.mkdir()
    yield
    get_settings.cache_clear()


async def run(*words: str) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, app, ["incident", *words])
    if isinstance(result.exception, HotlineError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.output


async def test_an_incident_from_its_start_to_its_end() -> None:
    started = await run("start", "东昌路停水。", "--area", "371502", "--by", "王力", "--key", "6")
    assert "Incident 1 is on air until" in started
    assert "counted by key 6" in started
    (one,) = json.loads(await run("list", "--json"))
    assert (one["state"], one["heard"], one["key"], one["counted"]) == ("on-air", True, "6", 0)
    assert "on air until" in await run("extend", "1", "--minutes", "30", "--reason", "还没好")
    assert "off the air" in await run("stop", "1", "--reason", "修好了")
    (one,) = json.loads(await run("list", "--json"))
    assert (one["state"], one["heard"]) == ("stopped", False)
    assert "stopped" in await run("list")


async def test_what_cannot_be_done_is_a_sentence() -> None:
    assert "1 to 4320 minutes" in await run("start", "停水", "--minutes", "99999")
    assert "The key is one of 1, 6, 7" in await run("start", "停水", "--key", "9")
    assert "is no area" in await run("start", "停水", "--area", "nowhere")
    assert "There is no incident 9" in await run("stop", "9")
