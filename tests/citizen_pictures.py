"""Small whole pictures for the tests, with what a camera writes beside them."""

import struct
import zlib


def png(side: int = 1, *notes: bytes) -> bytes:
    """A grey picture; each note is a text chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    told = b"".join(chunk(b"tEXt", note) for note in notes)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 2))
    return b"\x89PNG\r\n\x1a\n" + head + told + data + chunk(b"IEND", b"")


def jpeg(side: int = 1, *notes: bytes) -> bytes:
    """The segments of a picture of two scans; each note is application data of a camera."""

    def segment(kind: int, data: bytes) -> bytes:
        return bytes((0xFF, kind)) + struct.pack(">H", len(data) + 2) + data

    told = b"".join(segment(0xE1, note) for note in notes)
    frame = segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return start + told + frame + scan + segment(0xC4, b"\0" * 17) + scan + b"\xff\xd9"
