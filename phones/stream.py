"""The media of one call: what we say, the keys we press, what we hear. Driven by media.Media."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phones.rtp import (
    FRAME,
    FRAME_SECONDS,
    KEY_EVENT,
    KEYS,
    PCMA,
    Packet,
    key_event,
    key_of,
    parse,
)
from phones.tones import SAMPLE_RATE, Pcm, decode_alaw
from phones.voice import write_wav

Address = tuple[str, int]
# Ten minutes of frames: a test call is shorter, and a forgotten one must not eat the memory.
REMEMBERED_FRAMES = 10 * 60 * 50
# The end of a key is said three times (RFC 4733 §2.5.1.4), since a lost one would glue two keys.
END_REPEATS = 3
_SILENT_GAP = 0.1


@dataclass(slots=True)
class _KeyPress:
    key: str
    frames: int
    gap_frames: int
    done: asyncio.Future[None]
    elapsed: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame of A-law and when it came, in monotonic seconds."""

    at: float
    frame: bytes


class Stream:
    """One call's audio, both ways. `tick` is called every 20 ms and gives the packets to send."""

    def __init__(self, remote: Address, voice: Iterator[bytes]) -> None:
        self.remote = remote
        self.keys_heard = ""
        self.silent = False
        self._voice = voice
        self._presses: deque[_KeyPress] = deque()
        self._heard: deque[Heard] = deque(maxlen=REMEMBERED_FRAMES)
        self._sequence = secrets.randbelow(1 << 16)
        self._timestamp = secrets.randbelow(1 << 31)
        self._ssrc = secrets.randbelow(1 << 32)
        self._last_key_at: int | None = None

    def say(self, voice: Iterator[bytes]) -> None:
        """Go on with another voice."""
        self._voice = voice

    def press(self, key: str, length: float, gap: float) -> asyncio.Future[None]:
        """Queue one key for `length` seconds and a pause after it; the future ends with both."""
        if key not in KEYS:
            raise ValueError(f"{key!r} is not a key of a phone; the keys are {KEYS}")
        frames, gap_frames = (max(1, round(span / FRAME_SECONDS)) for span in (length, gap))
        press = _KeyPress(key, frames, gap_frames, asyncio.get_running_loop().create_future())
        self._presses.append(press)
        return press.done

    def tick(self) -> list[bytes]:
        """Return the packets of the next 20 ms."""
        press = self._presses[0] if self._presses else None
        if press is None:
            packets = self._speak()
            self._timestamp += FRAME
            return packets
        return self._sound(press)

    def _speak(self) -> list[bytes]:
        return [] if self.silent else [self._packet(PCMA, next(self._voice), self._timestamp)]

    def _sound(self, press: _KeyPress) -> list[bytes]:
        """Say the key's event, whose packets all bear the time at which it began."""
        press.elapsed += 1
        packets: list[bytes] = []
        if press.elapsed <= press.frames:
            ended = press.elapsed == press.frames
            payload = key_event(press.key, press.elapsed * FRAME, ended=ended)
            packets = [
                self._packet(KEY_EVENT, payload, self._timestamp, marker=press.elapsed == 1)
                for _ in range(END_REPEATS if ended else 1)
            ]
            if ended:
                self._timestamp += press.frames * FRAME
        else:
            packets = self._speak()
            self._timestamp += FRAME
        if press.elapsed >= press.frames + press.gap_frames:
            self._finish(press)
        return packets

    def _finish(self, press: _KeyPress) -> None:
        self._presses.remove(press)
        if not press.done.done():
            press.done.set_result(None)

    def _packet(self, kind: int, payload: bytes, timestamp: int, *, marker: bool = False) -> bytes:
        self._sequence += 1
        return Packet(kind, self._sequence, timestamp, self._ssrc, payload, marker).encode()

    def receive(self, datagram: bytes) -> None:
        """Keep what the other side said."""
        packet = parse(datagram)
        if packet is None:
            return
        if packet.payload_type == PCMA:
            self._heard.append(Heard(time.monotonic(), packet.payload))
        elif packet.payload_type == KEY_EVENT:
            self._hear_key(packet)

    def _hear_key(self, packet: Packet) -> None:
        key = key_of(packet.payload)
        if key is not None and packet.timestamp != self._last_key_at:
            self._last_key_at = packet.timestamp
            self.keys_heard += key

    def heard(self, seconds: float | None = None) -> Pcm:
        """Return the samples that came in the last `seconds`, or all that are remembered."""
        since = 0.0 if seconds is None else time.monotonic() - seconds
        return decode_alaw(b"".join(item.frame for item in tuple(self._heard) if item.at >= since))

    def save_heard(self, path: Path) -> None:
        """Write what was heard as a WAV file, with silence where nothing came."""
        pieces: list[Pcm] = []
        length = 0
        for item in self._heard:
            late = round((item.at - self._heard[0].at) * SAMPLE_RATE) - length
            if late > _SILENT_GAP * SAMPLE_RATE:
                pieces.append(np.zeros(late, dtype=np.int16))
                length += late
            pieces.append(decode_alaw(item.frame))
            length += len(item.frame)
        write_wav(path, np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16))

    def close(self) -> None:
        """Drop the keys still to be pressed; whoever waits for them goes on."""
        for press in list(self._presses):
            self._finish(press)
