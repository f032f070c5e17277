"""Pictures that citizens send: what is no sound JPEG or PNG is refused, and nothing but the picture
is kept. Cameras write where and when it was taken; a complaint's picture must not tell that.
"""

import struct
import zlib
from dataclasses import dataclass

from core.errors import HotlineError

LARGEST = 5 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# Chunks without which a PNG cannot be drawn; texts, times and camera data are none of them.
_DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB"})
_SCAN, _END = 0xDA, 0xD9
# Application data 1-15 and comments: camera, place, thumbnails, other programs' notes.
_TOLD = frozenset({*range(0xE1, 0xF0), 0xFE})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONGEST_SIDE = 12_000


class BadPicture(HotlineError):
    """What was sent is no picture that we take."""

    slug = "bad-picture"


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture without what its camera tells."""

    mime: str
    suffix: str
    data: bytes


def clean(raw: bytes) -> CleanPicture:
    """Return the picture alone. Raises BadPicture with a sentence for the citizen."""
    if len(raw) > LARGEST:
        raise BadPicture(f"A picture has at most {LARGEST // 1024 // 1024} MiB.")
    try:
        if raw.startswith(_PNG):
            return CleanPicture("image/png", ".png", _clean_png(raw))
        if raw.startswith(_JPEG):
            return CleanPicture("image/jpeg", ".jpg", _clean_jpeg(raw))
    except (struct.error, IndexError):
        raise BadPicture("The picture is damaged.") from None
    raise BadPicture("Only JPEG and PNG pictures are taken.")


def _clean_png(raw: bytes) -> bytes:
    kept, place, kinds = [_PNG], len(_PNG), []
    while place < len(raw) and b"IEND" not in kinds:
        (length,) = struct.unpack_from(">I", raw, place)
        end = place + 12 + length
        chunk, kind = raw[place:end], raw[place + 4 : place + 8]
        if end > len(raw) or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise BadPicture("The picture is damaged.")
        kinds.append(kind)
        if kind in _DRAWN:
            kept.append(chunk)
        place = end
    if kinds[:1] != [b"IHDR"] or b"IDAT" not in kinds or kinds[-1] != b"IEND":
        raise BadPicture("The picture is damaged.")
    _check_size(*struct.unpack_from(">II", raw, 16))
    return b"".join(kept)


def _clean_jpeg(raw: bytes) -> bytes:
    """Keep the segments up to the scan, and the scan up to the end of the picture."""
    kept, place, framed = [_JPEG], 2, False
    while True:
        mark, kind = struct.unpack_from(">BB", raw, place)
        if mark != 0xFF:
            raise BadPicture("The picture is damaged.")
        if kind == 0xFF:  # padding
            place += 1
            continue
        (length,) = struct.unpack_from(">H", raw, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(raw):
            raise BadPicture("The picture is damaged.")
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", raw, place + 5)
            _check_size(width, height)
            framed = True
        if kind not in _TOLD:
            kept.append(raw[place:end])
        place = end
        if kind == _SCAN:
            break
    if not framed:
        raise BadPicture("The picture is damaged.")
    # Behind a picture's end some telephones put a second one, or a film.
    return b"".join([*kept, raw[place : _end_of_scans(raw, place)]])


def _end_of_scans(raw: bytes, place: int) -> int:
    """Return where the picture ends: the first end mark behind its scans.

    A progressive picture has several scans; the tables between them are kept, its notes are not
    possible there.
    """
    while True:
        place = _next_mark(raw, place)
        kind = raw[place + 1]
        if kind == _END:
            return place + 2
        if kind == 0xFF:
            place += 1
        elif kind == 0x00 or 0xD0 <= kind <= 0xD7:
            place += 2
        else:
            if kind in _TOLD:
                raise BadPicture("The picture is damaged.")
            (length,) = struct.unpack_from(">H", raw, place + 2)
            place += 2 + max(2, length)


def _next_mark(raw: bytes, place: int) -> int:
    found = raw.find(b"\xff", place)
    if found < 0:
        raise BadPicture("The picture is damaged.")
    return found


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise BadPicture(f"A picture has at most {_LONGEST_SIDE} points on a side.")
