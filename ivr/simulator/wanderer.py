"""People who do anything that is possible, chosen by numbers: random ones, or a test's own."""

from collections.abc import Iterator
from functools import cache

from ivr.outcomes import KEYS
from ivr.simulator.people import Event, HangUp, Happens, Moment, Press

# Seconds of a moment after which something happens, if the moment lasts that long.
_SOON = 2.0


class Wanderer:
    """Each moment takes one number; when there are no more, the caller hangs up."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers

    def next(self, moment: Moment) -> Event | None:
        """Choose among silence, all keys, hanging up, and whatever others may do."""
        number = next(self._numbers, None)
        if number is None:
            return HangUp(0.0)
        choices = _choices(moment.outcomes, moment.seconds >= _SOON)
        return choices[number % len(choices)]


@cache
def _choices(outcomes: tuple[str, ...], lasts: bool) -> tuple[Event | None, ...]:
    after = _SOON if lasts else 0.0
    presses = (Press(key, after) for key in KEYS)
    return (None, *presses, *(Happens(outcome, after) for outcome in outcomes), HangUp(after))
