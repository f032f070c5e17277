"""A measured figure: the median of its rounds, with the least and the most seen."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """Median, least and most of several rounds, in whatever unit was measured."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Figure":
        """Sum up one value for each round. Raises ValueError when there is none."""
        seen = list(values)
        if not seen:
            raise ValueError("a figure needs at least one round")
        return cls(statistics.median(seen), min(seen), max(seen))

    def text(self, digits: int = 0) -> str:
        """Return `median (low–high)` for a table."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def ratio(values: Sequence[float], limit: Sequence[float]) -> Figure:
    """Compare round by round: what slowed the machine in a round slowed both alike."""
    return Figure.of(value / base for value, base in zip(values, limit, strict=True))
