"""Hands the live picture on to any number of listeners from one reader of Redis.

Each change is put into words once. A listener is only a place in the last changes: one who is too
slow, or comes back too late, is given the whole picture instead of what was missed, so that nobody
costs more memory than a number.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncGenerator
from secrets import token_hex

import structlog
from redis.asyncio import Redis

from core.errors import HotlineError
from queues.live_mirror import Mirror, Plain, follow
from queues.live_summary import summary

log = structlog.get_logger()

KEPT = 64
"""Changes kept for who is behind or comes back; about ten a second on a busy day."""

HEARTBEAT = 15.0
"""Seconds after which a listener hears something, so that no proxy closes the line."""

LISTENERS = 2000


class TooManyListeners(HotlineError):
    """As many listen as this process serves."""

    slug = "too-many-listeners"

    def __init__(self) -> None:
        super().__init__(f"{LISTENERS} listeners are connected already. Try again in a minute.")


class Hub:
    """One for each process; `run` reads, `listen` serves."""

    def __init__(self, redis: Redis, node: str) -> None:
        self._redis = redis
        self._node = node
        self._life = token_hex(4)
        self._mirror = Mirror()
        self._last = 0
        self._changes: deque[bytes] = deque(maxlen=KEPT)
        self._snapshot: tuple[int, bytes] | None = None
        self._news = asyncio.Event()
        self.listeners = 0

    @property
    def mirror(self) -> Mirror:
        """The picture as it is now."""
        return self._mirror

    async def run(self) -> None:
        """Read until cancelled; a fault of ours is in the log, and the reading begins anew."""
        while True:
            try:
                async for change in follow(self._redis, self._node, self._mirror):
                    self._publish(change)
            except Exception:
                log.exception("live.reader_failed")
                await asyncio.sleep(1)

    def now(self) -> Plain:
        """Return the whole picture with its summary."""
        return {**self._mirror.as_plain(), "now": summary(self._mirror)}

    def admit(self) -> None:
        """Raise TooManyListeners when no more can be served."""
        if self.listeners >= LISTENERS:
            raise TooManyListeners

    async def listen(self, last_event_id: str = "") -> AsyncGenerator[bytes]:
        """Yield events for ever, from where a listener left off or with a snapshot first."""
        self.listeners += 1
        try:
            place = self._place(last_event_id)
            while True:
                if place == self._last:
                    if not await self._something_new():
                        yield b": still here\n\n"
                    continue
                yield self._since(place)
                place = self._last
        finally:
            self.listeners -= 1

    def _publish(self, change: Plain) -> None:
        if change.get("agents") or change.get("queues") or any(change.get("gone", {}).values()):
            change = {**change, "now": summary(self._mirror)}
        self._last += 1
        self._changes.append(self._event("change", change))
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _event(self, name: str, data: Plain) -> bytes:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self._life}-{self._last}\nevent: {name}\ndata: {text}\n\n".encode()

    def _place(self, last_event_id: str) -> int:
        """Return the change a listener has heard last; −1 for one who knows nothing of ours."""
        life, _, number = last_event_id.partition("-")
        if life != self._life or not number.isdecimal() or len(number) > 18:
            return -1
        return int(number)

    def _since(self, place: int) -> bytes:
        """Return what a listener has not heard, or the whole when that is not known any more."""
        missed = self._last - place
        if not 0 <= place <= self._last or missed > len(self._changes):
            return self._whole()
        return b"".join(list(self._changes)[-missed:])

    def _whole(self) -> bytes:
        if self._snapshot is None or self._snapshot[0] != self._last:
            self._snapshot = (self._last, self._event("snapshot", self.now()))
        return self._snapshot[1]

    async def _something_new(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await self._news.wait()
                return True
        return False
