"""The process that draws the live picture: from the switch's AMI into Redis.

Run as `python -P -m queues.live`. It never gives up: without Redis it goes on watching, without the
switch it says that the picture is stale. Losing everything here loses no call: the ledger reads the
switch's own files.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from time import monotonic

import structlog
import uvloop
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.clock import utc_now
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from queues.agents import load_agents
from queues.definitions import Queue, load_queues
from queues.live_announcer import Announcer
from queues.live_estimates import Estimates
from queues.live_picture import HEARD, Picture
from queues.live_sentinel import Sentinel
from queues.live_store import LiveStore, draw
from queues.live_switch import read_switch
from queues.live_waker import Waker
from telephony.ami import Ami, AmiError, AmiEventsLost, Event

CLASSES = "agent,call,system"
FILTERS = (
    "^Event: (QueueMember|QueueCaller|Agent(Called|Connect|RingNoAnswer)|FullyBooted|Shutdown)",
    "^Event: DeviceStateChange.*Device: PJSIP/[0-9]",
    "^Event: (Newstate|Hangup)[^A-Z].*Channel: PJSIP/[0-9]",
)
"""What the switch sends of these: of channels and devices only agents' phones, since citizens' make
most of the noise. What a caller writes into an event may let it pass, never hide it."""

PULSE = 1.0
"""Seconds between two drawings when nothing happens, so that a reader sees us alive."""

GATHER = 0.1
"""Seconds in which a burst of events becomes one drawing."""

ENDS_OF_WAITING = ("AgentCalled", "QueueCallerLeave")

LOOK_EVERY = 30.0
"""Seconds between two looks at the whole switch; events in between may have been missed."""

log = structlog.get_logger()


class Live:
    """Keeps one switch's picture; `run` ends only when cancelled."""

    def __init__(
        self,
        ami: Ami,
        store: LiveStore,
        seats: Iterable[str],
        queues: Iterable[Queue] = (),
        sounds: Path = Path(),
    ) -> None:
        self._ami = ami
        self._store = store
        self._picture = Picture(seats, queues)
        self._sentinel = Sentinel(ami)
        self._waker = Waker(ami, self._picture)
        self._estimates = Estimates()
        self._announcer = Announcer(ami, sounds, self._estimates)
        self._changed = asyncio.Event()
        self._must_look = True
        self._looked = float("-inf")
        self._as_of: datetime | None = None
        self._redis_answers = True
        self._remembers = False

    async def run(self) -> None:
        """Watch and draw until cancelled, then say that nobody draws any more."""
        self._ami.on_reconnect(self._look_anew)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._connect())
                tasks.create_task(self._follow())
                tasks.create_task(self._draw_for_ever())
                tasks.create_task(self._announce_for_ever())
        finally:
            await self._waker.close()
            await self._ami.close()
            with contextlib.suppress(RedisError, OSError):
                await self._store.mark_stale()

    async def _connect(self) -> None:
        await self._ami.connect_when_up()
        await self._look_anew()

    async def _look_anew(self) -> None:
        self._must_look = True
        self._changed.set()

    async def _follow(self) -> None:
        with self._ami.events(*HEARD, "AgentConnect", "FullyBooted") as events:
            while True:
                try:
                    async for event in events:
                        await self._take(event)
                    return
                except AmiEventsLost:
                    await self._look_anew()

    async def _take(self, event: Event) -> None:
        if event.name == "FullyBooted":
            await self._look_anew()
        else:
            now = utc_now()
            self._picture.apply(event, now)
            self._estimates.take(event, now)
            self._waker.take(event, now)
            self._changed.set()
            if event.name in ENDS_OF_WAITING:
                await self._announcer.stop(event["Uniqueid"])

    async def _announce_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PULSE)
            if self._ami.connected and not self._must_look:
                await self._announcer.look(self._picture, utc_now())

    async def _draw_for_ever(self) -> None:
        while True:
            self._changed.clear()
            await self._look_if_due()
            await self._watch_phones()
            await self._draw()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), PULSE)
            await asyncio.sleep(GATHER)

    async def _look_if_due(self) -> None:
        due = self._must_look or monotonic() - self._looked > LOOK_EVERY
        if not due or not self._ami.connected:
            return
        self._must_look = False  # before asking: what happens meanwhile may call for another look
        try:
            self._picture.replace(await read_switch(self._ami), utc_now())
            self._looked = monotonic()
            for queue in self._picture.queues():
                calls = (caller.call for caller in queue.callers)
                self._estimates.of(queue.name).remains(calls, utc_now())
        except AmiError as error:
            self._must_look = True
            log.warning("live.cannot_look", reason=str(error))

    async def _watch_phones(self) -> None:
        if self._must_look or not self._ami.connected:
            return
        try:
            await self._sentinel.look(self._picture.agents(utc_now()))
        except AmiError as error:
            log.warning("live.cannot_write", reason=str(error))

    async def _draw(self) -> None:
        try:
            await self._draw_once()
        except (RedisError, OSError) as error:
            self._note_redis(answers=False, reason=str(error))
        else:
            self._note_redis(answers=True)

    async def _draw_once(self) -> None:
        if not self._remembers:
            self._estimates.remember(await self._store.load_errors())
            self._remembers = True
        await self._store.save_errors(self._estimates.remembered())
        if await self._store.is_lost():
            self._must_look = True
            await self._look_if_due()
        heard = None if self._must_look else self._ami.heard_at
        self._as_of = heard or self._as_of
        if self._as_of is None:
            # Nothing seen yet: what an earlier run drew stays, with a warning on it.
            await self._store.mark_stale()
        else:
            await self._store.write(
                draw(self._picture, utc_now(), self._estimates), self._as_of, stale=heard is None
            )

    def _note_redis(self, *, answers: bool, reason: str = "") -> None:
        if answers is not self._redis_answers:
            self._redis_answers = answers
            log.warning("live.redis", answers=answers, reason=reason)


async def run(settings: Settings, seats: Iterable[str], queues: Iterable[Queue]) -> None:
    """Draw this node's picture until SIGTERM or SIGINT."""
    ami = Ami.of(settings, classes=CLASSES, filters=FILTERS, ping_every=2.0)
    redis = Redis.from_url(
        settings.redis, decode_responses=True, socket_timeout=2, socket_connect_timeout=2
    )
    async with redis:
        store = LiveStore(redis, settings.node)
        sounds = settings.sounds_dir
        live = asyncio.ensure_future(Live(ami, store, seats, queues, sounds).run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, live.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await live


def main() -> None:
    """Start the process; a known fault is one sentence and a failed start."""
    configure_logging("live")
    try:
        settings = get_settings()
        queues = load_queues(settings)
        agents = load_agents(settings, queues)
        uvloop.run(run(settings, [agent.number for agent in agents], queues))
    except HotlineError as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
