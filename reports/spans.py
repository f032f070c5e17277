"""Quarters and half-years as people write them: 2020-Q2, 2020-H1."""

import re
from datetime import date

from core.errors import HotlineError
from reports.answer_rate import Period

_WRITTEN = re.compile(r"(20[0-9]{2})-(Q[1-4]|H[12])", re.ASCII)
_MONTHS = {"Q1": (1, 3), "Q2": (4, 3), "Q3": (7, 3), "Q4": (10, 3), "H1": (1, 6), "H2": (7, 6)}


class BadSpan(HotlineError):
    """Not a quarter or half-year as we write them."""

    slug = "bad-span"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:20]!r} is no quarter or half-year. Write 2020-Q2 or 2020-H1.")


def span_of(text: str) -> Period:
    """Return the days of `2020-Q2` or `2020-H1`. Raises BadSpan."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise BadSpan(text)
    first, months = _MONTHS[found[2]]
    year, end = int(found[1]), first + months
    return Period(date(year, first, 1), date(year + end // 13, (end - 1) % 12 + 1, 1))
