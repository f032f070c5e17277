"""Two versions of a flow differ node by node, in the words of their files."""

from pathlib import Path

import pytest

from core.errors import ConfigError, HotlineError
from core.settings import Settings
from ivr.differences import differences
from ivr.store import UnknownFlow
from ivr.written import Written, find_written
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.unit

TEXT = (CONFIG / "flows/direct.yaml").read_text()


def changes(old: str, new: str) -> list[tuple[str, str]]:
    found = differences(Written("direct", Path("a"), old), Written("direct", Path("b"), new))
    return [(one.node, one.sentence) for one in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("timeout: 40", "timeout: 45", [("english-agent", "timeout: 40 → 45")]),
        ("start: human", "start: busy", [("", "start: human → busy")]),
        ('"#": repeat', '"6": repeat', [
            ("human", "keys 6: not given → repeat"), ("human", "keys #: repeat → not given"),
        ]),
        ("values: {lang: en}", "values: {lang: zh}", [("english", "values lang: en → zh")]),
        ("  goodbye:\n", "  farewell:\n", [("farewell", "is new: play"), ("goodbye", "is gone")]),
        ('"0": human', "0:   human # the same", []),
    ],
    ids=["field", "head", "keys", "values", "nodes", "nothing"],
)  # fmt: skip
def test_a_change_is_told_where_it_is(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert changes(TEXT, TEXT.replace(before, after, 1)) == expected


def test_a_list_and_an_empty_value_have_words() -> None:
    assert changes("nodes: {a: {x: [1, 2]}}", 'nodes: {a: {x: ""}}') == [("a", 'x: 1, 2 → ""')]


def test_what_is_no_yaml_has_its_file_and_line() -> None:
    with pytest.raises(ConfigError, match="b:1"):
        changes(TEXT, "[")


def test_a_flow_is_found_by_name_by_version_and_by_file(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, config_dir=CONFIG)
    assert find_written(settings, "direct").text == TEXT
    (tmp_path / "flows").mkdir()
    kept = tmp_path / "flows/direct@3f2a91c0.yaml"
    kept.write_text("kept")
    assert find_written(settings, "direct@3f2a91c0") == Written("direct", kept, "kept")
    assert find_written(settings, str(kept)).text == "kept"


@pytest.mark.parametrize("name", ["nosuch", "../../etc/passwd", "direct@../x", "x\n.yaml", ""])
def test_a_name_of_nothing_is_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises((UnknownFlow, HotlineError)):
        find_written(Settings(home=tmp_path, config_dir=CONFIG), name)
