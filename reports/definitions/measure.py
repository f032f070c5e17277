"""One published figure: its words for people and its arithmetic for us."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from reports.counts import Counts

# What a measure is computed of: counted calls, or agents' time.
Amounts = TypeVar("Amounts")


class Unit(StrEnum):
    """How a value is to be read."""

    CALLS = "calls"
    TICKETS = "tickets"
    SHARE = "share"  # 0 to 1, printed as percent
    SECONDS = "seconds"
    DAYS = "days"
    TIMES = "times"  # how often, on average or altogether


@dataclass(frozen=True, slots=True)
class Measure(Generic[Amounts]):
    """One figure: its words for people and its arithmetic for us, which must say the same.

    The version rises whenever the words or the arithmetic change, so that an old figure can still
    be told from a new one. `short` heads a column where the full name is too long.
    """

    id: str
    version: int
    name_zh: str
    name_en: str
    formula: str
    numerator: str
    denominator: str | None
    exclusions: str
    unit: Unit
    source: str
    over: Callable[[Amounts], float | None]
    under: Callable[[Amounts], float] | None = None
    short: str = ""

    @property
    def heading(self) -> str:
        """The name at the head of a column."""
        return self.short or self.name_zh

    def value(self, amounts: Amounts) -> float | None:
        """Compute the figure. None when there is nothing to divide by: no calls is not 100 %."""
        amount = self.over(amounts)
        if self.under is None or amount is None:
            return amount
        base = self.under(amounts)
        return amount / base if base > 0 else None


CallMeasure: TypeAlias = Measure[Counts]
