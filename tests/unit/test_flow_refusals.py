"""A flow file that is wrong is refused with file, line and a sentence; nothing is ever guessed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from ivr.compiler import compile_flow
from ivr.located import SIZE_LIMIT
from tests.unit.fake_channel import CONFIG, shipped_inventory

pytestmark = pytest.mark.unit

HEAD = "name: bad\nlanguage: zh\nstart: first\nnodes:\n"  # four lines
END = "  end: {verb: hangup}\n"


def refusal(text: str) -> tuple[int | None, str]:
    with pytest.raises(ConfigError) as caught:
        compile_flow(text, "config/flows/bad.yaml", "bad", shipped_inventory())
    assert caught.value.path == "config/flows/bad.yaml"
    assert caught.value.sentence.endswith(".")
    return caught.value.line, caught.value.sentence


@pytest.mark.parametrize(
    ("nodes", "line", "words"),
    [
        # verbs
        ("  first: {verb: sing, next: end}\n", 5, "no verb 'sing'"),
        ("  first: {prompt: greeting, next: end}\n", 5, "has no verb"),
        ("  first:\n    verb: [play]\n", 6, "single value"),
        ("  first: play\n", 5, "must be a table"),
        # fields
        ("  first:\n    verb: play\n    next: end\n", 5, "needs 'prompt'"),
        ("  first:\n    verb: play\n    promt: greeting\n    next: end\n", 7, "'promt'"),
        (
            "  first:\n    verb: play\n    prompt: no-such\n    next: end\n",
            7,
            "no prompt 'no-such'",
        ),
        ("  first:\n    verb: play\n    prompt: ../../x\n    next: end\n", 7, "no prompt"),
        ("  first:\n    verb: play\n    prompt: ''\n    next: end\n", 7, "empty"),
        ("  first:\n    verb: queue\n    queue: NONE\n    edges: {else: end}\n", 7, "no queue"),
        ("  first:\n    verb: partner\n    partner: '999'\n    edges: {else: end}\n", 7, "999"),
        ("  first:\n    verb: queue\n    queue: GEN\n    timeout: soon\n", 8, "not a number"),
        ("  first:\n    verb: queue\n    queue: GEN\n    timeout: 99999\n", 8, "not between"),
        ("  first:\n    verb: queue\n    queue: GEN\n    timeout: -1\n", 8, "not a number"),
        ("  first:\n    verb: queue\n    queue: GEN\n    priority: 1.5\n", 8, "whole number"),
        ("  first:\n    verb: hangup\n    closed: maybe\n", 7, "neither true nor false"),
        ("  first:\n    verb: say\n    variable: code\n    kind: song\n", 8, "none of: number"),
        ("  first:\n    verb: say\n    variable: Code!\n", 7, "cannot name a variable"),
        ("  first:\n    verb: say\n    variable: mood\n    next: end\n", 7, "not declared"),
        ("  first:\n    verb: set\n    values: {mood: good}\n    next: end\n", 7, "not declared"),
        ("  first:\n    verb: set\n    values: {code: '1'}\n    next: end\n", 7, "not declared"),
        (
            "  first:\n    verb: set\n    values: {lang: xx}\n    next: end\n",
            7,
            "cannot become 'xx'",
        ),
        ("  first:\n    verb: set\n    values: lang\n", 7, "table"),
        # hours
        ("  first:\n    verb: hours\n    week: {mon: 9-17}\n", 7, "span of hours"),
        ("  first:\n    verb: hours\n    week: {mon: '17:00-08:00'}\n", 7, "before it begins"),
        ("  first:\n    verb: hours\n    week: {mon: '08:00-24:30'}\n", 7, "time of day"),
        ("  first:\n    verb: hours\n    week: {mon: '08:00-12:00,11:00-13:00'}\n", 7, "overlap"),
        ("  first:\n    verb: hours\n    week: {noday: closed}\n", 7, "day of the week"),
        ("  first:\n    verb: hours\n    week: {mon-fri: closed, tue: closed}\n", 7, "twice"),
        ("  first:\n    verb: hours\n    week: {fri-mon: closed}\n", 7, "backwards"),
        # keys and edges
        ("  first:\n    verb: menu\n    prompt: greeting\n", 6, "needs 'keys'"),
        ("  first:\n    verb: menu\n    prompt: greeting\n    keys: {A: end}\n", 8, "no key of a"),
        ("  first:\n    verb: menu\n    prompt: greeting\n    keys: {10: end}\n", 8, "no key of a"),
        ("  first:\n    verb: menu\n    prompt: greeting\n    keys: [1]\n", 8, "table"),
        ("  first:\n    verb: set\n    values: {lang: zh}\n    keys: {1: end}\n", 8, "no keys"),
        ("  first:\n    verb: play\n    prompt: greeting\n", 5, "needs 'next'"),
        ("  first:\n    verb: queue\n    queue: GEN\n    edges: {answered: end}\n", 5, "'timeout'"),
        (
            "  first:\n    verb: menu\n    prompt: greeting\n    keys: {1: end}\n"
            "    edges: {no-input: end}\n",
            5,
            "an edge for 'invalid'",
        ),
        (
            "  first:\n    verb: queue\n    queue: GEN\n    edges: {bored: end}\n",
            8,
            "never ends in",
        ),
        ("  first:\n    verb: hangup\n    next: end\n", 7, "has no 'next'"),
        ("  first:\n    verb: hangup\n    edges: {else: end}\n", 7, "never ends in 'else'"),
        ("  first:\n    verb: play\n    prompt: greeting\n    edges: {done: end}\n", 8, "'next'"),
        ("  first:\n    verb: play\n    prompt: greeting\n    edges: end\n", 8, "table"),
        ("  first:\n    verb: play\n    prompt: greeting\n    next: nowhere\n", 8, "'nowhere'"),
        ("  first:\n    verb: play\n    prompt: greeting\n    next: [end]\n", 8, "single value"),
        (
            "  first:\n    verb: menu\n    prompt: greeting\n    keys:\n      1: end\n"
            "      2: nowhere\n    edges: {else: end}\n",
            10,
            "'nowhere'",
        ),
        # names
        ("  First: {verb: hangup}\n", 5, "cannot name a node"),
        ("  'a/b': {verb: hangup}\n", 5, "cannot name a node"),
        # YAML
        ("  first: {verb: hangup}\n  first: {verb: hangup}\n", 6, "stands already in line 5"),
        ("  first: {verb: hangup, verb: play}\n", 5, "stands already in line 5"),
        ("  first: &a {verb: hangup}\n", 5, "Anchors"),
        ("  first: *a\n", 5, "Aliases"),
        ("  first: !!python/object:os.system {verb: hangup}\n", 5, "Tags"),
        ("  first: {verb: hangup\n", 6, "not YAML"),
        ("  first:\n\t verb: hangup\n", 6, "not YAML"),
        ("  ? [first]\n  : {verb: hangup}\n", 5, "must be a word"),
        ("  first: {verb: hangup}\n---\nname: other\n", 6, "second document"),
        ("  first: [[[[[[[[[[x]]]]]]]]]]\n", 5, "Nested deeper"),
    ],
)
def test_every_slip_is_refused_at_its_line(nodes: str, line: int, words: str) -> None:
    found, sentence = refusal(HEAD + nodes + (END if "---" not in nodes else ""))
    assert words in sentence
    assert found == line


@pytest.mark.parametrize(
    ("nodes", "column"),
    [
        ("  first: {verb: sing, next: end}\n", 17),
        ("  first: {verb: play, prompt: ../../etc/passwd, next: end}\n", 31),
        ("  first: {verb: hangup, verb: play}\n", 25),
        ("  first: *a\n", 10),
        ("  first: &a {verb: hangup}\n", 10),
        ("  first: [[[[[[[[[[x]]]]]]]]]]\n", 16),
        ("  first: {verb: play, prompt: greeting, next: nowhere}\n", 47),
    ],
)
def test_a_refusal_names_the_column_too(nodes: str, column: int) -> None:
    with pytest.raises(ConfigError, match=rf"bad\.yaml:5:{column}: ") as caught:
        compile_flow(HEAD + nodes + END, "bad.yaml", "bad", shipped_inventory())
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "begins with 'name:'"),
        ("- a\n", 1, "begins with 'name:'"),
        ("language: zh\n", 1, "no 'name'"),
        ("name: bad\nlanguage: zh\nstart: first\n", 1, "no 'nodes'"),
        ("name: bad\nlanguage: zh\nstart: first\nnodes: {}\n", 4, "table"),
        ("name: other\nlanguage: zh\nstart: a\nnodes: {a: {verb: hangup}}\n", 1, "'bad.yaml'"),
        ("name: bad\nlanguage: xx\nstart: a\nnodes: {a: {verb: hangup}}\n", 2, "Nothing is spoken"),
        ("name: bad\nlanguage: zh\nstart: b\nnodes: {a: {verb: hangup}}\n", 3, "no node 'b'"),
        ("name: bad\nlanguage: zh\nnodes: {a: {verb: hangup}}\n", 1, "no 'start'"),
        ("name: bad\ncolour: red\n", 2, "no 'colour'"),
        ("name: bad\nlanguage: zh\nvariables: {lang: zh}\nnodes: {a: {verb: hangup}}\n", 3, "own"),
        ("name: bad\nlanguage: zh\nvariables: [a]\nnodes: {a: {verb: hangup}}\n", 3, "table"),
        ("name: bad\0\n", None, "not YAML"),
        ("a: " + "x" * SIZE_LIMIT, None, "larger than"),
        ("a: [" + "1," * 60_000 + "]", 1, "More than"),
        ("a: " + "[" * 5000, 1, "Nested deeper"),
    ],
)
def test_a_file_that_is_no_flow_is_refused(text: str, line: int | None, words: str) -> None:
    found, sentence = refusal(text)
    assert words in sentence
    assert found == line


@pytest.mark.parametrize(
    ("nodes", "way"),
    [
        ("  first: {verb: goto, next: first}\n", "first → first"),
        (
            "  first: {verb: play, prompt: greeting, next: b}\n"
            "  b: {verb: set, values: {heard: ''}, next: first}\n",
            "first",
        ),
        # Silence alone would go round for ever.
        (
            "  first:\n    verb: menu\n    prompt: greeting\n    keys: {1: end}\n"
            "    edges: {invalid: end, no-input: first}\n",
            "first → first",
        ),
        (
            "  first:\n    verb: progress\n    edges: {else: back}\n"
            "  back: {verb: goto, next: first}\n",
            "back",
        ),
    ],
)
def test_a_loop_that_silence_never_leaves_is_refused(nodes: str, way: str) -> None:
    line, sentence = refusal(HEAD + nodes + END)
    assert "endless loop" in sentence
    assert way in sentence
    assert line is not None


def test_a_loop_that_waits_for_the_caller_or_for_a_human_is_a_flow() -> None:
    text = (
        HEAD + "  first:\n    verb: menu\n    prompt: greeting\n    keys: {1: first}\n"
        "    edges: {invalid: first, no-input: human}\n"
        "  human: {verb: queue, queue: GEN, edges: {else: first}}\n"
    )
    flow = compile_flow(text, "bad.yaml", "bad", shipped_inventory())
    assert flow.node("first").follow("invalid") is flow.start


def test_a_prompt_must_exist_in_every_language_a_caller_may_hear_it_in() -> None:
    nodes = (
        "  first: {verb: set, values: {lang: en}, next: said}\n"
        "  said:\n    verb: play\n    prompt: only-zh\n    next: end\n"
    )
    inventory = shipped_inventory()
    prompts = {**inventory.prompts, "zh": inventory.prompts["zh"] | {"only-zh"}}
    with pytest.raises(ConfigError, match="'only-zh' in 'en'") as caught:
        compile_flow(
            HEAD + nodes + END,
            "x.yaml",
            "bad",
            type(inventory)(prompts, inventory.queues, inventory.partners),
        )
    assert caught.value.line == 8


def test_keys_may_be_written_with_or_without_quotes_and_json_is_yaml() -> None:
    text = (
        '{"name": "bad", "language": "zh", "start": "first", "nodes": {"first": {"verb": "menu",'
        '"prompt": "greeting", "keys": {"1": "end", "*": "end"}, "edges": {"else": "end"}},'
        '"end": {"verb": "hangup"}}}'
    )
    flow = compile_flow(text, "bad.json", "bad", shipped_inventory())
    assert set(flow.start.edges) == {"key-1", "key-star", "else"}


def test_the_version_is_a_hash_of_the_content() -> None:
    text = HEAD + "  first: {verb: hangup}\n"
    inventory = shipped_inventory()
    one = compile_flow(text, "x", "bad", inventory)
    other = compile_flow(text + "# a comment\n", "x", "bad", inventory)
    assert one.version == compile_flow(text, "y", "bad", inventory).version
    assert one.version != other.version
    assert len(one.version) == 8


SHIPPED = (CONFIG / "flows/direct.yaml").read_text()


@given(st.integers(0, len(SHIPPED)), st.text(max_size=8), st.integers(0, 40))
def test_no_slip_of_the_pen_breaks_the_compiler(at: int, typed: str, lost: int) -> None:
    text = SHIPPED[:at] + typed + SHIPPED[at + lost :]
    with contextlib.suppress(ConfigError):
        compile_flow(text, "direct.yaml", "direct", shipped_inventory())


@given(st.text())
def test_no_text_breaks_the_compiler(text: str) -> None:
    with pytest.raises(ConfigError):
        compile_flow(text, "direct.yaml", "direct", shipped_inventory())
