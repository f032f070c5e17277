"""Building the console on machines that lack something: the hotline comes up all the same."""

from pathlib import Path

import pytest

from core.settings import Settings
from stack import console
from stack.console_node import CannotBuild
from stack.progress import Silent

pytestmark = pytest.mark.unit


class _Told(Silent):
    def __init__(self) -> None:
        self.facts: list[tuple[str, str]] = []

    def fact(self, name: str, value: str) -> None:
        self.facts.append((name, value))


def test_a_machine_without_node_is_told_and_nothing_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: Settings) -> None:
        raise CannotBuild("no network")

    monkeypatch.setattr(console, "ensure_node", none)
    told = _Told()
    assert not console.ensure_console(Settings(home=tmp_path, cache=tmp_path / "cache"), told)
    assert told.facts[0] == ("Web console", "MISSING: everything else works")
    assert "no network" in told.facts[1][1]


def test_a_build_that_is_there_needs_no_node_and_is_brought_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache")
    settings.home.mkdir()
    built = tmp_path / "cache/console/1a2b"
    built.mkdir(parents=True)
    (built / "index.html").write_text("new")
    monkeypatch.setattr(console, "_built", lambda *_: built)
    told = _Told()
    assert console.ensure_console(settings, told)
    assert console.ensure_console(settings, told)
    assert (settings.console_dir / "index.html").read_text() == "new"
    assert [value for _, value in told.facts] == ["built", "unchanged"]
