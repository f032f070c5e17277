"""An edit changes what it names and nothing else: comments, order and quotes stay."""

import json
from difflib import unified_diff

import pytest

from ivr.compiler import compile_flow
from ivr.editing import (
    AddNode,
    CannotEdit,
    Edit,
    Remove,
    RenameNode,
    SetValue,
    as_json,
    edited,
)
from ivr.round_trip import Plain
from tests.unit.fake_channel import CONFIG, shipped_inventory

pytestmark = pytest.mark.unit

TEXTS = {name: (CONFIG / f"flows/{name}.yaml").read_text() for name in ("direct", "menu")}
DIRECT = TEXTS["direct"]


def changed(*edits: Edit, text: str = DIRECT) -> list[str]:
    """The lines that differ, with their sign."""
    lines = unified_diff(text.splitlines(), edited(text, edits).splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:3] not in ("---", "+++") and line[0] in "+-"]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_value_that_is_set_to_itself_leaves_every_byte(name: str) -> None:
    assert edited(TEXTS[name], [SetValue("", ("language",), "zh")]) == TEXTS[name]


def test_a_field_is_changed_in_its_line() -> None:
    assert changed(SetValue("enterprise", ("timeout",), 90)) == [
        "-    timeout: 180",
        "+    timeout: 90",
    ]


def test_a_key_is_added_in_quotes_and_changed_in_its_own() -> None:
    assert changed(SetValue("human", ("keys", "6"), "callback")) == ['+      "6": callback']
    assert changed(SetValue("lawyer", ("partner",), "110")) == [
        '-    partner: "12348"',
        '+    partner: "110"',
    ]


def test_an_edge_of_one_line_stays_in_its_line() -> None:
    (old, new) = changed(SetValue("english-agent", ("edges", "full"), "busy"))
    assert new == old.replace("-", "+", 1).replace("english-wait}", "english-wait, full: busy}")


def test_a_node_goes_and_the_comments_around_it_stay() -> None:
    gone = changed(Remove("english-agent"))
    assert gone[0] == "-  english-agent:"
    assert all(line.startswith("-    ") for line in gone[1:])
    assert len(gone) == 7


def test_a_field_goes_alone() -> None:
    assert changed(Remove("elderly", ("priority",))) == ["-    priority: 10"]
    assert changed(Remove("human", ("keys", "8"))) == ['-      "8": english']
    (old, new) = changed(Remove("enterprise", ("keys", "9")))
    assert old == '-    keys: {"0": human, "5": callback, "9": police}'
    assert new == '+    keys: {"0": human, "5": callback}'


def test_a_node_comes_behind_another_before_the_next_comment() -> None:
    node = {"verb": "play", "prompt": "closed", "next": "hangup"}
    text = edited(DIRECT, [AddNode("closed", node, after="repeat")])
    assert (
        "    next: human\n  closed:\n    verb: play\n    prompt: closed\n    next: hangup\n\n"
        "  # -- 企业直通车\n" in text
    )
    assert changed(AddNode("last", {"verb": "hangup"})) == ["+  last:", "+    verb: hangup"]


def test_a_renamed_node_is_found_by_all_who_lead_to_it() -> None:
    text = edited(DIRECT, [RenameNode("human", "person")])
    flow = compile_flow(text, "direct.yaml", "direct", shipped_inventory())
    assert flow.start.id == "person"
    assert "human" not in flow.nodes
    assert next(iter(flow.nodes)) == "person"
    assert text.count("#") == DIRECT.count("#")
    assert text.count("\n") == DIRECT.count("\n")


def test_several_edits_are_one_change() -> None:
    closed: dict[str, Plain] = {"verb": "hangup", "closed": True}
    edits: list[Edit] = [AddNode("closed", closed), SetValue("human", ("edges", "full"), "closed")]
    flow = compile_flow(edited(DIRECT, edits), "x", "direct", shipped_inventory())
    assert flow.start.follow("full").id == "closed"


def test_json_stays_json_and_says_the_same() -> None:
    text = as_json(DIRECT)
    assert json.loads(text)["nodes"]["human"]["keys"]["*"] == "elderly"
    flow = compile_flow(text, "direct.json", "direct", shipped_inventory())
    assert set(flow.nodes) == set(
        compile_flow(DIRECT, "direct.yaml", "direct", shipped_inventory()).nodes
    )
    changed = edited(text, [SetValue("human", ("timeout",), 60), Remove("repeat")])
    assert json.loads(changed)["nodes"]["human"]["timeout"] == 60
    assert "repeat" not in json.loads(changed)["nodes"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (SetValue("nobody", ("timeout",), 1), "no table 'nobody'"),
        (SetValue("human", (), 1), "which field"),
        (Remove("nobody"), "no 'nobody'"),
        (Remove("human", ("nothing",)), "no 'nothing'"),
        (Remove("human", ("timeout", "x")), "no table 'timeout'"),
        (AddNode("human", {"verb": "hangup"}), "already"),
        (AddNode("../x", {"verb": "hangup"}), "cannot name"),
        (AddNode("x", {"verb": "hangup"}, after="nobody"), "no node 'nobody'"),
        (RenameNode("human", "busy"), "already"),
        (RenameNode("nobody", "x"), "no table"),
    ],
)
def test_an_edit_without_a_place_is_a_sentence(edit: Edit, words: str) -> None:
    with pytest.raises(CannotEdit, match=words):
        edited(DIRECT, [edit])


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x\n", "nodes: {a: 1, a: 2}\n", "- a\n", "nodes: [\n", ""]
)
def test_what_is_no_flow_is_not_edited(text: str) -> None:
    with pytest.raises(CannotEdit, match=r"^Line \d+, column \d+: |^Line 1, column 0: "):
        edited(text, [SetValue("", ("title",), "x")])


@pytest.mark.parametrize("after", ["human", "repeat", "busy", "message-short", "hangup"])
def test_what_is_added_and_removed_again_leaves_the_text(after: str) -> None:
    added = edited(DIRECT, [AddNode("new-one", {"verb": "goto", "next": "busy"}, after=after)])
    assert edited(added, [Remove("new-one")]) == DIRECT
