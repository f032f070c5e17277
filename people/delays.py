"""How long a name is closed after wrong tries: three are free, then each costs twice as much."""

from datetime import timedelta

FREE = 3
FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)
# Wrong tries of a day ago are forgotten.
FORGOTTEN = timedelta(days=1)


def delay_after(failures: int) -> timedelta:
    """Return how long to wait after so many wrong tries in a row, at most fifteen minutes."""
    if failures < FREE:
        return timedelta()
    doublings = min(failures - FREE, 20)
    return min(LONGEST, FIRST * (1 << doublings))
