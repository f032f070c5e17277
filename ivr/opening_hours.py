"""Opening hours as an admin writes them, and the question whether somebody is there now.

A week is the frames of seven days, Monday first.
"""

from collections.abc import Mapping
from datetime import datetime

from tickets.calendar import DayKind, Workdays
from tickets.office_hours import Frames, read_frames

Week = tuple[Frames, ...]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f"'{text[:40]}' is no day of the week; write mon … sun or mon-fri.")
    start, end = DAYS.index(first), DAYS.index(last or first)
    if start > end:
        raise ValueError(f"'{text}' runs backwards.")
    return range(start, end + 1)
