"""Processes that outlived their supervisor: found by what the supervisor wrote into them.

A supervisor killed by force leaves Asterisk, the servers and our own processes running. They keep
serving callers; `down` and the next `up` end them before the ports are asked for.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings

# PostgreSQL takes TERM for "when the last client has gone".
_STOP = {"postgres": signal.SIGINT}
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Orphan:
    """One supervised process without its supervisor."""

    pid: int
    parent: int
    name: str


def find_orphans(settings: Settings) -> list[Orphan]:
    """Return the processes of this home, without those that another of them started."""
    found = list(_of_home(settings.home))
    pids = {orphan.pid for orphan in found}
    return [orphan for orphan in found if orphan.parent not in pids]


def end_orphans(orphans: list[Orphan]) -> None:
    """Stop them in reverse order, politely first."""
    for orphan in reversed(orphans):
        _signal(orphan.pid, _STOP.get(orphan.name, signal.SIGTERM))
    deadline = time.monotonic() + _PATIENCE
    while any(_alive(orphan.pid) for orphan in orphans) and time.monotonic() < deadline:
        time.sleep(0.1)
    for orphan in orphans:
        _signal(orphan.pid, signal.SIGKILL)


def _of_home(home: Path) -> Iterator[Orphan]:
    mine = f"HOTLINE_HOME={home}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "environ").read_bytes().split(b"\0")
            stat = (folder / "stat").read_text()
        except OSError:  # ended meanwhile, or somebody else's
            continue
        names = [word for word in words if word.startswith(b"SUPERVISOR_PROCESS_NAME=")]
        if mine in words and names:
            name = names[0].decode().partition("=")[2]
            yield Orphan(int(folder.name), int(stat.rpartition(")")[2].split()[1]), name)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _signal(pid: int, which: signal.Signals) -> None:
    if _alive(pid):
        os.kill(pid, which)
