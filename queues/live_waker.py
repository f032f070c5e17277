"""Wakes the callers whose turn it is the moment an agent becomes free. Run by the live picture.

A caller's thread in app_queue looks once a second whether it is their turn; a control frame that no
caller hears ends its sleep sooner. Without us callers wait that second, no longer.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from queues.live_picture import Picture
from telephony.ami import Ami, AmiError, Event

MOVES = ("QueueMemberStatus", "QueueMemberPause", "QueueMemberAdded", "QueueMemberPenalty")
MOST = 2
"""Callers woken for one agent: the first in line, and one more in case the first just left."""

_SLACK = timedelta(milliseconds=20)

log = structlog.get_logger()


class Waker:
    """Answers to the switch's events; a wake-up that fails is nobody's loss."""

    def __init__(self, ami: Ami, picture: Picture) -> None:
        self._ami = ami
        self._picture = picture
        self._at_work: set[asyncio.Task[None]] = set()

    def take(self, event: Event, now: datetime) -> None:
        """Wake whoever waits in a queue that may have got a free agent."""
        if event.name not in MOVES:
            return
        number, queue = event["MemberName"], event["Queue"]
        free_at = self._picture.free_at(number, queue)
        if free_at is not None:
            self._start(queue, (free_at - now + _SLACK).total_seconds() if free_at > now else 0.0)

    def _start(self, queue: str, delay: float) -> None:
        task = asyncio.create_task(self._wake(queue, delay), name=f"wake {queue}")
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _wake(self, queue: str, delay: float) -> None:
        if delay:
            await asyncio.sleep(delay)
        try:
            await self._touch(self._picture.next_callers(queue, MOST))
        except AmiError as error:
            log.warning("live.cannot_wake", queue=queue, reason=str(error))

    async def _touch(self, channels: Sequence[str]) -> None:
        for channel in channels:
            await self._ami.action("ControlPlayback", check=False, Channel=channel, Control="stop")

    async def close(self) -> None:
        """Stop what is under way."""
        for task in list(self._at_work):
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
