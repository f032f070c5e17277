"""How wrong the forecast would have been, made again for past weeks from what was known then."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from foresight.forecast import forecast
from foresight.history import History
from foresight.virtual_wait import Numbers
from tickets.calendar import Workdays

# A roster is made a week ahead, so the forecast is judged a week ahead.
AHEAD = timedelta(days=7)
_DAYS_JUDGED, _LEAST_KNOWN = 28, 14


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors as shares of the calls that came; positive bias is a forecast too high.

    `wape` is Σ|forecast − calls| / Σ calls over intervals, `wape_day` over days, `last_week` the
    `wape` of copying the same weekday a week before, and `chance` what nobody can avoid: the error
    of the true mean, when calls come by chance alone.
    """

    days: int
    wape: float
    wape_day: float
    bias: float
    last_week: float | None
    chance: float


def back_test(history: History, workdays: Workdays, quarters: int = 1) -> Accuracy | None:
    """Judge the forecast by intervals of so many quarters of an hour; None without enough days."""
    rows = [row for row, day in enumerate(history.days) if _known(history, day) >= _LEAST_KNOWN]
    rows = rows[-_DAYS_JUDGED:]
    if not rows:
        return None
    days = [history.days[row] for row in rows]
    told = np.array([forecast(_a_week_before(history, day), day, workdays) for day in days])
    told, came = _by_interval(told, quarters), _by_interval(history.counts[rows], quarters)
    calls = float(came.sum())
    return Accuracy(
        days=len(days),
        wape=_wape(told, came),
        wape_day=_wape(told.sum(axis=1), came.sum(axis=1)),
        bias=float((told - came).sum()) / calls,
        last_week=_copied(history, days, came, quarters),
        chance=float(_mean_deviation(told).sum()) / calls,
    )


def _a_week_before(history: History, day: date) -> History:
    return history.before(day - AHEAD + timedelta(1))


def _known(history: History, day: date) -> int:
    return len(_a_week_before(history, day).days)


def _copied(history: History, days: list[date], came: Numbers, quarters: int) -> float | None:
    """Return the error of copying the week before, over the days that have one."""
    place = {day: row for row, day in enumerate(history.days)}
    both = [n for n, day in enumerate(days) if day - AHEAD in place]
    if not both:
        return None
    before = history.counts[[place[days[n] - AHEAD] for n in both]]
    return _wape(_by_interval(before, quarters), came[both])


def _by_interval(counts: Numbers, quarters: int) -> Numbers:
    result: Numbers = counts.reshape(len(counts), -1, quarters).sum(axis=2)
    return result


def _wape(told: Numbers, came: Numbers) -> float:
    return float(np.abs(told - came).sum() / came.sum())


def _mean_deviation(mean: Numbers) -> Numbers:
    """Return the mean absolute deviation of Poisson's counts; from 1 on by the normal one."""
    result: Numbers = np.where(mean < 1, 2 * mean * np.exp(-mean), np.sqrt(2 * mean / np.pi))
    return result
