"""WAV files as the switch leaves them: read how long they last, mend headers it never finished.

The switch writes the sizes into the header when it closes a file; when it was killed they are 0
and every player sees an empty recording, though the sound is there.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import HotlineError

HEADER_BYTES = 44
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1
_RIFF_SIZE_AT = 4
# Sizes in a WAV header are 32 bits; a recording of 8 kHz stereo reaches them after 37 hours.
LARGEST = 2**32 - 1 - HEADER_BYTES


class BrokenWav(HotlineError):
    """A file is no WAV file that can be mended."""

    slug = "broken-wav"


@dataclass(frozen=True, slots=True)
class Wav:
    """What a WAV file holds; `data_at` and `data_bytes` say where its samples are."""

    channels: int
    rate: int
    frame_bytes: int
    data_at: int
    data_bytes: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.data_bytes // self.frame_bytes / self.rate


def header(channels: int, rate: int, data_bytes: int) -> bytes:
    """Return the header of a 16-bit PCM WAV file. `data_bytes` must not exceed LARGEST."""
    frame = 2 * channels
    return b"".join(
        (
            _CHUNK.pack(b"RIFF", data_bytes + HEADER_BYTES - 8) + b"WAVE",
            _CHUNK.pack(b"fmt ", _FORMAT.size),
            _FORMAT.pack(_PCM, channels, rate, rate * frame, frame, 16),
            _CHUNK.pack(b"data", data_bytes),
        )
    )


def repair_wav(path: Path) -> bool:
    """Make the header agree with the file's length; return whether anything was wrong.

    Mends sizes of 0, sizes beyond the file's end and a last sample cut in two. Never touches a file
    whose header is consistent. Raises BrokenWav when there is no sound to be saved.
    """
    with path.open("r+b") as file:
        length = os.fstat(file.fileno()).st_size
        wav, claimed = _parse(file, path, length)
        if claimed == wav.data_bytes:
            return False
        end = wav.data_at + wav.data_bytes
        file.truncate(end)
        file.seek(_RIFF_SIZE_AT)
        file.write(struct.pack("<I", end - 8))
        file.seek(wav.data_at - 4)
        file.write(struct.pack("<I", wav.data_bytes))
        file.flush()
        os.fsync(file.fileno())
    return True


def read_wav(path: Path) -> Wav:
    """Return what a WAV file holds, counting the samples that are really there."""
    with path.open("rb") as file:
        return _parse(file, path, os.fstat(file.fileno()).st_size)[0]


def _parse(file: BinaryIO, path: Path, length: int) -> tuple[Wav, int]:
    """Return the file's real content and the data size that its header claims."""
    riff, form = file.read(8), file.read(4)
    if riff[:4] != b"RIFF" or form != b"WAVE":
        raise BrokenWav(f"{path} is not a WAV file.")
    layout: tuple[int, ...] | None = None
    while len(head := file.read(_CHUNK.size)) == _CHUNK.size:
        name, size = _CHUNK.unpack(head)
        if name == b"data" and layout:
            return _content(layout, file.tell(), size, length), size
        if name == b"fmt ":
            layout = _layout(file.read(_FORMAT.size), path)
            size -= _FORMAT.size
        file.seek(size + size % 2, os.SEEK_CUR)
    raise BrokenWav(f"{path} ends before its sound begins.")


def _layout(fields: bytes, path: Path) -> tuple[int, ...]:
    """Return channels, rate and bytes of a frame."""
    if len(fields) < _FORMAT.size:
        raise BrokenWav(f"{path} ends in its header.")
    _, channels, rate, _, frame, _ = _FORMAT.unpack(fields)
    if not (channels and rate and frame):
        raise BrokenWav(f"{path} has a header without sense.")
    return channels, rate, frame


def _content(layout: tuple[int, ...], data_at: int, claimed: int, length: int) -> Wav:
    channels, rate, frame = layout
    there = max(0, length - data_at)
    size = claimed if 0 < claimed <= there else there - there % frame
    return Wav(channels, rate, frame, data_at, size)
