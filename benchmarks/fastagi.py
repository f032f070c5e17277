"""FastAGI sessions per second: our server bare, with the flow engine, as the real entry point, with
the ticket committed; beside a C server that does nothing else (the limit) and panoramisk.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.back_office import back_office
from benchmarks.client import Heard, Load, play_asterisk
from benchmarks.compiled import compiled
from benchmarks.cores import pinned, two_cores
from benchmarks.figures import Figure, ratio
from benchmarks.processes import Process, cpu_seconds, peak_mb
from benchmarks.rounds import interleave
from benchmarks.samples import Sample
from benchmarks.scratch import (
    LINE,
    SESSION_FLOW,
    environment_of,
    scratch_folder,
    scratch_settings,
    silent_sounds,
)
from benchmarks.twelve import COMMANDS
from core.settings import Settings

LIMIT = "C epoll (the limit)"
BARE = "wire layer, bare"
ENGINE = "flow engine"
ENTRY = "entry point, journal on"
COMMITTED = "entry point, ticket committed"
STOCK = "panoramisk 1.4 as it comes"

TARGETS = {BARE: 0.6, ENGINE: 0.45, ENTRY: 0.45, COMMITTED: 0.15}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: sessions for each number at once, and rounds."""

    sessions: dict[int, int]
    rounds: int


FULL = Plan({1: 2000, 50: 6000, 500: 6000}, 7)
QUICK = Plan({1: 300, 50: 1500, 500: 1500}, 3)


class Contestant(Protocol):
    """A running server that can be measured again and again."""

    def sample(self, sessions: int, at_once: int) -> Sample:
        """Serve that many sessions and say how it went."""

    def peak_mb(self) -> float:
        """Return the most memory held so far."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    server: str
    at_once: int
    per_second: Figure
    ratio: Figure
    target: float | None
    p50_us: Figure
    p99_us: Figure
    cpu_us: Figure
    cpu_of_limit: Figure
    cpu_parts: dict[str, Figure]
    peak_mb: float
    commands: float


class WireServer:
    """A server whose work is over when its sessions are."""

    def __init__(
        self, process: Process, play: Callable[[int, Load], Heard], script: str, *arguments: str
    ) -> None:
        self._pid = process.pid
        self._port = process.listening()
        self._play = play
        self._script, self._arguments = script, arguments

    def sample(self, sessions: int, at_once: int) -> Sample:
        """Serve that many sessions and say how it went."""
        before = cpu_seconds(self._pid)
        load = Load(sessions, at_once, self._script, self._arguments)
        heard = self._play(self._port, load)
        cpu = cpu_seconds(self._pid) - before
        return Sample(
            sessions / heard.seconds, heard.p50_us, heard.p99_us, cpu / sessions * 1e6,
            heard.commands,
        )  # fmt: skip

    def peak_mb(self) -> float:
        """Return the most memory held so far."""
        return peak_mb(self._pid)


def measure(settings: Settings, plan: Plan, tell: Callable[[str], None]) -> list[Row]:
    """Measure every server at every number of sessions at once. Raises HotlineError."""
    return [
        row
        for at_once, sessions in plan.sessions.items()
        for row in _measure_at(settings, at_once, sessions, plan.rounds, tell)
    ]


def _measure_at(
    settings: Settings, at_once: int, sessions: int, rounds: int, tell: Callable[[str], None]
) -> list[Row]:
    with contestants(settings) as servers:
        for server in servers.values():
            server.sample(max(at_once, sessions // 10), at_once)  # nobody is measured cold
        samples = interleave(
            servers,
            lambda name: servers[name].sample(sessions, at_once),
            rounds,
            lambda what: tell(f"{at_once} at once, {what}"),
        )
        return [_row(name, at_once, samples, servers[name].peak_mb()) for name in servers]


@contextmanager
def contestants(settings: Settings) -> Iterator[dict[str, Contestant]]:
    """Start every server on the server's core, and end them all."""
    cores = two_cores()
    client = compiled("agi_client", settings.cache)

    def play(port: int, load: Load) -> Heard:
        return play_asterisk(client, cores.client, port, load)

    with ExitStack() as running:
        folder = running.enter_context(scratch_folder())
        own = scratch_settings(folder, settings.cache)
        silent_sounds(own, "greeting", "main-menu")
        script = folder / "twelve"
        script.write_text("".join(f"{command}\n" for command in COMMANDS))

        def start(name: str, command: list[str], *question: str) -> Contestant:
            process = Process(
                name,
                pinned(cores.server, command),
                environment=environment_of(own),
                log=folder / "servers.log",
            )
            return WireServer(running.enter_context(process), play, *(question or ["bench"]))

        yield {
            LIMIT: start(LIMIT, [str(compiled("agi_server", settings.cache)), "0", str(script)]),
            STOCK: start(STOCK, _python("stock")),
            BARE: start(BARE, _python("bare")),
            ENGINE: start(ENGINE, _python("engine")),
            ENTRY: start(ENTRY, _python("entry"), "arrive", LINE, SESSION_FLOW),
            COMMITTED: running.enter_context(back_office(settings, cores, play)),
        }


def _python(server: str) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.servers.{server}"]


def _row(name: str, at_once: int, samples: dict[str, list[Sample]], peak: float) -> Row:
    own = samples[name]
    speeds = [sample.per_second for sample in own]
    limit = [sample.per_second for sample in samples[LIMIT]]
    return Row(
        name,
        at_once,
        Figure.of(speeds),
        ratio(speeds, limit),
        TARGETS.get(name),
        _figure(own, "p50_us"),
        _figure(own, "p99_us"),
        _figure(own, "cpu_us"),
        ratio([one.cpu_us for one in own], [one.cpu_us for one in samples[LIMIT]]),
        {part: Figure.of(one.cpu_parts[part] for one in own) for part in own[0].cpu_parts},
        peak,
        own[0].commands,
    )


def _figure(samples: Sequence[Sample], field: str) -> Figure:
    return Figure.of(getattr(sample, field) for sample in samples)
