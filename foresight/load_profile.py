"""What a hotline's days look like before it has a history of its own: shares of hours, weights.

After the published profile of Chinese hotlines: peaks from 10 to 11 and from 14 to 15, busier
mornings, Mondays and first days back. A forecast starts from here and trusts its own calls more
with every day it sees.
"""

from collections.abc import Mapping

import numpy as np

from foresight.day_kinds import DayType
from foresight.virtual_wait import Numbers

QUARTERS = 96
PER_HOUR = 4
# Calls of a mean day.
MEAN_DAY = 3_478.0

# Per cent of the day's calls in each hour.
_WORKING = (
    0.7, 0.4, 0.3, 0.25, 0.25, 0.4, 1.0, 2.4, 6.6, 9.3, 9.5, 7.4,
    4.6, 4.9, 7.6, 8.0, 7.6, 5.9, 4.6, 4.8, 4.9, 4.2, 2.9, 1.5,
)  # fmt: skip
_OFF = (
    1.0, 0.6, 0.45, 0.35, 0.35, 0.55, 1.2, 2.6, 5.8, 8.2, 8.5, 7.0,
    5.0, 5.0, 6.6, 7.0, 6.9, 6.0, 5.4, 5.6, 5.6, 4.9, 3.5, 1.9,
)  # fmt: skip

_WORKDAY, _DAY_OFF, _RUSH = 1.12, 0.70, 1.25
WEIGHTS: Mapping[DayType, float] = {
    **{kind: _WORKDAY if kind.works else _DAY_OFF for kind in DayType},
    DayType.MONDAY: _RUSH,
    DayType.FIRST_BACK: _RUSH,
    DayType.EVE: 0.4,
}


def shares(works: bool) -> Numbers:
    """Return the share of the day's calls in each of its 96 quarters of an hour; they sum to 1."""
    hours = np.repeat(np.array(_WORKING if works else _OFF), PER_HOUR)
    normed: Numbers = hours / hours.sum()
    return normed
