"""The limits of each type at each urgency, as published, and what is said about a wrong file."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI
from core.errors import ConfigError
from core.settings import CHECKOUT
from tickets.calendar import load_workdays
from tickets.deadlines import WorkingTime
from tickets.durations import Span, Unit
from tickets.limits import Callback, Extensions, Limits, UnknownType
from tickets.limits_file import load_rules
from tickets.office_hours import DayEnd
from tickets.urgency import Urgency

pytestmark = pytest.mark.unit

CONFIG = CHECKOUT / "config"
# Without its comments, which quote the same words.
SHIPPED = "".join(
    line
    for line in (CONFIG / "limits.toml").read_text().splitlines(keepends=True)
    if not line.startswith("#")
)
RULES = load_rules(CONFIG / "limits.toml")
CITY = WorkingTime(load_workdays(CONFIG / "calendar.toml"), RULES.office)

NORMAL, EXPEDITED, URGENT, CRITICAL = Urgency


def written(limits: Limits) -> tuple[str, ...]:
    """Dispatch, sign, first contact and handling as an admin writes them."""
    spans = (limits.dispatch, limits.sign, limits.first_contact, limits.handle)
    return tuple("–" if span is None else str(span) for span in spans)


@pytest.mark.parametrize(
    ("code", "urgency", "limits"),
    [
        ("ZX", NORMAL, ("30 min", "4 wh", "–", "1 wd")),
        ("QZ", NORMAL, ("30 min", "4 wh", "1 wd", "5 wd")),
        ("TS", NORMAL, ("30 min", "4 wh", "1 wd", "5 wd")),
        ("JB", NORMAL, ("30 min", "4 wh", "–", "5 wd")),
        ("JY", NORMAL, ("1 wd", "1 wd", "–", "5 wd")),
        ("BY", NORMAL, ("1 wd", "1 wd", "–", "2 wd")),
        ("QY", EXPEDITED, ("15 min", "2 wh", "1 wd", "15 wd")),
        ("WX", NORMAL, ("–", "–", "–", "–")),
        ("QT", NORMAL, ("30 min", "4 wh", "–", "5 wd")),
    ],
)
def test_each_type_has_its_published_limits(
    code: str, urgency: Urgency, limits: tuple[str, ...]
) -> None:
    assert RULES.type_of(code).urgency is urgency
    assert written(RULES.limits_for(code)) == limits


@pytest.mark.parametrize(
    ("code", "urgency", "limits"),
    [
        ("QZ", EXPEDITED, ("30 min", "2 wh", "1 wd", "3 wd")),
        ("QZ", URGENT, ("15 min", "30 min", "1 wd", "24 h")),
        ("QZ", CRITICAL, ("5 min", "15 min", "1 wd", "24 h")),
        # A consultation is due in one day already; three would be a gift to the unit.
        ("ZX", EXPEDITED, ("30 min", "2 wh", "–", "1 wd")),
        # Its own limits are those of its own urgency, and lower ones change nothing.
        ("QY", EXPEDITED, ("15 min", "2 wh", "1 wd", "15 wd")),
        ("QY", NORMAL, ("15 min", "2 wh", "1 wd", "15 wd")),
        ("QY", URGENT, ("15 min", "30 min", "1 wd", "24 h")),
        ("WX", CRITICAL, ("–", "–", "–", "–")),
    ],
)
def test_a_raised_urgency_tightens_the_limits(
    code: str, urgency: Urgency, limits: tuple[str, ...]
) -> None:
    assert written(RULES.limits_for(code, urgency)) == limits


def test_danger_to_life_needs_a_report_from_the_place_in_two_hours() -> None:
    assert str(RULES.limits_for("TS", CRITICAL).on_site) == "2 h"
    assert RULES.limits_for("TS", URGENT).on_site is None


def test_enterprises_get_a_first_reply_in_three_days_and_a_task_force() -> None:
    assert str(RULES.limits_for("QY").first_reply) == "3 wd"
    assert [code for code, kind in RULES.types.items() if kind.task_force] == ["QY"]


def test_extensions_are_bounded_and_emergencies_get_none() -> None:
    assert RULES.limits_for("QZ").extensions == Extensions(1, 2, Span(10, Unit.WORKDAYS))
    assert RULES.limits_for("QY").extensions == Extensions(1, 2, Span(30, Unit.WORKDAYS))
    assert RULES.limits_for("ZX").extensions == Extensions(1, 1, Span(3, Unit.WORKDAYS))
    assert RULES.limits_for("BY").extensions is None
    assert RULES.limits_for("QZ", URGENT).extensions is None


def test_follow_up_calls_are_a_matter_of_the_type() -> None:
    calls = {code: kind.callback for code, kind in RULES.types.items()}
    assert calls["ZX"] == Callback(0.2, low_marks=True)
    assert calls["QZ"] == calls["TS"] == calls["QY"] == Callback(1.0)
    assert calls["JB"] == Callback(1.0, consent=True)
    assert calls["JY"] == calls["QT"] == Callback(0.2)
    assert calls["BY"] is calls["WX"] is None


def test_only_a_report_of_wrongdoing_hides_its_citizen_from_the_start() -> None:
    assert [code for code, kind in RULES.types.items() if kind.masked] == ["JB"]


def test_a_type_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownType, match=r"no type 'XX'. Types: ZX, QZ"):
        RULES.limits_for("XX")


def test_offices_work_until_half_past_five_and_deadlines_end_at_midnight() -> None:
    assert RULES.office.frames == ((510, 720), (810, 1050))
    assert RULES.office.day_end is DayEnd.MIDNIGHT


@given(
    st.sampled_from(sorted(RULES.types)),
    st.sampled_from(Urgency),
    st.sampled_from(Urgency),
    st.sampled_from(["dispatch", "sign", "first_contact", "handle"]),
    st.integers(0, 3 * 366 * 24 * 3600),
)
def test_a_higher_urgency_never_gives_more_time(
    code: str, one: Urgency, other: Urgency, step: str, second: int
) -> None:
    since = datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=second)
    lower, higher = sorted((one, other), key=lambda urgency: urgency.rank)
    slow = getattr(RULES.limits_for(code, lower), step)
    fast = getattr(RULES.limits_for(code, higher), step)
    if slow is not None:
        assert CITY.deadline(since, fast).at <= CITY.deadline(since, slow).at


# A file an admin got wrong


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            replaced('sign = "4 wh"', 'sign = "4 hours"'),
            "'sign': '4 hours' is no span of time such as 30 min",
        ),
        (replaced('sign = "4 wh"', "sign = 4"), "'sign' must be a text such as \"5 wd\", it is 4"),
        (replaced('urgency = "normal"', 'urgency = "一般"'), "must be one of normal, expedited"),
        (replaced('code = "QZ"', 'code = "ZX"'), "The type ZX is used already in line"),
        (replaced('code = "QZ"', 'code = "q z"'), "'code' must be a text such as \"QZ\""),
        (replaced("first_contact", "first_contakt"), "'first_contakt' is not known here"),
        (replaced('extended_to = "3 wd"', 'extended_to = "24 h"'), "in working days"),
        (replaced('"10 wd"', '"4 wd"'), "'extended_to' is 4 wd, which is shorter than"),
        (replaced("share = 0.2", "share = 20.0"), "'share' must be a number above 0.0"),
        (replaced("callback = { share = 0.2, low_marks = true }", "callback = 1"), "'callback' is"),
        (replaced("low_marks = true", "low_marks = 1"), "'low_marks' must be true or false"),
        (replaced('level = "urgent"', 'level = "critical"'), "The level critical is used already"),
        (replaced("extensions = 0", "extensions = 1"), "'extensions' must be a number from 0 to 0"),
        (replaced("[office]", "[offices]"), "'offices' is not known here"),
        (replaced('hours = "08:30-12:00, 13:30-17:30"', 'hours = "closed"'), "must not be closed"),
        (replaced('"08:30-12:00, 13:30-17:30"', '"08:30-25:00"'), "is no time of day"),
        (replaced('"midnight"', '"24:00"'), "must be one of midnight, office"),
        (lambda text: text[: text.rindex("[[urgency]]")], "No [[urgency]] has the level critical"),
        (lambda text: text[text.index("[[type]]") :], "One table [office] must be written here"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(
    tmp_path: Path, wrong: Callable[[str], str], says: str
) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(wrong(SHIPPED))
    with pytest.raises(ConfigError, match=re.escape(says)):
        load_rules(path)


def test_a_fault_names_the_line_of_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(SHIPPED.replace('"2 wd"', '"2 weeks"', 1))
    with pytest.raises(ConfigError) as refusal:
        load_rules(path)
    lines = SHIPPED.splitlines()
    assert refusal.value.line == lines.index('code = "BY"')
