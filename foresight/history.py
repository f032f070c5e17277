"""Days that were: how many asked for a human in each quarter of an hour."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from foresight.day_kinds import day_type
from foresight.load_profile import MEAN_DAY, QUARTERS, WEIGHTS, shares
from foresight.virtual_wait import Numbers
from tickets.calendar import Workdays


class Source(StrEnum):
    """Where numbers come from: nobody may take invented ones for a city's own."""

    LEDGER = "ledger"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True)
class History:
    """`counts` has a row for each of `days` and a column for each quarter of an hour.

    Days are in order and may have gaps: a day on which nobody called at all was no day of service.
    """

    days: tuple[date, ...]
    counts: Numbers
    source: Source = Source.LEDGER

    @property
    def totals(self) -> Numbers:
        """Calls of each day."""
        totals: Numbers = self.counts.sum(axis=1)
        return totals

    def before(self, day: date) -> "History":
        """Return the days before a day."""
        kept = sum(one < day for one in self.days)
        return History(self.days[:kept], self.counts[:kept], self.source)

    def last(self, days: int) -> "History":
        """Return the latest so many days."""
        return History(self.days[-days:], self.counts[-days:], self.source)


# More spread than chance alone: the variance of a quarter is so many times its mean.
_OVERDISPERSION = 1.15
# The level of a city's calls wanders by so much from day to day, and each day has its own luck.
_WANDER, _LUCK = 0.01, 0.03


def synthetic_history(until: date, days: int, workdays: Workdays, seed: int = 12345) -> History:
    """Invent the days before `until` after the general profile, the same for the same seed."""
    dates = tuple(until - timedelta(n) for n in range(days, 0, -1))
    random = np.random.default_rng(seed)
    level = MEAN_DAY * np.exp(np.cumsum(random.normal(0, _WANDER, days)))
    counts = np.zeros((days, QUARTERS))
    for row, day in enumerate(dates):
        kind = day_type(day, workdays)
        calls = level[row] * WEIGHTS[kind] * random.lognormal(0, _LUCK)
        mean = calls * shares(kind.works)
        counts[row] = overdispersed(random, mean)
    return History(dates, counts, Source.SYNTHETIC)


def overdispersed(random: np.random.Generator, mean: Numbers) -> Numbers:
    """Draw counts with a bit more spread than Poisson's: a Poisson whose mean is a gamma."""
    spread = _OVERDISPERSION - 1
    return random.poisson(random.gamma(mean / spread, spread)).astype(np.float64)
