"""RTP packets and RFC 4733 key events, as bytes; no sockets here."""

import struct
from dataclasses import dataclass

FRAME = 160  # samples in 20 ms at 8 kHz
FRAME_SECONDS = 0.02
PCMA = 8
KEY_EVENT = 101  # dynamic payload type, the same as in our SDP
KEYS = "0123456789*#ABCD"
_VOLUME = 10


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet without header extension or contributing sources."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    def encode(self) -> bytes:
        """Return the packet as it goes on the wire."""
        header = struct.pack(
            "!BBHII",
            0x80,
            self.payload_type | (0x80 if self.marker else 0),
            self.sequence & 0xFFFF,
            self.timestamp & 0xFFFFFFFF,
            self.ssrc & 0xFFFFFFFF,
        )
        return header + self.payload


def parse(datagram: bytes) -> Packet | None:
    """Return the packet in a datagram, None for anything that is not RTP version 2."""
    if len(datagram) < 12 or datagram[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", datagram)
    start = 12 + 4 * (first & 15)
    return Packet(
        second & 0x7F, sequence, timestamp, ssrc, datagram[start:], marker=bool(second & 0x80)
    )


def key_event(key: str, duration: int, *, ended: bool) -> bytes:
    """Return an RFC 4733 payload: the key has sounded for `duration` samples so far."""
    return struct.pack("!BBH", KEYS.index(key), (0x80 if ended else 0) | _VOLUME, duration)


def key_of(payload: bytes) -> str | None:
    """Return the key an RFC 4733 payload speaks of, None when it is no key of a phone."""
    return KEYS[payload[0]] if payload and payload[0] < len(KEYS) else None
