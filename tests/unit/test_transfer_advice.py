"""What goes where, and what an agent's notes hint at."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from tests.unit.fake_channel import CONFIG
from transfers.catalogue import FILE, load_catalogue, search
from transfers.hints import hints_in, load_hints

pytestmark = pytest.mark.unit

ITEMS = load_catalogue(CONFIG)
HINTS = load_hints(CONFIG)


def found(query: str) -> list[str]:
    return [one.title for one in search(ITEMS, query)]


def codes(text: str) -> list[str]:
    return [hit.hint.code for hit in hints_in(text, HINTS)]


def test_the_shipped_catalogue_goes_both_ways() -> None:
    ways = Counter((one.source, one.target) for one in ITEMS)
    assert ways == {("12345", "110"): 64, ("110", "12345"): 105}
    classes = {(one.source, one.group) for one in ITEMS}
    assert Counter(source for source, _ in classes) == {"12345": 9, "110": 22}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("酒驾", "发现酒后或毒后驾车"),
        ("车祸", "道路交通事故有人受伤"),
        ("下水道", "下水道堵塞"),
        ("暖气不热", "室温不达标"),
        ("噪音 邻居", "邻居装修噪声"),
        ("路灯亮", "路灯不亮"),
    ],
)
def test_a_matter_is_found_by_the_words_people_use(query: str, first: str) -> None:
    assert found(query)[0] == first


def test_every_word_must_fit_and_no_word_fits_everything() -> None:
    assert found("停水 彗星") == []
    assert len(search(ITEMS, "", 300)) == 169


@given(st.text(max_size=120))
def test_any_text_may_be_typed(text: str) -> None:
    search(ITEMS, text)
    hints_in(text, HINTS)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("12345,999,甲,乙,", "'999' is neither"),
        ("110,12348,甲,乙,", "goes from 12345"),
        ("12345,12345,甲,乙,", "goes from 12345"),
        ("12345,110,,乙,", "'class'"),
        ("12345,110,甲,正在被人殴打或追赶,", "used already"),
        ("12345,110,甲,乙", "cells"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    shutil.copy(CONFIG / "lines.toml", tmp_path)
    (tmp_path / FILE).write_text((CONFIG / FILE).read_text() + row + "\n")
    with pytest.raises(ConfigError, match=words) as raised:
        load_catalogue(tmp_path)
    assert raised.value.line == 171


def test_danger_hazard_and_public_order_are_told_apart() -> None:
    assert codes("她说想跳楼，已经割腕") == ["E1"]
    assert codes("路口井盖没了，晚上容易出事") == ["E2"]
    assert codes("工人要拉横幅堵门") == ["S1"]
    assert codes("下周 想 跳 楼") == ["E1"]
    assert codes("咨询公积金") == []
    (hit,) = hints_in("割腕了！她要跳楼", HINTS)
    assert (hit.words, hit.hint.to[0]) == (("割腕", "跳楼"), "110")


def test_what_is_something_else_by_its_company_hints_at_nothing() -> None:
    assert codes("想买灭火器，家里没有着火") == []
    assert codes("灭火器哪里买。隔壁着火了") == ["E1"]
    assert codes("出现聚集性发热") == ["E2"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"110", "120", "119"', '"999"', "'999' is no partner"),
        ('act = "emergency"', 'act = "panic"', "'act'"),
        ('code = "E2"', 'code = "E1"', "hint E1 is used already"),
        ("unless = []", "unless = [3]", "'unless'"),
        ('title = "公共隐患"', 'colour = "red"', "'colour' is not known"),
    ],
)
def test_a_wrong_list_of_words_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    shutil.copy(CONFIG / "lines.toml", tmp_path)
    text = (CONFIG / "hints.toml").read_text()
    assert old in text
    (tmp_path / "hints.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=words):
        load_hints(tmp_path)
