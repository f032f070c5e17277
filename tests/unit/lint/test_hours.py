"""Hours that are not what they seem."""

from datetime import date

import pytest

from ivr.opening_hours import read_week
from ivr.timetable import Calendar, Timetable
from tests.unit.lint.case import END, HUMAN, POLICE, said

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


CLOSED_QUEUE = (
    "  first: {verb: queue, queue: EN, keys: {'9': police}, edges: {else: human}}\n"
    + HUMAN + POLICE + END
)  # fmt: skip
OFFICE = Calendar("office", "office", read_week({"mon-fri": "08:30-12:00, 12:05-17:30"}))
KEEPS = Timetable({"office": OFFICE}, queues={"EN": "office"})


def test_a_queue_with_hours_needs_words_for_whoever_comes_too_late() -> None:
    found = said("closed-queue", CLOSED_QUEUE, timetable=KEEPS)
    assert [one[:2] for one in found] == [("yellow", "first")]
    edge = CLOSED_QUEUE.replace("edges: {else: human}", "edges: {closed: end, else: human}", 1)
    assert said("closed-queue", edge, timetable=KEEPS) == []
    assert said("closed-queue", CLOSED_QUEUE) == []


def test_gaps_of_named_hours_are_found_too() -> None:
    assert len(said("hours-gap", CLOSED_QUEUE, timetable=KEEPS)) == 5
    calendar = "  first: {verb: hours, calendar: line, edges: {else: human}}\n" + HUMAN + POLICE
    assert said("hours-gap", calendar + END, timetable=KEEPS) == []
