"""Spans of time as rules write them: `30 min`, `24 h`, `4 wh`, `5 wd`.

Minutes and hours run day and night; working hours and working days need the city's calendar, which
`deadlines` brings.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_WRITTEN = re.compile(r"([1-9][0-9]{0,3}) (min|h|wh|wd)", re.ASCII)


class Unit(StrEnum):
    """What is counted."""

    MINUTES = "min"
    HOURS = "h"
    WORKING_HOURS = "wh"
    WORKDAYS = "wd"


# Only to say which of two spans is the stricter: a day of 24 hours is over before a working day.
_NOMINAL_MINUTES = {
    Unit.MINUTES: 1,
    Unit.HOURS: 60,
    Unit.WORKING_HOURS: 60,
    Unit.WORKDAYS: 24 * 60,
}


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time of one unit, at least 1."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    @property
    def natural(self) -> bool:
        """Whether it runs at night and on holidays too."""
        return self.unit in (Unit.MINUTES, Unit.HOURS)


def read_span(text: str) -> Span:
    """Read `5 wd`. Raises ValueError with a sentence."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text[:40]}' is no span of time such as 30 min, 24 h, 4 wh or 5 wd.")
    return Span(int(found[1]), Unit(found[2]))


def stricter(one: Span | None, other: Span | None) -> Span | None:
    """Return the shorter of two spans; none is longer than any, and `other` wins a tie."""
    if one is None or other is None:
        return one or other
    return one if _nominal(one) < _nominal(other) else other


def _nominal(span: Span) -> int:
    return span.amount * _NOMINAL_MINUTES[span.unit]
