"""Opening hours as an admin writes them, and the question whether somebody is there now.

A day is frames of minutes since local midnight; a week is seven days, Monday first.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from tickets.calendar import DayKind, Workdays

Frames = tuple[tuple[int, int], ...]
Week = tuple[Frames, ...]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = "closed"
_FRAME = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})", re.ASCII)
_MIDNIGHT = 24 * 60


def read_frames(text: str) -> Frames:
    """Read `08:30-12:00, 13:30-17:30` or `closed`. Raises ValueError with a sentence."""
    if text.strip() == CLOSED:
        return ()
    frames = tuple(_frame(part.strip()) for part in text.split(","))
    for (_, end), (start, _) in pairwise(frames):
        if start < end:
            raise ValueError(f"The hours '{text}' overlap or are out of order.")
    return frames


def read_week(days: Mapping[str, str]) -> Week:
    """Read hours by day or span of days (`mon-fri`). Raises ValueError with a sentence."""
    week: list[Frames | None] = [None] * 7
    for span, hours in days.items():
        for day in _span(span):
            if week[day] is not None:
                raise ValueError(f"The hours of {DAYS[day]} are given twice.")
            week[day] = read_frames(hours)
    return tuple(frames or () for frames in week)


def is_open(
    now: datetime, week: Week, holiday: Frames, makeup: Frames | None, workdays: Workdays
) -> bool:
    """Tell whether a local instant lies in the hours.

    A holiday has hours of its own; a weekend worked in exchange has those of `makeup`, or Monday's.
    """
    kind = workdays.kind(now.date())
    if kind is DayKind.HOLIDAY:
        frames = holiday
    elif kind is DayKind.MAKEUP:
        frames = week[0] if makeup is None else makeup
    else:
        frames = week[now.weekday()]
    minute = now.hour * 60 + now.minute
    return any(start <= minute < end for start, end in frames)


def _frame(text: str) -> tuple[int, int]:
    found = _FRAME.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text[:40]}' is no span of hours such as 08:30-12:00.")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or end > _MIDNIGHT:
        raise ValueError(f"'{text}' is no time of day; the last is 24:00.")
    if start >= end:
        raise ValueError(f"'{text}' ends before it begins; split a night at 24:00.")
    return start, end


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f"'{text[:40]}' is no day of the week; write mon … sun or mon-fri.")
    start, end = DAYS.index(first), DAYS.index(last or first)
    if start > end:
        raise ValueError(f"'{text}' runs backwards.")
    return range(start, end + 1)
