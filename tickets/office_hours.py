"""Hours of a day as people write them, and the hours in which the offices of the city work.

A day is frames of minutes since local midnight. Read by opening hours and by deadlines.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

Frames = tuple[tuple[int, int], ...]

CLOSED = "closed"
MIDNIGHT = 24 * 60
_FRAME = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})", re.ASCII)


class DayEnd(StrEnum):
    """When a deadline's day is over."""

    # 24:00: units reply in the evening too.
    MIDNIGHT = "midnight"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of a working day; `frames` is never empty."""

    frames: Frames
    day_end: DayEnd = DayEnd.MIDNIGHT

    @property
    def opens(self) -> int:
        """When the offices open, in minutes since midnight."""
        return self.frames[0][0]

    @property
    def closes(self) -> int:
        """When the offices close, in minutes since midnight."""
        return self.frames[-1][1]

    @property
    def deadline(self) -> int:
        """When a deadline's day is over, in minutes since midnight."""
        return self.closes if self.day_end is DayEnd.OFFICE else MIDNIGHT


def read_frames(text: str) -> Frames:
    """Read `08:30-12:00, 13:30-17:30` or `closed`. Raises ValueError with a sentence."""
    if text.strip() == CLOSED:
        return ()
    frames = tuple(_frame(part.strip()) for part in text.split(","))
    for (_, end), (start, _) in pairwise(frames):
        if start < end:
            raise ValueError(f"The hours '{text}' overlap or are out of order.")
    return frames


def _frame(text: str) -> tuple[int, int]:
    found = _FRAME.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text[:40]}' is no span of hours such as 08:30-12:00.")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or end > MIDNIGHT:
        raise ValueError(f"'{text}' is no time of day; the last is 24:00.")
    if start >= end:
        raise ValueError(f"'{text}' ends before it begins; split a night at 24:00.")
    return start, end
