"""A caller reaches a human: at all, with few keys, soon, by 0, and by silence."""

import pytest

from tests.unit.lint.case import END, HUMAN, POLICE, said

pytestmark = pytest.mark.unit

MENU = "  first: {{verb: menu, prompt: busy, keys: {keys}, edges: {{else: {silent}}}}}\n"


def menu(keys: str, silent: str = "human") -> str:
    return MENU.format(keys=keys, silent=silent)


def test_a_flow_without_a_queue_has_no_human() -> None:
    assert said("no-human", "  first: {verb: play, prompt: busy, next: end}\n" + END) == [
        ("red", "first", 5)
    ]


def test_the_door_to_a_dead_end_is_named_not_the_rooms_behind_it() -> None:
    nodes = menu('{"0": human, "1": sorry}') + POLICE + HUMAN
    nodes += "  sorry: {verb: play, prompt: busy, next: end}\n" + END
    assert said("no-human", nodes) == [("red", "sorry", 8)]


@pytest.mark.parametrize(
    "way",
    [
        "  sorry: {verb: hangup, closed: true}\n",
        "  sorry: {verb: callback, prompt: busy, edges: {taken: end, no-number: human}}\n",
        "  sorry: {verb: message, edges: {recorded: end, too-short: human}}\n",
    ],
    ids=["closed", "callback", "message"],
)
def test_a_message_a_callback_and_a_closed_office_are_no_dead_ends(way: str) -> None:
    nodes = menu('{"0": human, "1": sorry}') + POLICE + HUMAN + way + END
    assert said("no-human", nodes) == []


def test_whoever_was_answered_may_be_let_go() -> None:
    assert said("no-human", menu('{"0": human}') + POLICE + HUMAN + END) == []


def test_a_human_behind_three_keys_is_too_far() -> None:
    nodes = "".join(
        f"  {name}: {{verb: menu, prompt: busy, keys: {{'1': {after}}}, edges: {{else: bye}}}}\n"
        for name, after in [("first", "second"), ("second", "third"), ("third", "human")]
    )
    nodes += HUMAN + POLICE + "  bye: {verb: hangup, closed: true}\n" + END
    assert said("too-many-keys", nodes) == [("red", "first", 5)]


def test_two_keys_are_allowed() -> None:
    nodes = menu('{"1": second}', "bye")
    nodes += "  second: {verb: menu, prompt: busy, keys: {'1': human}, edges: {else: bye}}\n"
    nodes += HUMAN + POLICE + "  bye: {verb: hangup, closed: true}\n" + END
    assert said("too-many-keys", nodes) == []


def test_prompts_that_nobody_can_cut_short_count_in_full() -> None:
    nodes = "  first: {verb: play, prompt: busy, next: human}\n" + HUMAN + POLICE + END
    assert said("too-long", nodes, texts={"zh/busy": "请" * 68}) == [("red", "first", 5)]
    assert said("too-long", nodes, texts={"zh/busy": "请" * 67}) == []


def test_a_menu_is_as_short_as_its_key() -> None:
    assert said("too-long", menu('{"0": human}') + HUMAN + POLICE + END) == []


def test_silence_is_measured_with_prompt_and_pause() -> None:
    nodes = menu('{"0": human}') + HUMAN + POLICE + END
    assert said("silent-wait", nodes, texts={"zh/busy": "请" * 45}) == []
    assert said("silent-wait", nodes, texts={"zh/busy": "请" * 46}) == [("yellow", "first", 5)]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ('{"0": human}', []),
        ('{"1": human}', [("red", "first", 5)]),
        ('{"0": police, "1": human}', [("red", "first", 5)]),
    ],
    ids=["to a human", "no zero", "zero elsewhere"],
)
def test_zero_is_a_human(keys: str, found: list[tuple[str, str, int]]) -> None:
    assert said("zero", menu(keys) + HUMAN + POLICE + END) == found


def test_after_a_talk_nobody_needs_a_zero() -> None:
    nodes = HUMAN.replace("human:", "first:").replace("answered: end", "answered: more")
    nodes += "  more: {verb: menu, prompt: busy, keys: {'1': end}, edges: {else: end}}\n"
    nodes += POLICE.replace("human", "first") + END
    assert said("zero", nodes) == []
