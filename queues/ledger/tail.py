"""Finds the next unread bytes of a file that is written, rotated, cut and deleted under our eyes.

A file is known by its first line and its inode: names change at rotation, inodes are used again,
copies keep the line. Nothing here remembers what was not stored: the caller gives the position.
"""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

_LONGEST_HEAD = 1 << 16
_PACKED = frozenset({".gz", ".bz2", ".xz", ".zst"})


class Loss(StrEnum):
    """What befell a file before we had surely read it to its end.

    A deleted file and one cut to nothing look the same, since inodes are used again.
    """

    GONE = "gone"
    SHORTENED = "shortened"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file this is, wherever it lies; `first_at` is the epoch second of its first line."""

    ident: str
    head: str
    first_at: float


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file."""

    file: Identity
    pos: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes from a place on.

    `unread` counts the bytes behind `data`; `final` says that nobody will add to this file, so that
    a last line without its end is all there is; `newest` that no other file follows. `left` is the
    file that was left for this one and `loss` why, when something of it was never read.
    """

    start: Place
    data: bytes
    unread: int
    final: bool
    newest: bool
    left: Identity | None = None
    loss: Loss | None = None

    @property
    def at_end(self) -> bool:
        """Whether these are the last bytes there are."""
        return self.newest and self.unread == 0


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    identity: Identity
    size: int
    modified: float


class Tail:
    """Reads one stream: the file at `path` and what it was renamed to, oldest first.

    `instant_of` tells the epoch second of a line. A rotated file is left once nobody has written
    to it for `quiet` seconds, since a writer may hold it open a moment longer.
    """

    def __init__(
        self, path: Path, instant_of: Callable[[bytes], float | None], quiet: float = 2.0
    ) -> None:
        self.path = path
        self._instant_of = instant_of
        self._quiet = quiet
        self._missed = False

    def read(self, place: Place | None, limit: int) -> Reading | None:
        """Return up to `limit` bytes after a place, or None when there is nothing to read from yet.

        Without a place reading begins with the oldest file there is.
        """
        if place is None:
            files = self._files()
            return self._read(files, files[0], 0, limit) if files else None
        usual = self._look_at(self.path)
        if usual is not None and usual.identity == place.file and usual.size >= place.pos:
            self._missed = False
            return self._read([usual], usual, place.pos, limit)
        return self._read_on(self._files(), place, limit)

    def _read_on(self, files: list[_Found], place: Place, limit: int) -> Reading | None:
        """Go on in a file that was renamed, or in the one that follows it."""
        here = _match(files, place)
        if here is None:
            return self._read_past_loss(files, place, limit)
        self._missed = False
        if place.pos < here.size or not self._is_final(files, here):
            reading = self._read(files, here, place.pos, limit)
            # A copy made before the original was cut: to us it goes on being the same file.
            return reading and replace(reading, start=place)
        follower = files[files.index(here) + 1]
        reading = self._read(files, follower, 0, limit)
        return reading and replace(reading, left=place.file)

    def _read_past_loss(self, files: list[_Found], place: Place, limit: int) -> Reading | None:
        """Go on behind a file that is gone, or shorter than what was read of it."""
        # A rename under our listing may hide a file once; it does not do so twice.
        if not self._missed:
            self._missed = True
            return None
        cut = next((found for found in files if found.identity == place.file), None)
        if cut is not None:
            reading = self._read(files, cut, cut.size, limit)
            return reading and replace(reading, left=place.file, loss=Loss.SHORTENED)
        later = [f for f in files if f.identity.first_at > place.file.first_at]
        later = later or [f for f in files if f.path == self.path]
        if not later:
            return None
        reading = self._read(files, later[0], 0, limit)
        return reading and replace(reading, left=place.file, loss=Loss.GONE)

    def _read(self, files: list[_Found], found: _Found, pos: int, limit: int) -> Reading | None:
        try:
            with found.path.open("rb") as file:
                status = os.fstat(file.fileno())
                if _ident(status) != found.identity.ident:
                    return None  # renamed just now; the next look will find it
                file.seek(pos)
                data = file.read(limit)
        except FileNotFoundError:
            return None
        return Reading(
            start=Place(found.identity, pos),
            data=data,
            unread=max(0, status.st_size - pos - len(data)),
            final=self._is_final(files, found),
            newest=found is files[-1],
        )

    def _is_final(self, files: list[_Found], found: _Found) -> bool:
        # The clock of the file system, as file times are; no time of a call is made of it.
        return found is not files[-1] and time.time() - found.modified >= self._quiet

    def _files(self) -> list[_Found]:
        """All files of this stream that have a first line, oldest first."""
        try:
            names = [Path(entry) for entry in os.scandir(self.path.parent)]
        except FileNotFoundError:
            return []
        ours = (p for p in names if self._is_ours(p.name))
        found = [file for path in ours if (file := self._look_at(path)) is not None]
        return sorted(found, key=lambda f: (f.path == self.path, f.identity.first_at, f.modified))

    def _is_ours(self, name: str) -> bool:
        stem = self.path.name
        return name == stem or (name.startswith(stem + ".") and Path(name).suffix not in _PACKED)

    def _look_at(self, path: Path) -> _Found | None:
        """Say which file lies here; None when there is none or its first line is not finished."""
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                head = file.readline(_LONGEST_HEAD)
        except (FileNotFoundError, IsADirectoryError):
            return None
        if not head.endswith(b"\n") and len(head) < _LONGEST_HEAD:
            return None
        digest = hashlib.blake2s(head, digest_size=16).hexdigest()
        first_at = self._instant_of(head) or 0.0
        return _Found(
            path, Identity(_ident(status), digest, first_at), status.st_size, status.st_mtime
        )


def _match(files: list[_Found], place: Place) -> _Found | None:
    """The file a place is in: the same inode or, after a copy, one with the same first line."""
    long_enough = [f for f in files if f.identity.head == place.file.head and f.size >= place.pos]
    same = (f for f in long_enough if f.identity.ident == place.file.ident)
    return next(same, long_enough[0] if long_enough else None)


def _ident(status: os.stat_result) -> str:
    return f"{status.st_dev}:{status.st_ino}"
