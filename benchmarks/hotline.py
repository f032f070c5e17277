"""A whole hotline under measurement: brought up by the same code as `./hotline up`, in a folder and
on ports of its own, with the CPU and memory of each of its processes.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.processes import cpu_seconds, family, memory_mb
from benchmarks.scratch import plain_url, scratch_folder, scratch_settings
from core.errors import HotlineError
from core.settings import Settings
from stack import bring_up
from stack.health import console, health_of
from stack.progress import Silent
from stack.supervisor import Supervisor
from stack.switch import find_switch

OURS = ("agi", "ledger", "live", "jobs", "publisher", "api")
LONGEST_WAIT = 120.0
CATCH_UP = (
    "SELECT coalesce(bool_and(unread_bytes = 0 AND seen_at > now() - interval '3 seconds'), false)"
    " AND NOT EXISTS (SELECT FROM call WHERE settled_at IS NULL) FROM ledger_position"
)


class Hotline:
    """One running hotline."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._switch = find_switch(settings)
        self._supervisor = Supervisor(settings)
        self._database = psycopg.connect(plain_url(settings), autocommit=True)

    @property
    def server(self) -> tuple[str, int]:
        """Where Asterisk listens for SIP."""
        return ("127.0.0.1", self.settings.sip_port)

    def console(self, line: str) -> str:
        """Return what Asterisk's console answers."""
        return console(self.settings, self._switch, line)

    def pids(self) -> dict[str, list[int]]:
        """Return the processes of each part, children included."""
        found: dict[str, list[int]] = {}
        for state in self._supervisor.states():
            if state.pid:
                part = state.name.split(":")[0]
                found.setdefault(part, []).extend(family(state.pid))
        return found

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds each part has used so far."""
        return {part: sum(map(cpu_seconds, pids)) for part, pids in self.pids().items()}

    def memory(self) -> dict[str, float]:
        """Return the resident MB of each part now; shared pages count in each process."""
        return {part: sum(map(memory_mb, pids)) for part, pids in self.pids().items()}

    def number(self, query: str) -> int:
        """Return the one number a query gives."""
        row = self._database.execute(query.encode()).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def our_processes(self, *, running: bool) -> None:
        """Stop everything of ours, or start it and wait until the ledger has caught up."""
        if not running:
            for part in OURS:
                self._supervisor.stop(part)
            return
        self._supervisor.start(*OURS)
        for part in OURS:
            self.until(lambda part=part: not health_of(part, self.settings, self._switch), part)  # type: ignore[misc]
        self.until(lambda: self.number(CATCH_UP), "end of the ledger's arrears")

    def until(self, happened: Callable[[], object], what: str, limit: float = LONGEST_WAIT) -> None:
        """Wait on a condition. Raises HotlineError when it does not come true in time."""
        deadline = time.monotonic() + limit
        while not happened():
            if time.monotonic() > deadline:
                raise HotlineError(f"In {limit:.0f} s there was no {what}; no figures without it.")
            time.sleep(0.1)

    def until_quiet(self) -> None:
        """Wait until no channel is up."""
        self.until(lambda: "0 active channels" in self.console("core show channels count"), "quiet")

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


@contextmanager
def running_hotline(
    base: Settings, tell: Callable[[str], None], configure: Callable[[Path], None] = lambda _: None
) -> Iterator[Hotline]:
    """Bring a hotline up, with whatever `configure` changes in its configuration, and take it down.

    Prompts are kept in the cache: speaking them anew each time would take longer than measuring.
    """
    with scratch_folder() as folder:
        settings = scratch_settings(folder, base.cache)
        configure(settings.config_dir)
        shelf = base.cache / "benchmarks" / "sounds"
        if shelf.exists():
            shutil.copytree(shelf, settings.sounds_dir, symlinks=True)
        tell("bringing a hotline up")
        try:
            bring_up.up(settings, Silent())
            _keep(settings.sounds_dir, shelf)
            hotline = Hotline(settings)
            try:
                yield hotline
            finally:
                hotline.close()
        finally:
            bring_up.down(settings)


def _keep(sounds: Path, shelf: Path) -> None:
    fresh = shelf.with_name(f"sounds.{os.getpid()}")
    shutil.copytree(sounds, fresh, symlinks=True)
    shutil.rmtree(shelf, ignore_errors=True)
    fresh.rename(shelf)
