"""The wait of a caller who would never give up, among callers who do: the heart of Erlang A.

Its density is known but for a factor, as the exponential of something simple, so it is integrated
piece by piece, beside its peak; nothing overflows, whatever the number of agents.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# Gauss and Legendre's points in each panel; a panel is an eighth of a doubling of time, and there
# are twenty doublings up to where the integrand has died away: exp(-40) adds nothing.
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PER_DOUBLING, _DOUBLINGS, _NEGLIGIBLE = 8, 20, 40.0
# A logarithm of odds beyond which nobody ever waits; its exponential is still a number.
_CERTAIN = 700.0


@dataclass(frozen=True, slots=True)
class VirtualWait:
    """`at` are instants in seconds, `chance` the probability that the wait ends around each.

    `stays` is the share of callers who are still there by then, `at_once` the chance of no wait.
    """

    at: Numbers
    chance: Numbers
    stays: Numbers
    at_once: float

    @classmethod
    def of(
        cls, rate: float, service: float, patience: float, blocked: float, limit: float
    ) -> "VirtualWait":
        """Return it for `rate` calls a second and all agents finishing `service` calls a second.

        `patience` is seconds, `blocked` Erlang's B of one agent fewer. No point lies across
        `limit`, so that a share up to there is exact.
        """
        at, widths = _points(rate, service, patience, limit)
        exponent = -rate * patience * np.expm1(-at / patience) - service * at
        peak = float(exponent.max())
        waits = rate * widths * np.exp(exponent - peak)
        # 1/B adds up the states in which somebody is free, in the same unit.
        free = exp(min(-peak - log(blocked), _CERTAIN)) if blocked > 0 else exp(_CERTAIN)
        total = free + float(waits.sum())
        return cls(at, waits / total, np.exp(-at / patience), free / total)

    def answered_by(self, limit: float) -> float:
        """Return the share of all callers who are answered within so many seconds."""
        early = self.at <= limit
        return self.at_once + float((self.chance * self.stays)[early].sum())

    @property
    def waited_by_answered(self) -> float:
        """Seconds waited before an answer, in the mean over all callers."""
        return float((self.at * self.chance * self.stays).sum())


def _points(rate: float, service: float, patience: float, limit: float) -> tuple[Numbers, Numbers]:
    """Return instants, and the seconds that each stands for."""
    longest = (rate * patience + _NEGLIGIBLE) / service
    edges = longest * 2.0 ** np.arange(-_DOUBLINGS, 1 / _PER_DOUBLING, 1 / _PER_DOUBLING)
    edges = np.unique(np.concatenate(([0.0], edges, [limit])))
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + _POINTS)).ravel(), (half * _WEIGHTS).ravel()
