"""What is on air: incident announcements that supervisors put in front of whatever flow there is.

They lie in one small file of the home, written by `ivr.incidents`; each AGI worker looks at it once
a call, so the next caller hears what was decided a second ago, and no database is asked.
"""

import json
import os
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from recordings.news_music import bring_into_queue

log = structlog.get_logger()

# Keys that announcements may offer; live in every queue that has announcements, so that one can be
# put on air without touching the switch.
COUNTING_KEYS = "167"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement: `prompt` is its sound in every language, `key` "" when nobody is counted.

    `until` is epoch seconds.
    """

    incident: int
    prompt: str
    key: str
    until: float


class Board(Protocol):
    """Where announcements are found."""

    def on_air(self, now: datetime, /) -> Sequence[Announcement]:
        """Return what is on air at an instant, in the order in which it is said."""

    def bring_into_queue(self, language: str, announcements: Sequence[Announcement], /) -> bool:
        """Let the waiting music begin with these; False when that cannot be done."""


class EmptyBoard:
    """Nothing is ever on air."""

    def on_air(self, now: datetime) -> Sequence[Announcement]:
        """Return nothing."""
        return ()

    def bring_into_queue(self, language: str, announcements: Sequence[Announcement]) -> bool:
        """There is nothing to bring."""
        return False


class FileBoard:
    """The board of one home. A file that cannot be read puts nothing on air and stops nobody."""

    def __init__(self, sounds: Path) -> None:
        self._sounds = sounds
        self._path = board_path(sounds)
        self._stamp: tuple[int, int, int] | None = None
        self._known: tuple[Announcement, ...] = ()

    def on_air(self, now: datetime) -> Sequence[Announcement]:
        """Look at the file, read it when it changed, and leave out what has expired."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp, self._known = stamp, self._read() if stamp else ()
        if not self._known:
            return ()
        instant = now.timestamp()
        return tuple(one for one in self._known if one.until > instant)

    def bring_into_queue(self, language: str, announcements: Sequence[Announcement]) -> bool:
        """Make the waiting music begin with these, if it does not already."""
        try:
            bring_into_queue(self._sounds, language, [one.prompt for one in announcements])
        except (OSError, EOFError, wave.Error) as fault:
            log.error("news_not_in_queue", language=language, fault=str(fault))
            return False
        return True

    def _look(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self) -> tuple[Announcement, ...]:
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(Announcement(**row) for row in rows)
        except (OSError, ValueError, TypeError) as fault:
            log.error("news_unreadable", path=str(self._path), fault=str(fault))
            return ()


def board_path(sounds: Path) -> Path:
    """Return where the board of a home lies."""
    return sounds / "on-air.json"
