"""The lint as a whole: what we ship is clean, rules are many, a large flow takes no time."""

import pytest

from ivr.lint import RULES, Severity, lint_flow
from tests.unit.fake_channel import flow_of, shipped_flow
from tests.unit.lint.case import HUMAN, POLICE, around, findings

pytestmark = pytest.mark.unit


def test_the_default_profile_has_no_finding() -> None:
    assert lint_flow(shipped_flow("direct"), around()) == []


def test_the_menu_profile_is_warned_of_what_menus_cost() -> None:
    assert [(one.rule, one.severity) for one in lint_flow(shipped_flow("menu"), around())] == [
        ("silent-wait", Severity.YELLOW)
    ]


def test_red_comes_first_and_every_finding_is_a_sentence() -> None:
    nodes = "  first: {verb: queue, queue: GEN, edges: {answered: end, else: first}}\n"
    nodes += "  island: {verb: goto, next: end}\n  end: {verb: hangup}\n"
    found = findings(nodes)
    assert [one.severity for one in found] == sorted(one.severity for one in found)
    assert {one.rule for one in found} >= {"restless", "unreachable", "elderly"}
    assert all(one.sentence.endswith(".") and one.rule in RULES for one in found)


def test_five_hundred_nodes_are_inspected_whole() -> None:
    nodes = "".join(
        f"  {name}: {{verb: menu, prompt: busy, keys: {{'0': human, '9': police, '*': human,"
        f" '1': m{at + 1}}}, edges: {{else: human}}}}\n"
        for at, name in enumerate(["first", *(f"m{at}" for at in range(1, 500))])
    )
    flow = flow_of(
        nodes + HUMAN + POLICE + "  m500: {verb: goto, next: human}\n  end: {verb: hangup}\n"
    )
    assert {one.rule for one in lint_flow(flow, around())} == {"incidents"}
