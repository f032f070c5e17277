"""The three files of a node, read so that none runs ahead of the others by the time they tell."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.clock import utc_now
from core.settings import Settings
from queues.ledger.events import FORMATS, Batch, instant_of, take
from queues.ledger.tail import Place, Reading, Tail
from queues.models import Stream


@dataclass(frozen=True, slots=True)
class Position:
    """How far a stream of one node has been read and stored, and what time it told last."""

    file_id: int
    place: Place
    read_up_to: float | None = None


@dataclass(slots=True)
class Source:
    """One stream. All it has to say up to the epoch second `horizon` is stored."""

    stream: Stream
    tail: Tail
    position: Position | None = None
    horizon: float = 0.0
    at_end: bool = False
    unread: int = 0

    def restore(self, position: Position | None) -> None:
        """Begin from what is stored."""
        self.position, self.at_end, self.unread = position, False, 0
        self.horizon = (position and position.read_up_to) or 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What one look at a source brought; `looked_at` is the epoch second of the look."""

    source: Source
    reading: Reading
    batch: Batch
    looked_at: float

    @property
    def is_news(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.batch.rows) or self.reading.left is not None

    def position(self, file_id: int) -> Position:
        """Return the position behind the last line taken."""
        was = self.source.position
        told = self.batch.read_up_to or (was.read_up_to if was else None)
        return Position(file_id, Place(self.reading.start.file, self.batch.end), told)

    def accept(self, position: Position | None) -> None:
        """Go on behind this, once it is stored."""
        source, reading = self.source, self.reading
        source.position, source.at_end = position, reading.at_end
        source.unread = reading.unread
        if reading.at_end:
            source.horizon = self.looked_at
        elif self.batch.read_up_to is not None:
            source.horizon = self.batch.read_up_to


def sources_of(settings: Settings, quiet: float) -> Mapping[Stream, Source]:
    """Return the sources of a home."""
    paths: dict[Stream, Path] = {
        Stream.CEL: settings.cel_file,
        Stream.QUEUE_LOG: settings.queue_log,
        Stream.JOURNAL: settings.journal,
    }
    return {
        stream: Source(stream, Tail(path, instant_of(stream), quiet))
        for stream, path in paths.items()
    }


def look(sources: Iterable[Source]) -> list[Taken]:
    """Read on, the one most behind first; others only if they are not ahead of it even so."""
    taken: list[Taken] = []
    limit = math.inf
    for source in sorted(sources, key=lambda s: s.horizon):
        if source.horizon > limit:
            break
        now = utc_now().timestamp()
        place = source.position.place if source.position else None
        reading = source.tail.read(place, FORMATS[source.stream].chunk)
        if reading is None:
            # No file, nothing to wait for.
            source.at_end, source.horizon = True, now
            continue
        one = Taken(source, reading, take(source.stream, reading), now)
        taken.append(one)
        if not reading.at_end:
            limit = min(limit, one.batch.read_up_to or source.horizon)
    return taken
