"""The city's calendar: the table agrees with the published one, and a missing year is no crash."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from core.errors import ConfigError
from ivr.workdays import DayKind, Workdays, load_workdays
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.unit

WORKED = (DayKind.WORKDAY, DayKind.MAKEUP)


@pytest.fixture(scope="module")
def table() -> Workdays:
    return load_workdays(CONFIG / "calendar.toml")


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_table_agrees_with_the_published_calendar(table: Workdays, year: int) -> None:
    days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    assert [table.kind(day) in WORKED for day in days] == [
        chinese_calendar.is_workday(day) for day in days
    ]


def test_2026_has_248_working_days(table: Workdays) -> None:
    days = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    assert sum(table.kind(day) in WORKED for day in days) == 248


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
    "text",
    [
        "year = 2026",
        "[[year]]\nyear = 2026\n",
        "[[year]]\nyear = 2026\nworkdays = []\nholiday = [{name = 'x', first = 2026-01-01}]\n",
        "[[year]]\nyear = 2026\nworkdays = [2026-01-05]\nholiday = []\n",
        "[[year]]\nyear = 2026\nworkdays = [2025-01-05]\nholiday = []\n",
        "[[year]]\nyear = 2026\nworkdays = [1]\nholiday = []\n",
        "[[year]]\nyear = 2026\nworkdays = []\n"
        "holiday = [{name = 'x', first = 2026-01-03, last = 2026-01-01}]\n",
        "[[year]]\nyear = 2026\nworkdays = [2026-01-03]\n"
        "holiday = [{name = 'x', first = 2026-01-01, last = 2026-01-03}]\n",
        "[[year]\n",
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "calendar.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"calendar\.toml"):
        load_workdays(tmp_path / "calendar.toml")
