"""How long to wait before knocking at the switch's manager interface again."""

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Seconds that double with each failure, up to a limit.

    A refused login waits far longer than a switch that is down: fail2ban's usual rule shuts out an
    address after five refusals in ten minutes, and a wrong secret does not mend itself.
    """

    first: float = 0.5
    most: float = 30.0
    refused_first: float = 60.0
    refused_most: float = 300.0
    _down: int = 0
    _refused: int = 0

    def after_down(self) -> float:
        """Return the wait after the switch could not be reached."""
        self._refused = 0
        self._down += 1
        return _doubled(self.first, self._down, self.most)

    def after_refusal(self) -> float:
        """Return the wait after the switch refused our login."""
        self._refused += 1
        return _doubled(self.refused_first, self._refused, self.refused_most)

    def reset(self) -> None:
        """Begin anew: a connection has proved itself."""
        self._down = self._refused = 0


def _doubled(first: float, failures: int, most: float) -> float:
    # The exponent is bounded too: a switch that is away for days would overflow it.
    return min(first * 2.0 ** min(failures - 1, 30), most)
