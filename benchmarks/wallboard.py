"""`python -m benchmarks.wallboard`: 500 listeners to the live picture at 50 events a second.

The real API process on one core, publisher and listeners on the other, a private Redis between
them. Beside it the least that could hand events on (`servers/fanout.py`), which sends each event by
itself. A delay runs from before the event is written to Redis until a listener has read it.
"""

import asyncio
import os
import re
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from redis.asyncio import Redis

from benchmarks.cores import pinned, two_cores
from benchmarks.figures import Figure, ratio
from benchmarks.processes import Process, cpu_seconds, memory_mb
from benchmarks.report import verdict
from benchmarks.rounds import interleave
from benchmarks.scratch import NODE, scratch_folder
from core.clock import utc_now
from core.errors import HotlineError
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from queues.live_store import Drawing, LiveStore

OURS, LIMIT = "our API", "bare fan-out"
LISTENERS, PER_SECOND, SECONDS, ROUNDS = 500, 50, 8.0, 3
AGENTS = 200
P99_TARGET_MS = 300
_MARK = re.compile(rb'"reason": ?"(\d+\.\d+)"')
_REQUEST = b"GET /api/live/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer %s\r\n\r\n"
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of delay; CPU of the server as a share of one core; its memory in MB."""

    p50: float
    p99: float
    worst: float
    heard: int
    cpu: float
    memory: float


def main() -> None:
    """Measure and print."""
    cores = two_cores()
    os.sched_setaffinity(0, {cores.client})
    with scratch_folder() as folder, _redis(folder) as url:
        rounds = interleave(
            [LIMIT, OURS], lambda name: _measure(name, folder, url, cores.server), ROUNDS, _tell
        )
    for name, seen in rounds.items():
        figures = {
            field: Figure.of(getattr(one, field) for one in seen)
            for field in ("p50", "p99", "worst", "cpu", "memory")
        }
        met = verdict(figures["p99"].median < P99_TARGET_MS)
        target = f"< {P99_TARGET_MS} {met}" if name == OURS else ""
        print(
            f"{name:13} p50 {figures['p50'].text()} ms  p99 {figures['p99'].text()} ms "
            f"{target}  worst {figures['worst'].text()} ms  "
            f"CPU {figures['cpu'].text(2)} core  {figures['memory'].text()} MB  "
            f"heard {min(one.heard for one in seen)} of {LISTENERS}"
        )
    shares = ratio([one.cpu for one in rounds[OURS]], [one.cpu for one in rounds[LIMIT]])
    print(f"CPU of the bare fan-out: {shares.text(2)}")


def _tell(what: str) -> None:
    print(f"  · {what}", file=sys.stderr)


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    place = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(place), "--save", ""]
    with Process("redis", [*command, "--dir", str(folder)]):
        _until(place.exists, "Redis")
        yield f"unix://{place}"


def _measure(name: str, folder: Path, url: str, core: int) -> Round:
    if name == LIMIT:
        program = ["-m", "benchmarks.servers.fanout", url, NODE]
        with _server(name, core, program, {}, folder) as server:
            return uvloop.run(_listen(server, server.listening(), url, ""))
    settings = Settings(home=folder / "home", http_port=_free_port(), redis_url=url, node=NODE)
    ensure_secrets(settings.secrets_file)
    told = {
        "HOTLINE_HOME": str(settings.home), "HOTLINE_HTTP_PORT": str(settings.http_port),
        "HOTLINE_REDIS_URL": url, "HOTLINE_NODE": NODE,
        "HOTLINE_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    }  # fmt: skip
    with _server(name, core, ["-m", "api"], told, folder) as server:
        _until(lambda: _accepts(settings.http_port), "the API")
        return uvloop.run(_listen(server, settings.http_port, url, settings.secrets.api))


def _server(
    name: str, core: int, program: list[str], told: dict[str, str], folder: Path
) -> Process:
    environment = os.environ | told | {"PYTHONPATH": str(CHECKOUT)}
    command = pinned(core, [sys.executable, "-P", *program])
    return Process(name, command, environment=environment, log=folder / "server.log")


async def _listen(server: Process, port: int, url: str, key: str) -> Round:
    delays: list[float] = []
    listeners = [asyncio.create_task(_listener(port, key, delays)) for _ in range(LISTENERS)]
    async with Redis.from_url(url, decode_responses=True) as redis:
        store = LiveStore(redis, NODE)
        await _publish(store, 2.0)  # everybody is connected and has the whole picture
        delays.clear()
        began, cpu = time.monotonic(), cpu_seconds(server.pid)
        await _publish(store, SECONDS)
        used = (cpu_seconds(server.pid) - cpu) / (time.monotonic() - began)
        await asyncio.sleep(0.5)
        memory = memory_mb(server.pid)
    heard = sum(not task.done() for task in listeners)
    for task in listeners:
        task.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    if not delays:
        raise HotlineError(f"{server.name} told nothing: {server.last_words()}")
    cuts = statistics.quantiles(delays, n=100)
    return Round(cuts[49], cuts[98], max(delays), heard, used, memory)


async def _publish(store: LiveStore, seconds: float) -> None:
    """Change one agent after the other, so many times a second."""
    loop = asyncio.get_running_loop()
    agents = {f"{8000 + n}": _agent("") for n in range(AGENTS)}
    began, turns = loop.time(), round(seconds * PER_SECOND)
    for turn in range(turns):
        await asyncio.sleep(max(0.0, began + turn / PER_SECOND - loop.time()))
        agents = agents | {f"{8000 + turn % AGENTS}": _agent(f"{time.time():.6f}")}
        await store.write(Drawing(agents, {}), utc_now(), stale=False)


def _agent(mark: str) -> dict[str, object]:
    return {
        "declared": "break", "reason": mark, "observed": "talking",
        "since": "2026-11-24T08:00:00+00:00", "queues": {"GEN": 0, "EN": 5},
    }  # fmt: skip


async def _listener(port: int, key: str, delays: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    writer.write(_REQUEST % key.encode())
    snapshot = False
    try:
        while line := await reader.readline():
            if line.startswith(b"event: "):
                snapshot = b"snapshot" in line
            elif line.startswith(b"data: ") and not snapshot:
                now = time.time()
                delays.extend((now - float(mark)) * 1000 for mark in _MARK.findall(line))
    finally:
        writer.close()


def _until(happened: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + _PATIENCE
    while not happened():
        if time.monotonic() > limit:
            raise HotlineError(f"{what} does not start.")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
