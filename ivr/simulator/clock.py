"""The clock of one simulated call: it moves when told to."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clock:
    """`at` is seconds since the call began."""

    began: datetime
    at: float = 0.0

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self.began + timedelta(seconds=self.at)

    def ticks(self) -> float:
        """Return the seconds since the call began."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += seconds
