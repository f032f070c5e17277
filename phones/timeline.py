"""What happened on a phone and when; tests read it, `./hotline call` prints it as it grows."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, at a monotonic time in seconds."""

    at: float
    event: str


class Timeline:
    """Moments in order, told to whoever listens."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._listeners: list[Callable[[Moment], None]] = []

    def listen(self, listener: Callable[[Moment], None]) -> None:
        """Call `listener` with every moment from now on."""
        self._listeners.append(listener)

    def note(self, event: str) -> None:
        """Record that `event` happens now."""
        moment = Moment(time.monotonic(), event)
        self.moments.append(moment)
        for listener in self._listeners:
            listener(moment)

    @property
    def events(self) -> list[str]:
        """The events alone, oldest first."""
        return [moment.event for moment in self.moments]

    def __str__(self) -> str:
        if not self.moments:
            return ""
        start = self.moments[0].at
        return ", ".join(f"{moment.event} at {moment.at - start:.2f} s" for moment in self.moments)
