"""Announcements must be heard somewhere, and their keys must be free."""

import pytest

from tests.unit.lint.case import END, POLICE, said

pytestmark = pytest.mark.unit

MENU = (
    "  first: {{verb: menu, prompt: main-menu, {more}keys: {{'0': human, '{key}': human}},"
    " edges: {{else: human}}}}\n"
    "  human: {{verb: queue, queue: GEN, edges: {{else: end}}}}\n"
)


def test_a_menu_in_front_of_everything_lets_them_be_heard() -> None:
    silent = MENU.format(more="", key="2") + POLICE + END
    assert [one[:2] for one in said("incidents", silent)] == [("yellow", "first")]
    assert said("incidents", MENU.format(more="incidents: true, ", key="2") + POLICE + END) == []


def test_a_key_that_an_announcement_may_take_is_told() -> None:
    taken = MENU.format(more="incidents: true, ", key="1") + POLICE + END
    assert [one[:2] for one in said("incidents", taken)] == [("yellow", "first")]
