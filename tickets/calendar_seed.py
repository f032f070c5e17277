"""Print `calendar.toml` for all years the `chinesecalendar` library knows.

Run by hand (`python -m tickets.calendar_seed > config/calendar.toml`) after the library learned a
year; it replaces the whole file, so a year entered by hand must have reached the library first.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from importlib.metadata import version

from chinese_calendar.constants import Holiday, holidays, workdays

_HEAD = """\
# Days off and weekends worked in exchange (调休), after the State Council's yearly notice.
# A year that is not here counts weekends and the holidays of fixed date only, until its notice is
# out and entered. `first` and `last` are both days off. A day belongs to the year it lies in, also
# when another year's notice named it. Raise `version` when a notice is changed after it came out.
# These years: python -m tickets.calendar_seed
"""
_NOTICE = "国务院办公厅关于{year}年部分节假日安排的通知"
# Notices that were changed after tickets had been given deadlines by them.
_CHANGED = {
    2015: "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假",
    2019: "调整2019年劳动节假期",
    2020: "延长2020年春节假期",
}


def seed() -> str:
    """Return the file's text: one `[[year]]` for each year, holidays as spans of days."""
    years = sorted({day.year for day in (*holidays, *workdays)})
    return "\n".join([_HEAD, *map(_year, years)])


def _year(year: int) -> str:
    source = f"{_NOTICE.format(year=year)}; chinesecalendar {version('chinesecalendar')}"
    if change := _CHANGED.get(year):
        source = f"{_NOTICE.format(year=year)}, {change}; " + source.rpartition("; ")[2]
    makeups = ", ".join(str(day) for day in sorted(workdays) if day.year == year)
    off = {day: name for day, name in holidays.items() if day.year == year}
    lines = [
        "[[year]]",
        f"year = {year}",
        f"version = {2 if change else 1}",
        f'source = "{source}"',
        f"workdays = [{makeups}]",
        "holiday = [",
        *(
            f'    {{ name = "{_chinese(name)}", first = {first}, last = {last} }},'
            for name, first, last in _spans(off)
        ),
        "]",
        "",
    ]
    return "\n".join(lines)


def _spans(off: Mapping[date, str]) -> Iterator[tuple[str, date, date]]:
    """Join days that follow each other under one name."""
    first: date | None = None
    for day in sorted(off):
        first = first or day
        tomorrow = day + timedelta(1)
        if off.get(tomorrow) != off[day]:
            yield off[day], first, day
            first = None


def _chinese(name: str) -> str:
    return str(Holiday(name).chinese)


if __name__ == "__main__":
    sys.stdout.write(seed())
