"""Reads sound of any common format through ffmpeg, as if the file came from an enemy.

Only formats that hold sound are tried, nothing but this one file is opened (a playlist may name
others), no more than was asked for is decoded, and ffmpeg has a minute for it.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.errors import HotlineError

_FORMATS = "wav,mp3,mov,ogg,flac,aac,aiff,amr,caf,matroska,au,w64"
_GUARDED = ("-v", "error", "-protocol_whitelist", "file", "-format_whitelist", _FORMATS)
_HIGHEST_RATE = 48_000
_PATIENCE = 60


class UnreadableSound(HotlineError):
    """A sound file cannot be read; the message says what is missing."""

    slug = "unreadable-sound"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Mono 16-bit samples; `rate` is the file's own unless that is above 48 kHz."""

    pcm: bytes
    rate: int


def decode(path: Path, seconds: float) -> Decoded:
    """Read at most so many seconds of the first sound in a file. Raises UnreadableSound."""
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        raise UnreadableSound(
            f"{path.name} is not plain WAV and ffmpeg is not installed to read it. Run "
            "./hotline up, which installs ffmpeg, or convert the file to 16-bit PCM WAV."
        )
    rate = min(_rate(path), _HIGHEST_RATE)
    pcm = _run(
        path, "ffmpeg", "-nostdin", *_GUARDED, "-i", _place(path), "-map", "a:0",
        "-t", f"{seconds:.3f}", "-ac", "1", "-ar", str(rate), "-f", "s16le", "pipe:1",
    )  # fmt: skip
    return Decoded(pcm, rate)


def _rate(path: Path) -> int:
    found = _run(
        path, "ffprobe", *_GUARDED, "-select_streams", "a:0",
        "-show_entries", "stream=sample_rate", "-of", "json", _place(path),
    )  # fmt: skip
    try:
        return max(1, int(json.loads(found)["streams"][0]["sample_rate"]))
    except (ValueError, LookupError):
        raise _no_sound(path) from None


def _run(path: Path, *command: str) -> bytes:
    try:
        run = subprocess.run(  # noqa: S603 - our own words and one path, no shell
            command, capture_output=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise UnreadableSound(f"{path.name} takes over {_PATIENCE} s to read.") from None
    if run.returncode:
        raise _no_sound(path)
    return run.stdout


def _no_sound(path: Path) -> UnreadableSound:
    return UnreadableSound(f"{path.name} is not a sound file that can be read.")


def _place(path: Path) -> str:
    """Name a file so that no name can be taken for an option or another protocol."""
    return f"file:{path.absolute()}"
