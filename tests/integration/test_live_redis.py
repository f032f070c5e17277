"""The live picture in a real Redis: whole, honest about its age, drawn again whatever happens."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.secrets import ensure_secrets
from core.settings import CHECKOUT
from queues.live import Live
from queues.live_store import LiveStore
from tests.integration.redis_server import RedisServer
from tests.unit.fake_ami import (
    SECRET,
    FakeSwitch,
    Headers,
    Session,
    fake_switch,
    make_ami,
    until,
)

pytestmark = pytest.mark.integration

LIVE = "hotline:node1:live:"


class Queue:
    """One queue of the switch: its members and callers, as `QueueStatus` tells them."""

    def __init__(self, switch: FakeSwitch) -> None:
        self.items = [
            ["Event: QueueParams", "Queue: GEN"],
            ["Event: QueueMember", "Queue: GEN", "Location: PJSIP/8013", "Status: 1", "Paused: 0"],
        ]
        self.looks = 0
        switch.on |= {
            "QueueStatus": self.status,
            "DeviceStateList": self.nothing,
            "CoreShowChannels": self.nothing,
        }

    def join(self, call: str) -> None:
        self.items.append(["Event: QueueEntry", "Queue: GEN", f"Uniqueid: {call}", "Wait: 3"])

    async def status(self, session: Session, headers: Headers) -> None:
        self.looks += 1
        await session.answer(headers, "Response: Success", "EventList: start")
        for item in self.items:
            await session.answer(headers, *item)
        await session.answer(headers, "Event: QueueStatusComplete", "EventList: Complete")

    async def nothing(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        await session.answer(headers, "Event: ListComplete", "EventList: Complete")


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


@pytest.fixture
def queue(switch: FakeSwitch) -> Queue:
    return Queue(switch)


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url, decode_responses=True, socket_timeout=1) as redis:
        await redis.flushall()
        yield redis


@contextlib.asynccontextmanager
async def living(switch: FakeSwitch, redis: Redis) -> AsyncIterator[Live]:
    """Run the drawing process's own loop."""
    live = Live(make_ami(switch), LiveStore(redis, "node1"), ["8013", "8014"])
    running = asyncio.create_task(live.run())
    yield live
    assert not running.done(), "the process died"
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


class Wall:
    """A wallboard: reads what is drawn."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def agent(self, number: str) -> dict[str, Any]:
        return await self._read("agents", number)

    async def waiting(self, queue: str = "GEN") -> list[str]:
        return [caller["call"] for caller in (await self._read("queues", queue))["callers"]]

    async def stale(self) -> bool | None:
        flag = await self.redis.hget(LIVE + "state", "stale")
        return None if flag is None else flag == "1"

    async def as_of(self) -> str:
        return str(await self.redis.hget(LIVE + "state", "as_of"))

    async def _read(self, name: str, field: str) -> dict[str, Any]:
        text = await self.redis.hget(LIVE + name, field)
        found: dict[str, Any] = json.loads(text or '{"callers": []}')
        return found


@pytest.fixture
def wall(redis: Redis) -> Wall:
    return Wall(redis)


async def eventually(read: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """Wait until what is read is what is wanted; a Redis that is away is waited for as well."""
    found: Any = None
    async with asyncio.timeout(15):
        while found != wanted:
            with contextlib.suppress(RedisError):
                found = await read()
            await asyncio.sleep(0.02)


async def test_the_whole_picture_is_drawn(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    queue.join("1764000000.1")
    async with living(switch, redis):
        await eventually(wall.waiting, ["1764000000.1"])
        assert not await wall.stale()
        assert (await wall.agent("8013"))["declared"] == "available"
        assert (await wall.agent("8013"))["observed"] == "idle"
        assert (await wall.agent("8014"))["declared"] == "offline"


async def test_the_expected_wait_stands_beside_its_own_error_and_outlives_the_process(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    async def estimate(name: str) -> Any:
        return (await wall._read("queues", "GEN")).get("estimate", {}).get(name)

    async with living(switch, redis):
        await eventually(wall.stale, False)
        for number in range(8):
            for event in ("QueueCallerJoin", "QueueCallerLeave", "AgentConnect"):
                place = (f"Uniqueid: {number}.1", "Position: 1")
                await switch.sessions[0].send(f"Event: {event}", "Queue: GEN", *place)
        # Five starts make the first estimate, and the three after it are compared.
        await eventually(lambda: estimate("compared"), 3)
        assert await estimate("within_30s") == 1.0
        assert await estimate("seconds") is not None
        assert await estimate("reliable") is False
    async with living(switch, redis):
        await eventually(wall.stale, False)
        assert await estimate("compared") == 3
        # The pace of an earlier life is not the pace of now.
        assert await estimate("seconds") is None


async def test_listeners_are_told_only_what_changed(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    async with living(switch, redis), redis.pubsub() as listener:
        await eventually(wall.stale, False)
        await listener.subscribe(LIVE + "changes")
        await switch.sessions[0].send(
            "Event: QueueCallerJoin", "Queue: GEN", "Uniqueid: 1764000001.7", "Position: 1"
        )
        news: dict[str, Any] = {}
        async with asyncio.timeout(10):
            while not news.get("queues"):
                message = await listener.get_message(ignore_subscribe_messages=True, timeout=1)
                news = json.loads(message["data"]) if message else news
        assert news["queues"]["GEN"]["waiting"] == 1
        assert news["agents"] == {}
        assert news["stale"] is False


async def test_a_lost_switch_leaves_the_picture_and_marks_it_stale(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    queue.join("1764000000.1")
    async with living(switch, redis):
        await eventually(wall.waiting, ["1764000000.1"])
        await switch.stop()
        await eventually(wall.stale, True)
        as_of = await wall.as_of()
        assert await wall.waiting() == ["1764000000.1"]
        queue.items.pop()
        await switch.start()
        await eventually(wall.waiting, [])
        await eventually(wall.stale, False)
        assert await wall.as_of() > as_of


async def test_a_flushed_redis_is_drawn_anew_from_a_new_look_at_the_switch(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    async with living(switch, redis):
        await eventually(wall.stale, False)
        queue.join("1764000002.3")  # an event that was lost
        await redis.flushall()
        await eventually(wall.waiting, ["1764000002.3"])
        assert (await wall.agent("8014"))["declared"] == "offline"
        assert queue.looks == 2


async def test_a_redis_that_crashes_is_waited_for_and_drawn_anew(
    switch: FakeSwitch, queue: Queue, redis: Redis, redis_server: RedisServer, wall: Wall
) -> None:
    async with living(switch, redis) as live:
        await eventually(wall.stale, False)
        redis_server.stop()
        await switch.sessions[0].send(
            "Event: QueueMemberRemoved", "Queue: GEN", "Interface: PJSIP/8013"
        )
        queue.items.pop()
        await until(lambda: not live._redis_answers)
        redis_server.start()
        await eventually(wall.stale, False)
        assert (await wall.agent("8013"))["declared"] == "offline"


async def test_a_redis_that_freezes_does_not_stop_the_watching(
    switch: FakeSwitch, queue: Queue, redis: Redis, redis_server: RedisServer, wall: Wall
) -> None:
    async with living(switch, redis) as live:
        await eventually(wall.stale, False)
        redis_server.freeze()
        await switch.sessions[0].send(
            "Event: QueueCallerJoin", "Queue: GEN", "Uniqueid: 1764000003.1", "Position: 1"
        )
        await until(lambda: not live._redis_answers)
        redis_server.thaw()
        await eventually(wall.waiting, ["1764000003.1"])


async def test_what_an_earlier_run_drew_is_marked_until_the_switch_speaks_then_replaced(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    await redis.hset(LIVE + "agents", "7001", '{"declared": "available", "callers": []}')
    await redis.hset(LIVE + "state", mapping={"stale": "0", "as_of": "2026-01-01"})
    await redis.set(LIVE + "marker", "an earlier run")
    await switch.stop()
    async with living(switch, redis):
        await eventually(wall.stale, True)
        assert (await wall.agent("7001"))["declared"] == "available"
        await switch.start()
        await eventually(wall.stale, False)
        assert not await redis.hexists(LIVE + "agents", "7001")


async def test_a_switch_still_starting_is_asked_again(
    switch: FakeSwitch, queue: Queue, redis: Redis, wall: Wall
) -> None:
    status = switch.on.pop("QueueStatus")
    async with living(switch, redis):
        await until(lambda: "QueueStatus" in switch.names())
        await eventually(wall.stale, True)
        switch.on["QueueStatus"] = status
        await switch.sessions[0].send("Event: FullyBooted", "Status: Fully Booted")
        await eventually(wall.stale, False)


async def test_the_process_draws_and_on_sigterm_says_that_nobody_draws(
    switch: FakeSwitch, queue: Queue, redis: Redis, redis_server: RedisServer, wall: Wall,
    tmp_path: Path,
) -> None:  # fmt: skip
    file = tmp_path / "secrets.toml"
    ensure_secrets(file)
    file.write_text(re.sub(r"(?m)^ami = .*$", f'ami = "{SECRET}"', file.read_text()))
    own = {
        "PYTHONPATH": str(CHECKOUT),
        "HOTLINE_HOME": str(tmp_path),
        "HOTLINE_AMI_PORT": str(switch.port),
        "HOTLINE_REDIS_URL": redis_server.url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "queues.live", cwd=CHECKOUT, env=os.environ | own
    )
    try:
        await eventually(wall.stale, False)
        assert (await wall.agent("8013"))["declared"] == "available"
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    assert await wall.stale()
