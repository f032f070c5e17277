"""The file of all acts on prompts: `history.jsonl` in the home, one JSON line for each.

It needs no database, so prompts are built, recorded by phone and taken back while that is away.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.errors import HotlineError
from core.settings import Settings
from recordings.versions import NoSuchVersion, Record, apply

_PATIENCE = 60.0


class PromptsBusy(HotlineError):
    """Somebody else is changing prompts, for longer than a change takes."""

    slug = "prompts-busy"


def read_history(settings: Settings) -> dict[str, Record]:
    """Read every record; a line that a crash tore is left out, as if it had not happened."""
    records: dict[str, Record] = {}
    try:
        text = _path(settings).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return records
    for line in text.split("\n"):  # a text may hold other line ends
        with suppress(ValueError, KeyError, TypeError, NoSuchVersion):
            apply(records, json.loads(line))
    return records


def append(settings: Settings, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines and bring them to disk. Only whoever holds `changing` may."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if not text:
        return
    path = _path(settings)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        _share(handle, path.parent)
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            text = "\n" + text  # a crash tore the last line; it must not take ours with it
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _share(handle: int, folder: Path) -> None:
    """Let the folder's owner go on writing what root began."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """Hold the only right to change prompts, across processes. Raises PromptsBusy."""
    settings.prompts_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.prompts_dir, os.O_RDONLY)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _locked(handle):
            if time.monotonic() > deadline:
                raise PromptsBusy("Prompts are being changed by somebody else. Try again.")
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _path(settings: Settings) -> Path:
    return settings.prompts_dir / "history.jsonl"
