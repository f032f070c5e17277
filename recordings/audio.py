"""Sound for the telephone: read any file, trim it, bring it to one loudness, write it whole.

Target of all prompts: −19 dBFS while speaking (RMS of the 20 ms frames within 25 dB of the loudest
one), and no sample above −1 dBFS; where both cannot be had, the peak wins and nothing is clipped.
Resampling is ours: pydub's folds what lies above 4 kHz back into the telephone band.
"""

import os
import shutil
import struct
import warnings
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import HotlineError

with warnings.catch_warnings():
    # pydub 0.25 uses old string escapes and warns at import when ffmpeg is absent; we say it
    # ourselves, in a sentence, when a file really needs it.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntDecodeError
    from pydub.generators import Sine
    from pydub.silence import detect_leading_silence

SPEECH_LEVEL = -19.0
PEAK_LIMIT = -1.0
SILENCE_LEVEL = -50.0
_FRAME_MS = 20
_ACTIVE_RANGE = 25.0
# Kept around the words, so that no consonant is cut and composed pieces flow.
_LEAD_MS = 20
_TAIL_MS = 40
_FADE_MS = 5
_BEEP_HZ = 1000
_BEEP_MS = 300


class UnreadableSound(HotlineError):
    """A sound file cannot be read; the message says what is missing."""

    slug = "unreadable-sound"


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound: 16-bit little-endian samples, `rate` of them a second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / 2 / self.rate


def load(path: Path) -> Sound:
    """Read a sound file of any kind, mixed to mono. Raises UnreadableSound."""
    try:
        segment = AudioSegment(path.read_bytes())
    except FileNotFoundError:
        raise UnreadableSound(f"{path} does not exist.") from None
    except (CouldntDecodeError, wave.Error, struct.error):  # anything but plain WAV
        segment = _decode(path)
    return _sound(segment.set_sample_width(2).set_channels(1))


def _decode(path: Path) -> AudioSegment:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        raise UnreadableSound(
            f"{path} is not plain WAV and ffmpeg is not installed to read it. Run ./hotline up, "
            "which installs ffmpeg, or convert the file to 16-bit PCM WAV."
        )
    try:
        with path.open("rb") as file:
            return AudioSegment.from_file(file)
    except (CouldntDecodeError, LookupError, ValueError) as error:
        raise UnreadableSound(f"{path} is not a sound file that can be read.") from error


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
    if segment.max == 0:
        return sound
    gain = min(target - active_level(sound), PEAK_LIMIT - segment.max_dBFS)
    return _sound(segment.apply_gain(gain).fade_in(_FADE_MS).fade_out(_FADE_MS))


def active_level(sound: Sound) -> float:
    """Return the loudness while somebody speaks, in dBFS; pauses do not count."""
    samples = np.frombuffer(sound.pcm, "<i2").astype(np.float64) / 32768
    size = sound.rate * _FRAME_MS // 1000
    whole = samples[: len(samples) // size * size] if len(samples) >= size else samples
    power = np.mean(whole.reshape(-1, min(size, len(whole))) ** 2, axis=1)
    active = power[power >= power.max() / 10 ** (_ACTIVE_RANGE / 10)]
    return float(10 * np.log10(max(active.mean(), 1e-10)))


def write(path: Path, sound: Sound) -> None:
    """Write a WAV file that appears whole or not at all; one being played is heard to its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The switch runs as another user and must be able to read; a leading dot hides it from its
    # music folders while it is being written.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with wave.open(str(draft), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(sound.rate)
            file.writeframes(sound.pcm)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _segment(sound: Sound) -> AudioSegment:
    return AudioSegment(data=sound.pcm, sample_width=2, frame_rate=sound.rate, channels=1)


def _sound(segment: AudioSegment) -> Sound:
    return Sound(segment.raw_data, segment.frame_rate)


def _to_pcm(samples: NDArray[np.float64]) -> bytes:
    return np.clip(np.round(samples), -32768, 32767).astype("<i2").tobytes()
