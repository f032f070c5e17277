"""`./hotline config check`: every file is read, and each fault is told once, where it stands."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import config
from core.settings import CHECKOUT, Settings

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configuration, which the command reads."""
    copy = tmp_path / "config"
    shutil.copytree(CHECKOUT / "config", copy)
    settings = Settings(home=tmp_path, config_dir=copy)
    monkeypatch.setattr(config, "get_settings", lambda: settings)
    return copy


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(config.app, ["check", *words])
    return result.exit_code, result.output


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_files_are_right(folder: Path) -> None:
    code, said = run()
    assert (code, said.splitlines()) == (0, [f"all {len(files(folder))} files are right"])


def files(folder: Path) -> list[Path]:
    return [*folder.glob("*.toml"), *folder.glob("*.csv"), *folder.glob("flows/*.yaml")]


def test_every_file_that_is_read_is_named_for_programs(folder: Path) -> None:
    code, said = run("--json")
    report = json.loads(said)
    assert (code, report["right"], report["faults"]) == (0, True, [])
    assert {one["file"] for one in report["files"]} == {str(path) for path in files(folder)}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("lines.toml", 'code = "12345"', 'code = "a b"'),
        ("queues.toml", "ring_timeout", "ring_time"),
        ("agents.toml", "general = 1", "genral = 1"),
        ("prompts.toml", "\ngoodbye =", "\nGood_Bye ="),
        ("calendar.toml", "2026-02-14", "2026-02-13"),
        ("limits.toml", 'dispatch = "30 min"\nsign', 'dispatch = "soon"\nsign'),
        ("areas.toml", 'code = "371502"', 'code = "区"'),
        ("units.csv", "市直", "市属"),
        ("categories.csv", "ZJJ", "ZZZ"),
        ("routes.toml", 'category = "14"', 'category = "99"'),
        ("flows/direct.yaml", "verb: hangup", "verb: hangupp"),
        ("flows/direct.tests.yaml", "flow: direct", "flow: menu"),
    ],
)
def test_a_slip_in_any_file_is_told_once_and_ends_with_code_1(
    folder: Path, name: str, old: str, new: str
) -> None:
    spoil(folder / name, old, new)
    code, said = run()
    faults = [line for line in said.splitlines() if line.startswith(str(folder))]
    assert code == 1
    assert len(faults) == 1
    assert faults[0].startswith(str(folder / name))


def test_what_hangs_on_a_wrong_file_is_named_and_not_blamed(folder: Path) -> None:
    spoil(folder / "units.csv", "市直", "市属")
    _, said = run()
    assert "Not checked until that is mended: areas.toml, categories.csv, routes.toml." in said
    report = json.loads(run("--json")[1])
    assert [(Path(f["file"]).name, f["line"]) for f in report["faults"]] == [("units.csv", 2)]


def test_a_file_nobody_reads_is_a_slip_of_its_name(folder: Path) -> None:
    (folder / "route.toml").write_text("")
    code, said = run()
    assert (code, "route.toml: Nobody reads this file." in said) == (1, True)


def test_a_settings_file_is_known(folder: Path) -> None:
    (folder / "settings.toml").write_text("sip_port = 5070\n")
    assert run()[0] == 0
