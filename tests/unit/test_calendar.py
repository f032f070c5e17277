"""The city's calendar: the table agrees with the published one, and a missing year is no crash."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from core.errors import ConfigError
from core.settings import CHECKOUT
from tickets.calendar import DayKind, Workdays, load_workdays
from tickets.calendar_seed import seed

pytestmark = pytest.mark.unit

CONFIG = CHECKOUT / "config"
YEAR = '[[year]]\nyear = 2026\nversion = 1\nsource = "a notice"\n'


@pytest.fixture(scope="module")
def table() -> Workdays:
    return load_workdays(CONFIG / "calendar.toml")


def days_of(first: int, last: int) -> list[date]:
    length = (date(last + 1, 1, 1) - date(first, 1, 1)).days
    return [date(first, 1, 1) + timedelta(n) for n in range(length)]


def test_the_table_agrees_with_the_published_calendar_of_23_years(table: Workdays) -> None:
    days = days_of(2004, 2026)
    assert [table.works(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


def test_2026_has_248_working_days(table: Workdays) -> None:
    assert sum(map(table.works, days_of(2026, 2026))) == 248


def test_the_shipped_file_is_what_the_seed_prints(tmp_path: Path, table: Workdays) -> None:
    (tmp_path / "calendar.toml").write_text(seed())
    assert load_workdays(tmp_path / "calendar.toml") == table


def test_each_year_names_its_source_and_a_changed_notice_its_version(table: Workdays) -> None:
    assert sorted(table.notices) == list(range(2004, 2027))
    assert all("通知" in notice.source for notice in table.notices.values())
    assert table.notices[2020].version == 2
    assert "延长2020年春节假期" in table.notices[2020].source


def test_the_edition_changes_with_any_day(table: Workdays) -> None:
    changed = replace(table, makeups=table.makeups - {date(2026, 10, 10)})
    assert table.edition() == replace(table).edition() != changed.edition()


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2027, 1, 1), DayKind.HOLIDAY),
        (date(2027, 10, 3), DayKind.HOLIDAY),
        (date(2027, 1, 2), DayKind.WEEKEND),
        (date(2027, 1, 4), DayKind.WORKDAY),
    ],
)
def test_a_year_without_its_notice_is_provisional(
    table: Workdays, day: date, kind: DayKind
) -> None:
    assert table.provisional(day)
    assert table.kind(day) is kind
    assert not table.provisional(date(2026, 1, 1))


def test_without_a_file_every_year_is_provisional(tmp_path: Path) -> None:
    assert load_workdays(tmp_path / "calendar.toml").provisional(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("year = 2026", None, "Write each entry as [[year]]"),
        ("[[year]\n", 1, "not TOML"),
        (YEAR, 1, "'holiday' must be a list"),
        (YEAR + "workdays = []\nholiday = []\nholidays = []\n", 1, "'holidays' is not known"),
        (YEAR + "workdays = []\nholiday = ['x']\n", 1, "A holiday is"),
        (YEAR + "workdays = []\nholiday = [{name='x', first=2026-01-01}]\n", 1, "None is no day"),
        (YEAR + "workdays = [2026-01-05]\nholiday = []\n", 1, "is no weekend"),
        (YEAR + "workdays = [2025-01-05]\nholiday = []\n", 1, "does not lie in 2026"),
        (YEAR + "workdays = [1]\nholiday = []\n", 1, "without quotes"),
        (YEAR.replace("1", "0", 1), 1, "'version' must be a number"),
        (
            YEAR + "workdays=[]\nholiday=[{name='x', first=2026-01-03, last=2026-01-01}]\n",
            1,
            "lasts -1 days",
        ),
        (
            YEAR + "workdays=[2026-01-03]\n"
            "holiday=[{name='x', first=2026-01-01, last=2026-01-03}]\n",
            1,
            "2026-01-03 is given as a holiday and as a workday",
        ),
        (
            YEAR + "workdays = []\nholiday = []\n" + YEAR + "workdays = []\nholiday = []\n",
            7,
            "used already in line 1",
        ),
    ],
)
def test_a_wrong_table_is_refused_where_it_is_wrong(
    tmp_path: Path, text: str, line: int | None, says: str
) -> None:
    (tmp_path / "calendar.toml").write_text(text)
    with pytest.raises(ConfigError, match=re.escape(says)) as refusal:
        load_workdays(tmp_path / "calendar.toml")
    assert refusal.value.line == line
