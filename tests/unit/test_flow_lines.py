"""lines.toml: whatever would misroute a call is refused with its line."""

import re
import shutil
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.settings import Settings
from ivr.lines import load_lines
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.unit

LINE = '[[line]]\ncode = "a"\nname = "甲"\nnumbers = ["12345"]\nflow = "direct"\n'
PARTNER = (
    '[[partner]]\ncode = "110"\nname = "110"\nnumbers = ["110"]\ntrunk = "demo"\n'
    "answer_timeout = 20\nemergency = true\n"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(CONFIG / "flows", tmp_path / "flows")
    return Settings(config_dir=tmp_path, home=tmp_path / "home")


def test_the_shipped_lines_lead_every_number_to_its_flow() -> None:
    lines = load_lines(Settings(config_dir=CONFIG))
    flows = {number: line.flow for line in lines.lines for number in line.numbers}
    assert flows["12345"] == flows["8200001"] == "direct"
    assert flows["8212345"] == "menu"
    assert [line.code for line in lines.lines if line.partner == "110"] == ["police"]
    emergency = {partner.code for partner in lines.partners if partner.emergency}
    assert emergency == {"110", "119", "120"}
    assert lines.partners[0].numbers == ("110", "1101")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "nobody could call"),
        ("[[line]\n", 1, "not TOML"),
        ("[line]\ncode = 1\n", None, "[[line]]"),
        ("[[queue]]\n", None, "'queue' is not known"),
        (LINE + LINE, 6, "line code a is used already in line 1"),
        (LINE + LINE.replace('"a"', '"b"'), 6, "number 12345 is used already in line 1"),
        (LINE.replace('["12345"]', '["12345", "12345"]'), 1, "used already"),
        (LINE.replace("direct", "nowhere"), 1, "no flow 'nowhere'"),
        (LINE.replace("direct", "../lines"), 1, "'flow'"),
        (LINE.replace('["12345"]', "[12345]"), 1, "no number"),
        (LINE.replace('["12345"]', '["12,345"]'), 1, "no number"),
        (LINE.replace('["12345"]', '["１２３４５"]'), 1, "no number"),  # noqa: RUF001
        (LINE.replace('["12345"]', "[]"), 1, "at least one"),
        (LINE.replace('"12345"]', '"123\\n45"]'), 1, "no number"),
        (LINE.replace("甲", "a\\nexten => 1"), 1, "printable"),
        (LINE.replace('code = "a"', 'code = "a,b"'), 1, "'code'"),
        (LINE + "colour = 1\n", 1, "'colour' is not known"),
        (LINE + 'partner = "110"\n', 1, "no partner line '110'"),
        (LINE + PARTNER + PARTNER, 13, "partner code 110"),
        (LINE + PARTNER.replace("20", "'soon'"), 6, "'answer_timeout'"),
        (LINE + PARTNER.replace("true", "1"), 6, "'emergency'"),
        (LINE + PARTNER.replace("demo", "de mo"), 6, "'trunk'"),
        (LINE + PARTNER + 'dial = "1a"\n', 6, "'dial'"),
        (LINE + PARTNER + 'hours = ["mon-fri 8:30-17:30"]\n', 6, "is no hours"),
        (LINE + PARTNER + 'hours = ["mon-fri 08:30-24:30"]\n', 6, "is no hours"),
        (LINE + PARTNER + "capacity = -1\n", 6, "'capacity'"),
        (LINE + PARTNER + 'accept = "perhaps"\n', 6, "by-answering, by-word"),
        (LINE + PARTNER + 'say = "../police"\n', 6, "'say'"),
        (LINE + PARTNER + PARTNER.replace('"110"', '"1101"'), 6, "begin those of 1101"),
    ],
)
def test_a_wrong_file_is_refused_at_its_line(
    settings: Settings, text: str, line: int | None, words: str
) -> None:
    (settings.config_dir / "lines.toml").write_text(text)
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        load_lines(settings)
    assert caught.value.line == line


def test_a_missing_file_is_a_sentence(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="is missing"):
        load_lines(settings)
