"""How long callers would have waited, learned also from those who were answered before that.

Whoever was answered after 20 s would have waited at least 20 s: to leave them out, or to count 20 s
as their patience, makes callers look hastier than they are. Kaplan and Meier's estimate counts them
as present until 20 s. Beyond the longest wait seen, patience goes on exponentially with the mean
that all waits together tell (Σ waits / callers who gave up).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import log
from random import Random

from foresight.replay.past import PastCall
from foresight.service import USUAL_PATIENCE


@dataclass(frozen=True, slots=True)
class Patience:
    """`stays[n]` is the share of callers still there after `times[n]` seconds; `mean` the tail's.

    `gave_up` of `waited` callers were seen to lose patience.
    """

    times: tuple[float, ...]
    stays: tuple[float, ...]
    mean: float
    gave_up: int
    waited: int

    @classmethod
    def of(cls, calls: Iterable[PastCall]) -> "Patience":
        """Estimate it from a day's calls; where nobody gave up, it is the usual one."""
        waits = sorted((c.waited, c.gave_up) for c in calls if c.waited is not None)
        gave_up = sum(left for _, left in waits)
        times, stays, share, present = [], [], 1.0, len(waits)
        for wait, group in groupby(waits, key=lambda one: one[0]):
            lefts = [left for _, left in group]
            if any(lefts):
                share *= 1 - sum(lefts) / present
                times.append(wait)
                stays.append(share)
            present -= len(lefts)
        mean = sum(wait for wait, _ in waits) / gave_up if gave_up else USUAL_PATIENCE
        return cls(tuple(times), tuple(stays), mean, gave_up, len(waits))

    def beyond(self, waited: float, random: Random) -> float:
        """Draw the patience of a caller who has waited so many seconds already."""
        left = self._share(waited) * (1.0 - random.random())
        if self.stays and left >= self.stays[-1]:
            # The first time by which no more than this share is still there.
            passed = bisect_left(self.stays, -left, key=lambda share: -share)
            return max(waited, self.times[passed])
        last = max(waited, self.times[-1] if self.times else 0.0)
        return last - self.mean * log(left / self._share(last)) if left else last

    def _share(self, waited: float) -> float:
        passed = bisect_right(self.times, waited)
        return self.stays[passed - 1] if passed else 1.0
