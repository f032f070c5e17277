"""Sound for the telephone: read any file, trim it, bring it to one loudness, write it whole.

Target of all prompts: −19 LUFS (ITU-R BS.1770, see `loudness`), which in one channel is as loud as
the usual −16 LUFS in two, and no sample above −1 dBFS; where both cannot be had, the peak wins and
nothing is clipped. Resampling is ours: pydub's folds what lies above 4 kHz back into the telephone
band.
"""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recordings.decoding import UnreadableSound, decode
from recordings.loudness import loudness
from recordings.wav import header

with warnings.catch_warnings():
    # pydub 0.25 uses old string escapes and warns at import when ffmpeg is absent; we say it
    # ourselves, in a sentence, when a file really needs it.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.generators import Sine
    from pydub.silence import detect_leading_silence

__all__ = ["Sound", "UnreadableSound", "load"]

SPEECH_LEVEL = -19.0
PEAK_LIMIT = -1.0
SILENCE_LEVEL = -50.0
# More than any sound of ours lasts: of a longer file, only so many seconds are read.
LONGEST_READ = 600.0
# Kept around the words, so that no consonant is cut and composed pieces flow.
_LEAD_MS = 20
_TAIL_MS = 40
_FADE_MS = 5
_BEEP_HZ = 1000
_BEEP_MS = 300


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound: 16-bit little-endian samples, `rate` of them a second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / 2 / self.rate


def load(path: Path, longest: float = LONGEST_READ) -> Sound:
    """Read at most `longest` seconds of a sound file of any kind, mixed to mono.

    Raises UnreadableSound.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableSound(f"{path} does not exist.") from None
    try:
        segment = AudioSegment(content).set_sample_width(2).set_channels(1)
    except Exception:  # anything but plain WAV; at a broken header pydub raises whatever it meets
        found = decode(path, longest)
        return Sound(found.pcm, found.rate)
    return _sound(segment)


def silence(seconds: float, rate: int) -> Sound:
    """Return silence."""
    return Sound(b"\0\0" * round(seconds * rate), rate)


def beep(rate: int) -> Sound:
    """Return the tone that says: speak now."""
    segment = Sine(_BEEP_HZ, sample_rate=rate).to_audio_segment(_BEEP_MS)
    return _sound(segment.fade_in(10).fade_out(10))


def join(sounds: Sequence[Sound]) -> Sound:
    """Play sounds of one rate one after the other."""
    return Sound(b"".join(sound.pcm for sound in sounds), sounds[0].rate)


def trim(sound: Sound) -> Sound:
    """Cut silence (below −50 dBFS) at both ends, leaving the short margins speech needs."""
    segment = _segment(sound)
    start = detect_leading_silence(segment, SILENCE_LEVEL)
    end = len(segment) - detect_leading_silence(segment.reverse(), SILENCE_LEVEL)
    if start >= end:
        return Sound(b"", sound.rate)
    return _sound(segment[max(0, start - _LEAD_MS) : end + _TAIL_MS])


def resample(sound: Sound, rate: int) -> Sound:
    """Change the sample rate; everything above half the new one is removed, not folded back.

    What would overshoot full scale is made softer, never clipped: loudness is set afterwards.
    """
    samples = np.frombuffer(sound.pcm, "<i2").astype(np.float64)
    if rate == sound.rate or not samples.size:
        return Sound(sound.pcm, rate)
    # Silence behind the end: the transform is circular and must not wrap the last word round.
    padded = np.concatenate([samples, np.zeros(sound.rate // 10)])
    count = round(len(padded) * rate / sound.rate)
    spectrum = np.fft.rfft(padded)[: count // 2 + 1]
    changed = np.fft.irfft(spectrum, count) * (count / len(padded))
    changed *= min(1.0, 32767 / max(np.abs(changed).max(), 1.0))
    return Sound(_to_pcm(changed[: round(samples.size * rate / sound.rate)]), rate)


def level(sound: Sound, target: float = SPEECH_LEVEL) -> Sound:
    """Bring speech to the target loudness, with short fades so that nothing clicks."""
    segment = _segment(sound)
    measured = loudness_of(sound)
    if segment.max == 0 or measured == float("-inf"):
        return sound
    gain = min(target - measured, PEAK_LIMIT - segment.max_dBFS)
    return _sound(segment.apply_gain(gain).fade_in(_FADE_MS).fade_out(_FADE_MS))


def loudness_of(sound: Sound) -> float:
    """Return the loudness in LUFS, −inf for silence."""
    return loudness(np.frombuffer(sound.pcm, "<i2").astype(np.float64) / 32768, sound.rate)


def write(path: Path, sound: Sound) -> None:
    """Write a WAV file that appears whole or not at all; one being played is heard to its end."""
    draft(path, sound).replace(path)


def draft(path: Path, sound: Sound) -> Path:
    """Write a WAV file beside its place, ready to be moved there in one step; return where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A leading dot hides it from the switch's music folders until it is whole.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(as_wav(sound))
        beside.chmod(0o644)  # the switch runs as another user and must be able to read
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def as_wav(sound: Sound) -> bytes:
    """Return a sound as the bytes of a WAV file."""
    return header(1, sound.rate, len(sound.pcm)) + sound.pcm


def _segment(sound: Sound) -> AudioSegment:
    return AudioSegment(data=sound.pcm, sample_width=2, frame_rate=sound.rate, channels=1)


def _sound(segment: AudioSegment) -> Sound:
    return Sound(segment.raw_data, segment.frame_rate)


def _to_pcm(samples: NDArray[np.float64]) -> bytes:
    return np.clip(np.round(samples), -32768, 32767).astype("<i2").tobytes()
