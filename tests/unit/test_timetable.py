"""Hours by name, for lines and queues: frames, holidays, make-up days, closures; the preview."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from core.clock import SHANGHAI
from core.errors import ConfigError
from core.settings import Settings
from ivr.preview import UnknownLine, preview
from ivr.simulator import Kind
from ivr.timetable import Timetable
from ivr.timetable_file import load_timetable, timetable_or_open
from tests.unit.fake_channel import CONFIG, FakeCall, flow_of
from tickets.calendar import Workdays, load_workdays

pytestmark = pytest.mark.unit

WORKDAYS = load_workdays(CONFIG / "calendar.toml")
OFFICE = """
[[hours]]
name = "office"
title = "机关工作时间"
week = { mon-fri = "08:30-12:00, 13:30-17:30" }
holiday = "09:00-10:00"
lines = ["conduct"]
queues = ["EN"]
[[closure]]
reason = "机房检修"
from = "2026-12-01 09:00"
until = "2026-12-01 10:00"
hours = ["office"]
[[closure]]
reason = "全部关闭"
from = "2026-12-02 09:00"
until = "2026-12-02 10:00"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "config/hours.toml").write_text(OFFICE)
    return Settings(home=tmp_path / "home", config_dir=tmp_path / "config")


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "is_open", "why"),
    [
        ("2026-11-24 08:29", False, "tue, workday"),
        ("2026-11-24 08:30", True, "tue, workday"),
        ("2026-11-24 12:00", False, "tue"),  # the break
        ("2026-11-24 13:30", True, "tue"),
        ("2026-11-24 17:30", False, "tue"),
        ("2026-11-28 10:00", False, "sat, weekend"),
        ("2026-10-10 10:00", True, "sat, make-up workday"),  # a Saturday worked as a Monday
        ("2026-10-01 09:30", True, "thu, holiday 国庆节"),  # a holiday's own hours
        ("2026-10-01 10:00", False, "thu, holiday 国庆节"),
        ("2026-12-01 09:30", False, "机房检修, until 2026-12-01 10:00"),
        ("2026-12-01 10:00", True, "tue"),
        ("2026-12-02 09:30", False, "全部关闭"),
        ("2027-05-01 11:00", False, "provisional: the holidays of 2027 are not entered yet"),
        ("2027-05-04 11:00", True, "provisional"),
    ],
)
def test_an_instant_is_open_or_closed_and_says_why(
    settings: Settings, at: str, is_open: bool, why: str
) -> None:
    found = load_timetable(settings).of_queue("EN", instant(at), WORKDAYS)
    assert found.is_open == is_open
    assert why in found.why


def test_what_keeps_no_hours_is_always_open(settings: Settings) -> None:
    timetable, night = load_timetable(settings), instant("2026-11-28 03:00")
    assert timetable.of_queue("GEN", night, WORKDAYS).is_open
    assert timetable.of_line("12345", night, WORKDAYS).is_open
    assert not timetable.of_line("conduct", night, WORKDAYS).is_open


def test_without_a_file_everything_is_open(settings: Settings) -> None:
    (settings.config_dir / "hours.toml").unlink()
    assert load_timetable(settings) == Timetable()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("08:30-12:00", "12:00-08:30", "before it begins"),
        ("mon-fri", "monday", "no day of the week"),
        ('"EN"', '"EM"', "no queue 'EM'"),
        ('"conduct"', '"nowhere"', "no line 'nowhere'"),
        ('"office"\ntitle', '"line"\ntitle', "stands for the hours of the line"),
        ('["office"]', '["ofice"]', "no hours 'ofice'"),
        ("2026-12-01 10:00", "2026-12-01 08:00", "ends after it begins"),
        ("2026-12-01 10:00", "soon", "must be an instant"),
        ('holiday = "09', 'holyday = "09', "'holyday' is not known"),
    ],
)
def test_a_slip_is_refused_at_its_entry_and_closes_nothing(
    settings: Settings, old: str, new: str, words: str
) -> None:
    assert old in OFFICE
    (settings.config_dir / "hours.toml").write_text(OFFICE.replace(old, new, 1))
    with pytest.raises(ConfigError, match=words) as caught:
        load_timetable(settings)
    assert caught.value.line
    assert timetable_or_open(settings) == Timetable()


def test_two_calendars_may_not_claim_one_queue(settings: Settings) -> None:
    twice = OFFICE + '[[hours]]\nname = "b"\ntitle = "b"\nweek = {}\nqueues = ["EN"]\n'
    (settings.config_dir / "hours.toml").write_text(twice)
    with pytest.raises(ConfigError, match="keeps the hours 'office' already"):
        load_timetable(settings)


END = "  away: {verb: hangup, closed: true}\n  end: {verb: hangup}\n"
QUEUE = "  first: {verb: queue, queue: EN, edges: {closed: away, else: end}}\n"


async def way_at(settings: Settings, at: str, nodes: str, line: str = "") -> list[str]:
    call = FakeCall(
        flow_of(nodes + END),
        timetable=load_timetable(settings),
        workdays=WORKDAYS,
        now=lambda: instant(at),
    )
    if line:
        object.__setattr__(call.flow, "variables", {"line": line})
    return (await call.run()).way


async def test_a_queue_outside_its_hours_leads_to_the_closed_edge(settings: Settings) -> None:
    assert await way_at(settings, "2026-11-24 10:00", QUEUE) == ["queue EN"]
    assert await way_at(settings, "2026-11-24 20:00", QUEUE) == ["hangup"]


async def test_a_flow_asks_for_the_hours_of_the_line_that_was_called(settings: Settings) -> None:
    nodes = (
        "  first: {verb: hours, calendar: line, edges: {open: in, closed: away}}\n"
        "  in: {verb: queue, queue: GEN, edges: {else: end}}\n"
    )
    night = "2026-11-24 20:00"
    assert await way_at(settings, night, nodes, "conduct") == ["hangup"]
    assert await way_at(settings, night, nodes, "12345") == ["queue GEN"]
    assert await way_at(settings, night, nodes) == ["queue GEN"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("calendar: nowhere", "no calendar 'nowhere'"),
        ("calendar: line, week: {mon: closed}", "either 'calendar' or 'week'"),
        ("holiday: closed", "either 'calendar' or 'week'"),
        ("calendar: line, holiday: 09:00-10:00", "the calendar's own"),
    ],
)
def test_hours_are_given_once(fields: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        flow_of(f"  first: {{verb: hours, {fields}, edges: {{else: end}}}}\n" + END)


async def test_a_preview_tells_what_a_silent_caller_hears(settings: Settings) -> None:
    found = await preview(settings, "8200002", instant("2026-10-01 20:00"))
    assert (found.line.code, found.standing.is_open) == ("conduct", False)
    assert {name: one.is_open for name, one in found.queues.items()} == {
        "GEN": True, "ENT": True, "EN": False,
    }  # fmt: skip
    assert "国庆节" in found.day
    assert (Kind.WAITS, "GEN") in [(one.kind, one.what) for one in found.told]
    with pytest.raises(UnknownLine):
        await preview(settings, "110", instant("2026-10-01 20:00"))


def test_workdays_alone_know_a_provisional_year() -> None:
    always = Timetable()
    assert always.of_queue("EN", instant("2027-01-01 10:00"), Workdays()).is_open
