"""`./hotline flow`: what an admin types, reads, and what a script learns from the exit code."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import flow
from cli.dialling import TerminalPeople
from core.settings import Settings
from ivr.simulator import Arrival, End, Kind, Story, simulate
from ivr.sounds import Sounds
from tests.unit.fake_channel import CONFIG, shipped_flow
from tests.unit.lint.case import TEXTS

pytestmark = pytest.mark.unit

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, config_dir=CONFIG)
    monkeypatch.setattr(flow, "get_settings", lambda: settings)


def run(*words: str, typed: str = "") -> tuple[int, str]:
    result = RUN.invoke(flow.app, words, input=typed)
    return result.exit_code, result.output


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """A draft whose emergency key is gone."""
    path = tmp_path / "direct.yaml"
    text = (CONFIG / "flows/direct.yaml").read_text()
    path.write_text(text.replace('      "9": police\n', "", 1))
    return str(path)


def test_a_flow_with_a_red_finding_fails(bad: str) -> None:
    assert run("lint", "direct") == (0, "Nothing to say against it.\n")
    code, text = run("lint", bad)
    assert code == 1
    assert "emergency" in text


def test_findings_are_json_for_programs(bad: str) -> None:
    code, text = run("lint", bad, "--json")
    (found,) = json.loads(text)
    assert code == 1
    assert (found["rule"], found["severity"], found["node"]) == ("emergency", "red", "human")
    assert found["file"] == bad


def test_all_flows_are_inspected_without_a_name() -> None:
    code, text = run("lint", "--json")
    assert code == 0
    assert {one["severity"] for one in json.loads(text)} == {"yellow"}


def test_hostile_words_in_a_file_are_only_words(tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text(
        'name: evil\nlanguage: "[/red][link=x]"\nstart: a\nnodes: {a: {verb: hangup}}\n'
    )
    code, text = run("lint", str(path))
    assert code == 1
    assert "[/red][link=x]" in text


def test_scenarios_run_from_the_command_line() -> None:
    code, text = run("test", "menu")
    assert code == 0
    assert "13 of 13 came true." in text


def test_a_scenario_that_fails_is_told(bad: str) -> None:
    code, text = run("test", bad)
    assert code == 1
    assert "✗" in text
    assert "15 of 17 came true." in text


def test_differences_are_told(bad: str) -> None:
    code, text = run("diff", "direct", bad, "--json")
    assert code == 0
    assert [(one["node"], one["sentence"]) for one in json.loads(text)] == [
        ("human", "keys 9: police → not given")
    ]
    assert run("diff", "direct", "direct") == (0, "Both say the same.\n")


def test_the_schema_is_printed_as_it_is_committed() -> None:
    assert run("schema")[1] == (CONFIG / "flows/flow.schema.json").read_text()


def test_a_call_is_talked_through_at_the_terminal() -> None:
    code, text = run("dial", "direct", typed="wait 5\n9\nbusy\nanswer\nhangup\n")
    assert code == 0
    assert "正在为您转接110报警服务台" in text
    assert "ended as human" in text


def test_a_wrong_instant_is_a_sentence() -> None:
    result = RUN.invoke(flow.app, ["dial", "direct", "--at", "tomorrow"])
    assert "no instant" in str(result.exception)


async def talk(*typed: str) -> Story:
    """A call of the menu profile with somebody who types; at the end of input they hang up."""
    lines: Iterator[str] = iter(typed)

    def ask(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    return await simulate(shipped_flow("menu"), TerminalPeople(ask), Sounds(TEXTS), Arrival())


async def test_whoever_leaves_the_terminal_hangs_up() -> None:
    story = await talk()
    assert story.end is End.HUNG_UP
    assert story.lines[-1].kind is Kind.HANGS_UP


async def test_time_passes_as_long_as_somebody_waits() -> None:
    waited, at_once = await talk("wait 30", "hangup"), await talk("hangup")
    assert waited.seconds == at_once.seconds + 30


async def test_many_keys_are_pressed_one_after_the_other() -> None:
    story = await talk("3", "204060#", "hangup")
    pressed = [line.what for line in story.lines if line.kind is Kind.PRESSES]
    assert pressed == [*"3204060#"]


async def test_nonsense_asks_again(capsys: pytest.CaptureFixture[str]) -> None:
    story = await talk("sing", "0", "dance", "answer", "hangup")
    assert story.end is End.HUMAN
    assert "Here: answered" in capsys.readouterr().out
