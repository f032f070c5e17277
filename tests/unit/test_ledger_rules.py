"""What a city decides about counting is read from its files, and said plainly when it cannot be."""

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.settings import Settings
from queues.ledger.facts import Rules

pytestmark = pytest.mark.unit


def test_emergency_lines_and_short_abandons_come_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "lines.toml").write_text(
        '[[partner]]\ncode = "110"\nemergency = true\n[[partner]]\ncode = "12348"\n'
    )
    rules = Rules.of(Settings(config_dir=tmp_path, short_abandon=3, silent_call_hours=6))
    assert rules == Rules(short_abandon=3, silent_call=21_600, emergency=frozenset({"110"}))


@pytest.mark.parametrize("text", [None, "[[partner"])
def test_a_lines_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "lines.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"lines\.toml"):
        Rules.of(Settings(config_dir=tmp_path))
