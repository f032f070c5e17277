"""A reader's own line of events, so that a slow or failing reader harms nobody else."""

import asyncio
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Self

from telephony.ami_errors import AmiEventsLost
from telephony.ami_message import Event

WAITING_LIMIT = 20_000
"""Events kept for a reader that does not read; some minutes of a busy hotline."""


class Subscription:
    """Events by name, in the order of the switch, across reconnections.

    Listens from its creation until closed (`with`). Events of the time without a connection are
    lost for ever: whoever keeps a picture looks at the switch anew after a reconnection.
    """

    def __init__(self, patterns: tuple[str, ...], forget: Callable[["Subscription"], None]) -> None:
        self._patterns = patterns
        self._forget = forget
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._lost = False

    def offer(self, event: Event) -> None:
        """Keep an event if it is wanted; throw all away when the reader is hopelessly late."""
        if not any(fnmatchcase(event.name, pattern) for pattern in self._patterns):
            return
        if self._events.qsize() >= WAITING_LIMIT:
            self._lost = True
            self._events = asyncio.Queue()
        self._events.put_nowait(event)

    def end(self) -> None:
        """Let the reader finish what is waiting, then stop."""
        self._events.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """Return the next event. Raises AmiEventsLost once after an overflow, then goes on."""
        event = await self._events.get()
        if self._lost:
            self._lost = False
            raise AmiEventsLost("Events came faster than they were read; look at the switch anew.")
        if event is None:
            raise StopAsyncIteration
        return event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget(self)
