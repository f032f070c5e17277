"""The live picture over HTTP, from a real Redis: snapshot first, then changes, resumed, bounded."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import uvicorn
from redis.asyncio import Redis

from api import live, live_hub
from api.app import make_app
from api.resources import Resources
from core.clock import utc_now
from core.secrets import ensure_secrets
from core.settings import Settings
from queues.live_store import Drawing, LiveStore, live_key
from tests.as_program import as_program
from tests.integration.redis_server import RedisServer

pytestmark = pytest.mark.integration

KEPT = 5
Events = AsyncIterator[tuple[str, str, dict[str, Any]]]


def agent(reason: str = "", observed: str = "idle") -> dict[str, Any]:
    return {
        "declared": "break" if reason else "available", "reason": reason, "observed": observed,
        "since": None, "queues": {"GEN": 0}, "calls_taken": 0,
    }  # fmt: skip


def queue(*joined: str) -> dict[str, Any]:
    callers = [{"call": at, "position": n, "joined": at} for n, at in enumerate(joined, 1)]
    return {"waiting": len(callers), "callers": callers}


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def store(redis: Redis) -> LiveStore:
    return LiveStore(redis, "node1")


@pytest.fixture
async def api(
    redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The API on a real port: a test client that gathers answers whole cannot follow events."""
    monkeypatch.setattr(live_hub, "KEPT", KEPT)
    settings = Settings(
        home=tmp_path,
        database_url="postgresql+psycopg://nobody@localhost:1/none",
        redis_url=redis_server.url,
    )
    ensure_secrets(settings.secrets_file)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(make_app(settings), log_config=None, timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, timeout=10) as client:
        client.headers.update(as_program(tmp_path))
        yield client
    server.should_exit = True
    await serving


@contextlib.asynccontextmanager
async def listening(api: httpx.AsyncClient, last: str = "") -> AsyncIterator[Events]:
    headers = {"Last-Event-ID": last} if last else {}
    async with api.stream("GET", "/api/live/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


async def _events(answer: httpx.Response) -> Events:
    told: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            told[name] = value
        elif "data" in told:
            yield told["event"], told["id"], json.loads(told["data"])
            told = {}


async def until(events: Events, wanted: str) -> tuple[str, str, dict[str, Any]]:
    """Wait for an event in which a text stands."""
    async with asyncio.timeout(10):
        async for event in events:
            if wanted in json.dumps(event[2]):
                return event
    raise AssertionError("the events ended")


async def draw(store: LiveStore, **reasons: str) -> None:
    agents = {f"80{number}": agent(reason) for number, reason in reasons.items()}
    await store.write(Drawing(agents, {"GEN": queue()}), utc_now(), stale=False)


async def test_a_listener_gets_the_whole_first_and_then_what_changed(
    api: httpx.AsyncClient, store: LiveStore
) -> None:
    await draw(store, **{"13": "", "14": "lunch"})
    async with listening(api) as events:
        name, _, whole = await until(events, "8014")
        assert whole["now"]["agents"] == {"available": 1, "break": 1}
        await draw(store, **{"13": "", "14": "tea"})
        await until(events, "tea")
        joined = utc_now().isoformat()
        agents = {"8013": agent(observed="talking"), "8014": agent("tea")}
        await store.write(Drawing(agents, {"GEN": queue(joined)}), utc_now(), stale=False)
        name, _, change = await until(events, "talking")
        assert (name, list(change["agents"])) == ("change", ["8013"])
        assert change["now"]["longest_since"] == joined
        assert change["now"]["queues"]["GEN"] == {"waiting": 1, "longest_since": joined}


async def test_who_comes_back_goes_on_where_they_were(
    api: httpx.AsyncClient, store: LiveStore
) -> None:
    await draw(store, **{"13": "one"})
    async with listening(api) as events:
        _, last, _ = await until(events, "one")
    await draw(store, **{"13": "two"})
    async with listening(api, last) as events:
        name, _, change = await anext(events)
        while "two" not in json.dumps(change):
            name, _, change = await anext(events)
        assert name == "change"


@pytest.mark.parametrize("last", ["0badcafe-3", "nonsense", "-", "0badcafe-" + "9" * 30])
async def test_who_left_off_somewhere_else_gets_the_whole(
    api: httpx.AsyncClient, store: LiveStore, last: str
) -> None:
    await draw(store, **{"13": "one"})
    async with listening(api, last) as events:
        name, _, _ = await anext(events)
        assert name == "snapshot"


async def test_who_missed_too_much_gets_the_whole(api: httpx.AsyncClient, store: LiveStore) -> None:
    await draw(store, **{"13": "one"})
    async with listening(api) as slow, listening(api) as quick:
        _, last, _ = await until(slow, "one")
        turn = 0
        number = int(last.split("-")[1])
        while number < int(last.split("-")[1]) + KEPT + 1:
            turn += 1
            await draw(store, **{"13": f"turn {turn}."})
            _, seen, _ = await until(quick, f"turn {turn}.")
            number = int(seen.split("-")[1])
        async with listening(api, last) as events:
            name, _, whole = await anext(events)
            assert (name, whole["agents"]["8013"]["reason"]) == ("snapshot", f"turn {turn}.")


async def test_a_flushed_redis_is_seen_whole_again(
    api: httpx.AsyncClient, store: LiveStore, redis: Redis
) -> None:
    await draw(store, **{"13": "one", "14": "one"})
    async with listening(api) as events:
        await until(events, "8014")
        await redis.flushall()
        await draw(store, **{"13": "two"})
        await until(events, "two")


async def test_a_redis_that_dies_makes_the_picture_stale_until_it_is_drawn_again(
    api: httpx.AsyncClient, store: LiveStore, redis_server: RedisServer
) -> None:
    await draw(store, **{"13": "one"})
    async with listening(api) as events:
        await until(events, "one")
        redis_server.stop()
        await until(events, '"stale": true')
        assert (await api.get("/api/live")).json()["agents"]["8013"]["reason"] == "one"
        redis_server.start()
        await draw(store, **{"13": "two"})
        await until(events, "two")
        assert not (await api.get("/api/live")).json()["stale"]


async def test_where_nobody_draws_any_more_the_picture_is_stale(
    api: httpx.AsyncClient, store: LiveStore
) -> None:
    await draw(store, **{"13": "one"})
    async with listening(api) as events:
        await until(events, "one")
        await until(events, '"stale": true')


async def test_figures_and_checks_reach_the_listeners(
    api: httpx.AsyncClient, store: LiveStore, redis: Redis
) -> None:
    await draw(store, **{"13": "one"})
    async with listening(api) as events:
        await until(events, "one")
        await redis.publish(live_key("node1", "changes"), json.dumps({"figures": {"a": 7}}))
        _, _, change = await until(events, '"a": 7')
        assert change["figures"] == {"a": 7}


async def test_the_stream_ends_with_the_session_of_who_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "ASKED_EVERY", 0.0)
    still_known = [True, True, False]

    class Door:
        async def known(self, token: str) -> object:
            return still_known.pop(0) or None

    async def events() -> AsyncGenerator[bytes]:
        while True:
            yield b"event"

    opened = cast("Resources", SimpleNamespace(door=Door()))
    heard = [event async for event in live._while_known(opened, "cookie", events())]
    assert heard == [b"event", b"event"]
