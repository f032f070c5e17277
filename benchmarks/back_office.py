"""The real entry point, journal, ledger and database of a hotline, without a switch: a session
counts only when its ticket is committed. All of it shares the server's one core.
"""

import itertools
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from benchmarks.client import Heard, Load
from benchmarks.cores import Cores, pinned
from benchmarks.processes import Process, cpu_seconds, family, peak_mb
from benchmarks.samples import Sample
from benchmarks.scratch import (
    LINE,
    NODE,
    SESSION_FLOW,
    environment_of,
    plain_url,
    scratch_folder,
    scratch_settings,
    silent_sounds,
)
from core.errors import HotlineError
from core.settings import Settings
from stack.account import ensure_account, service_user
from stack.health import health_of
from stack.layout import ensure_home
from stack.private_servers import ensure_cluster, ensure_database, postgres_command
from stack.progress import Silent
from stack.switch import find_switch

LONGEST_START = 30.0
LONGEST_COMMIT = 60.0
LOOK_EVERY = 0.02

_TICKETS = "SELECT count(*) FROM ticket WHERE call_uid LIKE %s"
_CLOSED = "SELECT count(*) FROM call WHERE uid LIKE %s AND settled_at IS NOT NULL"


class BackOffice:
    """The AGI process with everything behind it, measured as one server."""

    def __init__(
        self, settings: Settings, processes: dict[str, Process], play: Callable[[int, Load], Heard]
    ) -> None:
        self._settings = settings
        self._processes = processes
        self._play = play
        self._epochs = itertools.count(int(time.time()))
        self._database = psycopg.connect(plain_url(settings), autocommit=True)

    def sample(self, sessions: int, at_once: int) -> Sample:
        """Serve that many sessions; the clock stops when the last ticket is committed."""
        uid = f"{NODE}-{next(self._epochs)}"  # as the switch forms it
        load = Load(
            sessions, at_once, "arrive", [LINE, SESSION_FLOW], "1", uid, self._settings.cel_file
        )
        cpu, began = self._cpu(), time.monotonic()
        heard = self._play(self._settings.agi_port, load)
        self._until(_TICKETS, uid, sessions)
        seconds = time.monotonic() - began
        # Not in the time, but in the cost, and not while the next contestant runs.
        self._until(_CLOSED, uid, sessions)
        parts = {name: (used - cpu[name]) / sessions * 1e6 for name, used in self._cpu().items()}
        return Sample(
            sessions / seconds,
            heard.p50_us,
            heard.p99_us,
            sum(parts.values()),
            heard.commands,
            parts,
        )

    def peak_mb(self) -> float:
        """Return the most memory the AGI process has held so far."""
        return peak_mb(self._processes["agi"].pid)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _cpu(self) -> dict[str, float]:
        return {
            name: sum(map(cpu_seconds, family(process.pid)))
            for name, process in self._processes.items()
        }

    def _until(self, query: str, uid: str, sessions: int) -> None:
        deadline = time.monotonic() + LONGEST_COMMIT
        while (count := self._count(query, uid)) < sessions:
            if time.monotonic() > deadline:
                said = self._processes["ledger"].last_words()
                raise HotlineError(f"The ledger came to {count} of {sessions} calls. {said}")
            time.sleep(LOOK_EVERY)

    def _count(self, query: str, uid: str) -> int:
        row = self._database.execute(query.encode(), [f"{uid}.%"]).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def back_office(
    base: Settings, cores: Cores, play: Callable[[int, Load], Heard]
) -> Iterator[BackOffice]:
    """Start PostgreSQL, ledger and AGI in a folder of their own, and end them."""
    with ExitStack() as running:
        folder = running.enter_context(scratch_folder())
        settings = scratch_settings(folder, base.cache)
        ensure_account(Silent())
        ensure_home(settings, Silent())
        silent_sounds(settings, "greeting", "main-menu")
        _as_if_booted(settings)
        ensure_cluster(settings, Silent())
        processes = {
            "postgres": _start(running, settings, cores, "postgres", postgres_command(settings)),
        }
        until_healthy("postgres", processes["postgres"], settings)
        ensure_database(settings)
        for name, module in (("ledger", "queues.ledger"), ("agi", "agi_scripts.server")):
            command = [sys.executable, "-P", "-m", module]
            processes[name] = _start(running, settings, cores, name, command)
            until_healthy(name, processes[name], settings)
        office = BackOffice(settings, processes, play)
        running.callback(office.close)
        yield office


def _as_if_booted(settings: Settings) -> None:
    """Write what a switch writes when it starts: the ledger has something to read from."""
    settings.queue_log.write_text(f"{int(time.time())}|NONE|NONE|NONE|QUEUESTART|\n")


def _start(
    running: ExitStack, settings: Settings, cores: Cores, name: str, command: list[str]
) -> Process:
    serves = name == "postgres"
    process = Process(
        name,
        pinned(cores.server, as_service(command) if serves else command),
        environment=environment_of(settings),
        log=settings.home / "log" / f"{name}.log",
        stop=signal.SIGINT if serves else signal.SIGTERM,
    )
    return running.enter_context(process)


def until_healthy(name: str, process: Process, settings: Settings) -> None:
    switch = find_switch(settings)
    deadline = time.monotonic() + LONGEST_START
    while fault := health_of(name, settings, switch):
        if time.monotonic() > deadline:
            raise HotlineError(f"{name} is not healthy: {fault} {process.last_words()}")
        time.sleep(0.1)


def as_service(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    user = service_user()
    if user is None:
        return command
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--", *command]
