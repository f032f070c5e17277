"""What is to happen when, on a clock that jumps from one thing to the next."""

from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from itertools import count

Action = Callable[[], Awaitable[None] | None]


class Agenda:
    """`now` is seconds since midnight. What is due at one instant happens in the order noted."""

    def __init__(self) -> None:
        self.now = 0.0
        self._noted: list[tuple[float, int, Action]] = []
        self._order = count()

    def note(self, at: float, action: Action) -> None:
        """Let something happen at an instant; what lies in the past happens now."""
        heappush(self._noted, (max(at, self.now), next(self._order), action))

    async def live(self) -> None:
        """Let everything happen, also what is noted meanwhile."""
        while self._noted:
            self.now, _, action = heappop(self._noted)
            happening = action()
            if happening is not None:
                await happening
