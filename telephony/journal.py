"""Appends what happened in menus to the journal, which the ledger reads.

An AGI process owns one Journal: `write` while a call is in the menu, `flush` when the call goes
back to the switch. Whatever the disk does, a call goes on.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from core.clock import utc_now

log = structlog.get_logger()

# What is kept while the disk takes nothing: some thousand calls, and no more memory than that.
KEPT_BYTES = 1 << 20

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class Journal:
    """One file that several processes append to. Lines wait in memory until `flush`."""

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._path = path
        self._now = now
        self._unwritten: list[bytes] = []
        self._handle: int | None = None
        self._failing = False

    def write(self, call: str, kind: str, **fields: object) -> None:
        """Note one fact about a call; it reaches the file at the next `flush`."""
        # `at` comes first: by it the reader finds a whole line behind a torn one.
        line = {"at": self._now().timestamp(), "call": call, "kind": kind, **fields}
        self._unwritten.append(_encode(line).encode(errors="replace") + b"\n")

    def flush(self) -> None:
        """Append everything noted so far in one write; on failure keep it for the next flush."""
        if not self._unwritten:
            return
        data = b"".join(self._unwritten)
        try:
            written = os.write(self._open(), data)
        except OSError as error:
            self._failed(error.strerror or str(error))
        else:
            self._wrote(data, written)

    def close(self) -> None:
        """Append what is left and let go of the file."""
        self.flush()
        self._release()

    def _open(self) -> int:
        """Return the handle of the file that has the path now; rotation moves the old one away."""
        if self._handle is not None and not self._is_current(self._handle):
            self._release()
        if self._handle is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._handle = os.open(self._path, flags, 0o660)
        return self._handle

    def _is_current(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(handle))
        except OSError:
            return False

    def _wrote(self, data: bytes, written: int) -> None:
        if written < len(data):
            # A full disk took a part: the torn line is ended and written once more, whole.
            whole = data.rfind(b"\n", 0, written) + 1
            self._unwritten = [b"\n", *data[whole:].splitlines(keepends=True)]
            self._failed("the disk took only a part")
            return
        self._unwritten.clear()
        if self._failing:
            self._failing = False
            log.warning("journal_writes_again", path=str(self._path))

    def _failed(self, reason: str) -> None:
        if not self._failing:
            self._failing = True
            log.error("journal_not_written", path=str(self._path), reason=reason)
        if sum(map(len, self._unwritten)) > KEPT_BYTES:
            del self._unwritten[: len(self._unwritten) // 2 + 1]

    def _release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
