"""How many will ask for a human in each quarter of an hour of a day to come.

    calls = level of the last weeks × weight of the day's type × share of the quarter

Each factor can be looked at and argued with. They start from the general profile and come to trust
the hotline's own days with every day there is; a rain storm moves the level, but not for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from foresight.day_kinds import DayType, day_type
from foresight.history import History
from foresight.load_profile import MEAN_DAY, WEIGHTS, shares
from foresight.virtual_wait import Numbers
from tickets.calendar import Workdays

# A day moves the level by this part of its surprise, so half of it is a week old.
_PACE = 0.1
# A surprise counts as no more than this, up or down: a storm is not the new normal.
_MOST = 1.5
# The general weight of a type counts as so many days, the general profile as so many calls.
_DAYS_OF_TRUST, _CALLS_OF_TRUST = 2.0, 500.0
# Habits change: the shares of quarters are those of the last weeks.
_DAYS_OF_SHARES = 56


@dataclass(frozen=True, slots=True)
class Model:
    """What a history comes to. `level` is calls of a day whose weight is 1."""

    level: float
    weights: Mapping[DayType, float]
    working: Numbers
    off: Numbers

    def forecast(self, kind: DayType) -> Numbers:
        """Return the calls of each quarter of an hour of such a day."""
        return self.level * self.weights[kind] * (self.working if kind.works else self.off)


def fit(history: History, workdays: Workdays) -> Model:
    """Learn from a history; without any day, know the general profile alone."""
    kinds = [day_type(day, workdays) for day in history.days]
    weights = _weights(history, kinds)
    levels = _levels(history.totals, [weights[kind] for kind in kinds])
    lately = history.last(_DAYS_OF_SHARES)
    working = np.array([kind.works for kind in kinds[-_DAYS_OF_SHARES:]], dtype=bool)
    return Model(
        level=float(levels[-1]) if len(levels) else MEAN_DAY,
        weights=weights,
        working=_shares(lately.counts[working], works=True),
        off=_shares(lately.counts[~working], works=False),
    )


def forecast(history: History, day: date, workdays: Workdays) -> Numbers:
    """Return the calls of each quarter of an hour of a day, from the days before it."""
    return fit(history.before(day), workdays).forecast(day_type(day, workdays))


def _weights(history: History, kinds: list[DayType]) -> Mapping[DayType, float]:
    """Weigh each type against the level of its time, starting from the general weights."""
    weights = WEIGHTS
    # The level hides behind the weights and the weights behind the level: look twice.
    for _ in range(2):
        levels = _levels(history.totals, [weights[kind] for kind in kinds])
        weights = _weighed(history.totals / levels, kinds)
    return weights


def _weighed(ratios: Numbers, kinds: list[DayType]) -> Mapping[DayType, float]:
    weights = dict(WEIGHTS)
    for kind in set(kinds):
        own = ratios[[one is kind for one in kinds]]
        # The median: one storm on a Tuesday says nothing about Tuesdays.
        known = len(own) * float(np.median(own)) + _DAYS_OF_TRUST * WEIGHTS[kind]
        weights[kind] = known / (len(own) + _DAYS_OF_TRUST)
    return weights


def _levels(totals: Numbers, weights: list[float]) -> Numbers:
    """Return the level after each day."""
    plain = totals / np.array(weights)
    levels = np.zeros(len(plain))
    level = float(np.median(plain[:14])) if len(plain) else MEAN_DAY
    for at, told in enumerate(plain):
        surprise = min(max(told / level, 1 / _MOST), _MOST)
        level *= 1 + _PACE * (surprise - 1)
        levels[at] = level
    return levels


def _shares(counts: Numbers, *, works: bool) -> Numbers:
    known = counts.sum(axis=0) + _CALLS_OF_TRUST * shares(works)
    # Neighbours tell of each other: a quarter of an hour is no law of nature.
    smooth = (np.roll(known, 1) + 2 * known + np.roll(known, -1)) / 4
    result: Numbers = smooth / smooth.sum()
    return result
