"""One process under measurement: started, read from /proc, ended by its own id."""

import contextlib
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from core.errors import HotlineError

LONGEST_STOP = 15.0


class Process:
    """A child of ours. Use as a context manager, so that nothing is left behind."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        stop: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._stop = stop
        self._log = log
        with contextlib.ExitStack() as files:
            errors = files.enter_context(log.open("ab")) if log else subprocess.DEVNULL
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL,stdout=subprocess.PIPE,stderr=errors,
                env=environment,
            )  # fmt: skip

    def __enter__(self) -> "Process":
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.poll() is None

    def listening(self) -> int:
        """Wait for the line `listening PORT` and return the port. Raises HotlineError."""
        assert self._child.stdout is not None  # noqa: S101 - we asked for a pipe
        line = self._child.stdout.readline().decode(errors="replace")
        found = re.fullmatch(r"listening (\d+)\n", line)
        if found is None:
            self.stop()
            raise HotlineError(f"{self.name} did not start: {line.strip() or self.last_words()}")
        return int(found[1])

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        if self.alive:
            self._child.send_signal(self._stop)
            try:
                self._child.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()

    def last_words(self) -> str:
        """Return the end of what the process logged."""
        if self._log is None or not self._log.exists():
            return "it said nothing"
        return self._log.read_text(errors="replace").strip()[-2000:] or "it said nothing"


def cpu_seconds(pid: int) -> float:
    """Return the CPU time a process has used so far, all its threads, to the nanosecond.

    0 for one that ended while we looked, such as a child of PostgreSQL's.
    """
    try:
        # The number of a process's CPU clock, as clock_getcpuclockid() computes it.
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def peak_mb(pid: int) -> float:
    """Return the most memory a process has held at once (resident), in MB."""
    return _status_mb(pid, "VmHWM")


def memory_mb(pid: int) -> float:
    """Return the memory a process holds now (resident), in MB."""
    return _status_mb(pid, "VmRSS")


def family(pid: int) -> list[int]:
    """Return a process and all its descendants, such as PostgreSQL and its sessions."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found


def _status_mb(pid: int, field: str) -> float:
    with contextlib.suppress(OSError):  # it ended while we looked
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1024
    return 0.0
