"""Prompts are short, made, and advertise nothing; variables are set before they are said."""

import pytest

from ivr.lint import lint_text
from ivr.sounds import Sounds
from tests.unit.fake_channel import shipped_inventory
from tests.unit.lint.case import END, HUMAN, POLICE, TEXTS, around, said

pytestmark = pytest.mark.unit

PLAY = "  first:\n    verb: play\n    prompt: busy\n    next: human\n" + HUMAN + POLICE + END
SAY = "  say: {verb: say, variable: id, next: human}\n" + HUMAN + POLICE + END
ID = 'variables: {id: ""}\n'


def test_a_prompt_nobody_remembers_is_too_long() -> None:
    assert said("long-prompt", PLAY, texts={"zh/busy": "请" * 91}) == [("yellow", "first", 7)]
    assert said("long-prompt", PLAY, texts={"zh/busy": "请" * 90}) == []


def test_a_made_sound_is_measured_and_not_guessed() -> None:
    made = Sounds(TEXTS, dict.fromkeys(TEXTS, 21.0))
    assert said("long-prompt", PLAY, sounds=made) == [("yellow", "first", 7)]


def test_a_prompt_is_looked_at_in_each_language_it_may_be_wanted_in() -> None:
    nodes = "  first: {verb: set, values: {lang: en}, next: said}\n" + PLAY.replace("first", "said")
    assert said("long-prompt", nodes, texts={"zh/busy": "请" * 91}) == []
    assert said("long-prompt", nodes, texts={"en/busy": "x" * 300}) == [("yellow", "said", 8)]


def test_a_prompt_without_its_sound_is_found_once_sounds_are_made() -> None:
    assert said("unmade-prompt", PLAY, sounds=Sounds(TEXTS)) == []
    made = Sounds(TEXTS, {"zh/greeting": 7.0})
    assert said("unmade-prompt", PLAY, sounds=made) == [("yellow", "first", 7)]


@pytest.mark.parametrize("text", ["办理套餐享优惠", "This month only: a DISCOUNT"])
def test_advertising_is_red(text: str) -> None:
    assert ("red", "first", 7) in said("advertising", PLAY, texts={"zh/busy": text})


def test_a_variable_that_nothing_sets_is_red() -> None:
    nodes = "  first: {verb: goto, next: say}\n" + SAY
    assert said("unset-variable", nodes, ID) == [("red", "say", 7)]


def test_a_variable_that_some_way_leaves_empty_is_yellow_when_it_is_said() -> None:
    ask = "  first: {verb: collect, prompt: busy, variable: id, digits: 4, edges: {else: say}}\n"
    assert said("unset-variable", ask + SAY, ID) == [("yellow", "say", 7)]
    branch = "  say: {verb: branch, variable: id, edges: {else: human}}\n" + HUMAN + POLICE + END
    assert said("unset-variable", ask + branch, ID) == []


@pytest.mark.parametrize(
    "first",
    [
        "  first: {verb: set, values: {id: '1'}, next: say}\n",
        "  first: {verb: collect, prompt: busy, variable: id, digits: 4,"
        " edges: {collected: say, else: human}}\n",
    ],
)
def test_a_variable_that_every_way_sets_may_be_said(first: str) -> None:
    assert said("unset-variable", first + SAY, ID) == []


def test_a_variable_with_a_first_value_is_set() -> None:
    nodes = "  first: {verb: goto, next: say}\n" + SAY
    assert said("unset-variable", nodes, 'variables: {id: "7"}\n') == []


def test_a_file_that_is_refused_has_just_the_reason() -> None:
    text = "name: small\nlanguage: zh\nstart: first\nnodes:\n  first: {verb: sing}\n"
    (one,) = lint_text(text, "small.yaml", "small", shipped_inventory(), around())
    assert (one.rule, str(one.severity), one.line) == ("refused", "red", 5)
    assert "sing" in one.sentence


def test_a_recording_older_than_its_text_is_told_where_it_is_heard() -> None:
    nodes = "  first: {verb: play, prompt: busy, next: end}\n" + END
    stale = frozenset({"zh/busy", "zh/closed", "en/busy"})
    assert said("stale-recording", nodes, stale=stale) == [("yellow", "first", 5)]
    assert said("stale-recording", nodes) == []
