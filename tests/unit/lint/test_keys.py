"""The star spares the elderly every menu, 9 is the police."""

import pytest

from tests.unit.lint.case import END, HUMAN, POLICE, said

pytestmark = pytest.mark.unit

MENU = "  first: {{verb: menu, prompt: busy, keys: {keys}, edges: {{else: human}}}}\n"
QUEUE = "  first: {{verb: queue, queue: GEN, keys: {keys}, edges: {{else: end}}}}\n"


@pytest.mark.parametrize(
    ("first", "keys", "found"),
    [
        (MENU, '{"*": human}', []),
        (MENU, '{"0": human}', [("red", "first", 5)]),
        (MENU, '{"*": end, "0": human}', [("red", "first", 5)]),
        (QUEUE, '{"0": human}', [("yellow", "first", 5)]),
    ],
    ids=["to a human", "a menu without", "to the end", "a queue without"],
)
def test_the_star_is_for_the_elderly(first: str, keys: str, found: list[object]) -> None:
    assert said("elderly", first.format(keys=keys) + HUMAN + POLICE + END) == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ('{"9": police}', []),
        ('{"0": human}', [("red", "first", 5)]),
        ('{"9": lawyer}', [("red", "first", 5)]),
    ],
    ids=["the police", "nobody", "a lawyer"],
)
def test_nine_is_the_police_where_callers_first_listen(keys: str, found: list[object]) -> None:
    lawyer = '  lawyer: {verb: partner, partner: "12348", edges: {else: human}}\n'
    assert said("emergency", MENU.format(keys=keys) + HUMAN + POLICE + lawyer + END) == found


def test_further_in_nine_is_only_missed() -> None:
    human = HUMAN.replace('"9": police, ', "")
    nodes = MENU.format(keys='{"9": police}') + human + POLICE + END
    assert said("emergency", nodes) == [("yellow", "human", 6)]


def test_a_city_without_an_emergency_line_needs_no_nine() -> None:
    nodes = MENU.format(keys='{"0": human}') + HUMAN + POLICE + END
    assert said("emergency", nodes, emergency=frozenset()) == []
