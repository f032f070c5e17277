"""重复来电: callers who had to ask again. What was solved the first time needs no second call."""

from dataclasses import dataclass, fields

from reports.definitions.measure import Measure, Unit
from reports.definitions.words import NO_HUMAN

_BASE = "human requests with a known number"
_SOURCE = "Common usage (repeat calls): there is no standard for the days, so two are shown"


@dataclass(frozen=True, slots=True)
class RepeatCounts:
    """Human requests with a known number, and those of them that were not the caller's first."""

    requests: int = 0
    within_a_day: int = 0
    within_a_week: int = 0

    def __add__(self, other: "RepeatCounts") -> "RepeatCounts":
        names = (f.name for f in fields(self))
        return RepeatCounts(**{n: getattr(self, n) + getattr(other, n) for n in names})


def _numerator(time: str) -> str:
    return f"human requests whose caller had asked for a human in the {time} before"


REPEATS: tuple[Measure[RepeatCounts], ...] = (
    Measure(
        id="repeat_rate_24h",
        version=1,
        name_zh="重复来电率（24小时）",
        name_en="Callers who asked again within 24 hours",
        formula=f"{_numerator('24 h')} / {_BASE}",
        numerator=_numerator("24 h"),
        denominator=_BASE,
        exclusions=f"{NO_HUMAN}; numbers withheld, which cannot be recognised",
        unit=Unit.SHARE,
        source=_SOURCE,
        over=lambda c: c.within_a_day,
        under=lambda c: c.requests,
        short="24小时重复",
    ),
    Measure(
        id="repeat_rate_7d",
        version=1,
        name_zh="重复来电率（7天）",
        name_en="Callers who asked again within 7 days",
        formula=f"{_numerator('7 × 24 h')} / {_BASE}",
        numerator=_numerator("7 × 24 h"),
        denominator=_BASE,
        exclusions=f"{NO_HUMAN}; numbers withheld, which cannot be recognised",
        unit=Unit.SHARE,
        source=_SOURCE,
        over=lambda c: c.within_a_week,
        under=lambda c: c.requests,
        short="7天重复",
    ),
)
