"""Variables have types: what cannot be in one is refused where it is written."""

import pytest

from core.errors import ConfigError
from ivr.variables import Variable, VariableType
from tests.unit.fake_channel import flow_of

pytestmark = pytest.mark.unit

END = "  end: {verb: hangup}\n"
HEAD = (
    "variables:\n  name: ''\n  id: {type: digits}\n  age: {type: number, initial: 1}\n"
    "  born: {type: date}\n  mood: {type: choice, values: [good, bad]}\n"
)


def refusal(nodes: str, head: str = HEAD) -> str:
    with pytest.raises(ConfigError) as caught:
        flow_of(nodes + END, head)
    assert caught.value.line
    return caught.value.sentence


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ("  first: {verb: set, values: {age: old}, next: end}\n", "'age' is a number; it cannot"),
        ("  first: {verb: set, values: {born: 2026-02-30}, next: end}\n", "cannot become"),
        ("  first: {verb: set, values: {mood: ugly}, next: end}\n", "one of good, bad"),
        ("  first: {verb: set, values: {priority: high}, next: end}\n", "a number"),
        (
            "  first: {verb: collect, prompt: greeting, variable: born, digits: 8,"
            " edges: {else: end}}\n",
            "cannot use 'born'",
        ),
        ("  first: {verb: say, variable: mood, kind: number, next: end}\n", "cannot use 'mood'"),
        ("  first: {verb: say, variable: age, kind: date, next: end}\n", "cannot use 'age'"),
        ("  first: {verb: branch, variable: mood, edges: {fine: end, else: end}}\n", "never is"),
    ],
)
def test_what_does_not_fit_the_type_is_refused(nodes: str, words: str) -> None:
    assert words in refusal(nodes)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("x: {type: colour}", "none of: text"),
        ("x: {type: number, initial: many}", "cannot begin as 'many'"),
        ("x: {type: choice}", "if it is a choice"),
        ("x: {type: text, values: [a]}", "if it is a choice"),
        ("x: {kind: text}", "no 'kind'"),
        ("x: {type: choice, values: []}", "1 to 32"),
        ("x: [a]", "at most 64"),
        ("X: ''", "cannot name a variable"),
        ("lang: zh", "the engine's own"),
    ],
)
def test_a_declaration_without_sense_is_refused(declared: str, words: str) -> None:
    assert words in refusal("  first: {verb: goto, next: end}\n", f"variables:\n  {declared}\n")


def test_a_flow_begins_with_the_initial_values() -> None:
    flow = flow_of("  first: {verb: set, values: {mood: good, id: '07'}, next: end}\n" + END, HEAD)
    assert flow.variables == {"name": "", "id": "", "age": "1", "born": "", "mood": ""}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (VariableType.DIGITS, "007", "7a"),
        (VariableType.NUMBER, "12", "-1"),
        (VariableType.DATE, "2026-08-31", "2026-13-01"),
        (VariableType.TIME, "14:30", "25:00"),
    ],
)
def test_a_type_knows_its_values_and_nothing_fits_all(
    kind: VariableType, good: str, bad: str
) -> None:
    variable = Variable(kind)
    assert [variable.takes(word) for word in (good, bad, "")] == [True, False, True]
