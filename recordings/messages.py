"""A citizen's message: from the switch's spool to the archive, beside the talks of its day.

The `jobs` process calls `finish_message` when a call that left a message has ended.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path

from core.settings import Settings
from recordings.capture import (
    Captured,
    archive_path,
    archived,
    raw_path,
    room_in,
    sync_folder,
)
from recordings.wav import read_wav, repair_wav


def message_path(settings: Settings, uid: str) -> Path:
    """Return where the switch writes a call's message. Raises UnsafeUid."""
    return settings.spool_dir / "messages" / raw_path(settings, uid).with_suffix(".wav").name


def finish_message(settings: Settings, uid: str, started_at: datetime) -> Captured:
    """Mend a message's header if need be, bring it into the archive and empty the spool of it.

    A message without any sound is removed; what is no WAV stays, for it may hold some. May be
    repeated after any interruption. Raises RecordingMissing, BrokenWav, UnsafeUid, ArchiveFull.
    """
    spooled = message_path(settings, uid)
    talk = archive_path(settings, uid, started_at)
    place = talk.with_name(f"{talk.stem}-message.wav")
    if spooled.exists():
        if _holds_sound(spooled):
            _copy_whole(spooled, place)
        spooled.unlink(missing_ok=True)
    return archived(place, uid)


def _holds_sound(spooled: Path) -> bool:
    if not spooled.stat().st_size:
        return False
    repair_wav(spooled)
    return read_wav(spooled).seconds > 0


def _copy_whole(source: Path, place: Path) -> None:
    """Write a copy beside its place, then put it there whole."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with room_in(place.parent):
            place.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as spool, draft.open("wb") as copy:
                shutil.copyfileobj(spool, copy)
                copy.flush()
                os.fsync(copy.fileno())
            draft.replace(place)
            sync_folder(place.parent)
    finally:
        draft.unlink(missing_ok=True)
