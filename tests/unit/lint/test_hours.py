"""Hours that are not what they seem."""

from datetime import date

import pytest

from tests.unit.lint.case import said

pytestmark = pytest.mark.unit

HOURS = (
    "  first:\n    verb: hours\n    week: {{{week}}}\n{more}"
    "    edges: {{open: human, closed: end}}\n"
    "  human: {{verb: queue, queue: GEN, edges: {{else: end}}}}\n"
    "  end: {{verb: hangup, closed: true}}\n"
)


def hours(week: str, more: str = "") -> str:
    return HOURS.format(week=week, more=more)


@pytest.mark.parametrize(
    "week",
    [
        "mon-fri: '08:30-11:59, 12:00-17:30'",
        "mon-fri: '00:00-23:59', sat: closed",
        "sun: '08:00-24:00', mon: '00:01-12:00'",
    ],
    ids=["noon", "midnight", "the turn of the week"],
)
def test_a_minute_without_anybody_is_a_slip(week: str) -> None:
    assert ("yellow", "first", 7) in said("hours-gap", hours(week))


@pytest.mark.parametrize(
    "week",
    ["mon-fri: '08:30-12:00, 13:30-17:30'", "mon-sun: '00:00-24:00'", "mon: closed"],
)
def test_a_break_is_no_gap(week: str) -> None:
    assert said("hours-gap", hours(week)) == []


def test_hours_that_are_always_the_same_decide_nothing() -> None:
    always = hours("mon-sun: '00:00-24:00'", "    holiday: '00:00-24:00'\n")
    assert said("hours-idle", always) == [("yellow", "first", 7)]
    assert said("hours-idle", hours("mon-sun: closed")) == [("yellow", "first", 7)]
    assert said("hours-idle", hours("mon-sun: '00:00-24:00'")) == []


def test_a_year_without_its_notice_is_told() -> None:
    nodes = hours("mon-fri: '08:30-17:30'")
    assert said("calendar-year", nodes) == []
    assert said("calendar-year", nodes, today=date(2027, 1, 1)) == [("yellow", "first", 5)]
