"""A finished call's audio: from the switch's raw spool to the city's archive.

The switch writes one interleaved stereo file while a talk lasts, left what the citizen says, right
what the citizen hears (MixMonitor's D). The `jobs` process calls `finish` when the talk has ended.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from core.clock import local_day
from core.errors import HotlineError
from core.settings import Settings
from recordings.wav import LARGEST, header, read_wav

RATE = 8000
CHANNELS = 2
_FRAME = 2 * CHANNELS
_BLOCK = 1 << 18
# A uid becomes a file name; it comes from the switch, but never trust that it does.
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class UnsafeUid(HotlineError):
    """This text cannot be the uid of a call."""

    slug = "unsafe-uid"

    def __init__(self, uid: str) -> None:
        super().__init__(f"{uid[:80]!r} is not the uid of a call.")


class RecordingMissing(HotlineError):
    """The switch left no audio for this call."""

    slug = "recording-missing"


class ArchiveFull(HotlineError):
    """There is no room for a recording; the raw audio stays where it is."""

    slug = "archive-full"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is no room left in {folder}. Free space or move the archive; the audio is kept "
            "in the spool and will be archived when it is tried again."
        )


@dataclass(frozen=True, slots=True)
class Captured:
    """One call's recording in the archive; `sha256` is the hash of the whole file."""

    path: Path
    seconds: float
    sha256: str
    channels: int


def raw_path(settings: Settings, uid: str) -> Path:
    """Return where the switch writes a call's audio. Raises UnsafeUid."""
    if not _UID.fullmatch(uid) or ".." in uid:
        raise UnsafeUid(uid)
    return settings.spool_dir / "calls" / f"{uid}.raw"


def archive_path(settings: Settings, uid: str, started_at: datetime) -> Path:
    """Return where a recording belongs: yyyy/mm/dd of the city's day on which the call began."""
    day = local_day(started_at)
    return (
        settings.recordings_dir
        / f"{day:%Y/%m/%d}"
        / raw_path(settings, uid).with_suffix(".wav").name
    )


def finish(settings: Settings, uid: str, started_at: datetime) -> Captured:
    """Bring a call's audio into the archive and remove the raw file.

    Call it when the last channel of the call is gone: until then the switch may still be writing.
    May be repeated after any interruption; the raw file goes only when the archive has the whole
    recording on disk. The switch opens a file for everybody who waits: an empty one is removed.
    Raises RecordingMissing, UnsafeUid, ArchiveFull.
    """
    raw = raw_path(settings, uid)
    place = archive_path(settings, uid, started_at)
    if not _holds_sound(raw):
        raw.unlink(missing_ok=True)
        return archived(place, uid)
    captured = _archive(raw, place)
    raw.unlink(missing_ok=True)
    return captured


def _holds_sound(raw: Path) -> bool:
    return raw.exists() and raw.stat().st_size >= _FRAME


def archived(place: Path, uid: str) -> Captured:
    """Return what lies in the archive at a place. Raises RecordingMissing when nothing does."""
    if not place.exists():
        raise RecordingMissing(f"The switch left no audio for call {uid}.")
    wav = read_wav(place)
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Captured(place, wav.seconds, digest, wav.channels)


def _archive(raw: Path, place: Path) -> Captured:
    """Write the recording beside its place, then put it there whole."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with room_in(place.parent):
            place.parent.mkdir(parents=True, exist_ok=True)
            with raw.open("rb") as source, draft.open("wb") as target:
                frames, digest = _copy(source, target)
                target.flush()
                os.fsync(target.fileno())
            draft.replace(place)
            sync_folder(place.parent)
    finally:
        draft.unlink(missing_ok=True)
    return Captured(place, frames / RATE, digest, CHANNELS)


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[int, str]:
    """Copy whole frames behind a WAV header; return their number and the hash of the file.

    The length is taken once, so that the header is right even if the switch were still writing.
    """
    size = min(os.fstat(source.fileno()).st_size, LARGEST)
    left = size - size % _FRAME
    frames = left // _FRAME
    digest = hashlib.sha256()
    block = header(CHANNELS, RATE, left)
    while block:
        target.write(block)
        digest.update(block)
        block = source.read(min(_BLOCK, left))
        left -= len(block)
    return frames, digest.hexdigest()


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Turn a disk without room into ArchiveFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ArchiveFull(folder) from error
        raise


def sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
