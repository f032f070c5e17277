"""Recordings of prompts that people bring: checked, cut to the words, kept by what they contain.

A take is kept as mono WAV of at most 16 kHz, before its loudness is set; its name is the SHA-256 of
the file, so that it can be kept once, never changed, and found again by any version of a prompt.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import HotlineError
from core.settings import Settings
from recordings import audio
from recordings.audio import Sound, UnreadableSound

LARGEST_FILE = 20 * 1024 * 1024
# As long as the switch is given to play one prompt.
LONGEST = 120.0
SHORTEST = 0.1
_RATES = range(8000, 384_001)
_KEPT_RATE = 16_000
# Three samples in a row at full scale were cut off there; of speech a few are, of a broken
# recording many.
_FULL_SCALE = 32_700
_CLIPPED_ALLOWED = 0.01
_CLIPPED_WORTH_SAYING = 0.0002
_QUIET = -45.0
_LONG_PAUSE = 3.0
_HASH = re.compile(r"[0-9a-f]{64}")


class BadTake(HotlineError):
    """A recording that cannot serve as a prompt; the message says why, in one sentence."""

    slug = "bad-recording"


@dataclass(frozen=True, slots=True)
class Take:
    """A recording that may serve. `remarks` are sentences about what could be better."""

    sound: Sound
    remarks: tuple[str, ...]


def examine(path: Path) -> Take:
    """Read an offered recording, cut the silence at its ends and judge it. Raises BadTake."""
    try:
        size = path.stat().st_size
        if size == 0:
            raise BadTake(f"{path.name} is empty (0 bytes).")
        if size > LARGEST_FILE:
            raise BadTake(f"{path.name} is larger than {LARGEST_FILE // 2**20} MB.")
        whole = audio.load(path, LONGEST + 1)
    except (UnreadableSound, OSError) as error:
        raise BadTake(str(error)) from error
    _refuse_wrong_rate(path.name, whole.rate)
    if whole.seconds > LONGEST:
        raise BadTake(f"{path.name} is longer than {LONGEST:.0f} s, more than a caller bears.")
    return _judge(path.name, whole)


def _refuse_wrong_rate(name: str, rate: int) -> None:
    if rate not in _RATES:
        raise BadTake(
            f"{name} has {rate} samples a second; record it with 8000 at least, better 16000."
        )


def _judge(name: str, whole: Sound) -> Take:
    words = audio.trim(whole)
    if not words.pcm:
        raise BadTake(f"{name} holds only silence.")
    if words.seconds < SHORTEST:
        raise BadTake(f"{name} holds only a click of {words.seconds:.2f} s.")
    clipped = _clipped(whole)
    if clipped > _CLIPPED_ALLOWED:
        raise BadTake(f"{name} is clipped in {clipped:.1%} of its length; record it softer.")
    return Take(audio.resample(words, min(words.rate, _KEPT_RATE)), _remarks(words, clipped))


def _remarks(words: Sound, clipped: float) -> tuple[str, ...]:
    remarks = []
    if clipped > _CLIPPED_WORTH_SAYING:
        remarks.append(f"Clipped in {clipped:.2%} of its length; softer would be better.")
    if (measured := audio.loudness_of(words)) < _QUIET:
        remarks.append(f"Very quiet ({measured:.0f} LUFS): made louder, its noise is too.")
    if (pause := _longest_pause(words)) > _LONG_PAUSE:
        remarks.append(f"A pause of {pause:.1f} s: callers may think that nobody is there.")
    return tuple(remarks)


def _clipped(sound: Sound) -> float:
    """Return the share of samples in runs of at least three at full scale."""
    full = np.abs(np.frombuffer(sound.pcm, "<i2").astype(np.int32)) >= _FULL_SCALE
    inside = full[:-2] & full[1:-1] & full[2:]
    return float(inside.mean()) if inside.size else 0.0


def _longest_pause(sound: Sound) -> float:
    """Return the seconds of the longest silence between words."""
    size = sound.rate // 50
    samples = np.frombuffer(sound.pcm, "<i2").astype(np.float64) / 32768
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    loud = np.flatnonzero(np.abs(frames).max(axis=1) > 10 ** (audio.SILENCE_LEVEL / 20))
    return float(np.diff(loud).max(initial=1) - 1) / 50


def takes_folder(settings: Settings) -> Path:
    """Return where takes are kept."""
    return settings.prompts_dir / "takes"


def keep(settings: Settings, sound: Sound) -> str:
    """Keep a take on disk and return its name, a SHA-256."""
    folder = takes_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".take.{os.getpid()}.wav"
    audio.write(draft, sound)
    name = hashlib.sha256(draft.read_bytes()).hexdigest()
    draft.replace(folder / f"{name}.wav")
    return name


def take_path(settings: Settings, name: str) -> Path:
    """Return where a take lies. Raises BadTake when it is lost or the name is none."""
    path = takes_folder(settings) / f"{name}.wav"
    if not _HASH.fullmatch(name) or not path.is_file():
        raise BadTake(f"The recording {name[:12]} is not kept in this home any more.")
    return path
