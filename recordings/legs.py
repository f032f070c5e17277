"""Voices that a call's own recording missed, taken from the legs of the partner lines.

Asterisk with Debian's native-PLC patch drops whatever comes after another source with a lower RTP
sequence number on its way into a recording, so every second hand-over would leave the right side
silent. The dialplan therefore records each partner's leg as well (decision 32); the `jobs` process
calls `fill_in` before a recording is archived, and `forget` after it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.settings import Settings
from recordings.capture import CHANNELS, RATE, raw_path

# What the switch writes at once: 20 ms.
_BLOCK = RATE // 50
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Side = NDArray[np.int16]


def fill_in(settings: Settings, uid: str, segments: Sequence[Mapping[str, Any]]) -> None:
    """Put partners' voices where the right side of a call's raw recording holds digital silence.

    Only silence is replaced, so it may be repeated after any interruption, and what the switch did
    record stays as it is. Nothing happens when there is no recording or no leg. Raises UnsafeUid.
    """
    raw = raw_path(settings, uid)
    frames = raw.stat().st_size // (2 * CHANNELS) if raw.exists() else 0
    spoken = [segment for segment in segments if segment.get("legs")]
    if not frames or not spoken:
        return
    call = np.memmap(raw, np.int16, "r+", shape=(frames, CHANNELS))
    for segment in spoken:
        for leg, second in segment["legs"].items():
            heard = _spoken_in(settings, uid, leg)[round(second * RATE) :]
            _into_silence(call[_span(segment), 1], heard)
    call.flush()


def forget(settings: Settings, uid: str) -> None:
    """Remove the recordings of a call's legs: what citizens heard of them is in the call's own.

    What agent and partner said between themselves is in no archive.
    """
    if _safe(uid):
        for leg in _folder(settings).glob(f"{uid}+*.raw"):
            leg.unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return settings.spool_dir / "legs"


def _safe(uid: str) -> bool:
    return bool(_UID.fullmatch(uid)) and ".." not in uid


def _spoken_in(settings: Settings, uid: str, leg: str) -> Side:
    """Return what was said on a leg, its left side; nothing when nobody recorded it."""
    path = _folder(settings) / f"{uid}+{leg}.raw"
    if not _safe(leg) or not path.exists():
        return np.zeros(0, np.int16)
    samples = np.fromfile(path, np.int16)
    return samples[: samples.size // CHANNELS * CHANNELS].reshape(-1, CHANNELS)[:, 0]


def _span(segment: Mapping[str, Any]) -> slice:
    return slice(round(segment["from"] * RATE), round(segment["to"] * RATE))


def _into_silence(right: Side, heard: Side) -> None:
    for begin in range(0, min(right.size, heard.size), _BLOCK):
        block = right[begin : begin + _BLOCK]
        if not block.any():
            voice = heard[begin : begin + block.size]
            block[: voice.size] = voice
