"""What a phone says: 20 ms frames of A-law, from a tone or from a WAV file."""

import itertools
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from phones.errors import PhoneError
from phones.rtp import FRAME
from phones.tones import SAMPLE_RATE, Pcm, encode_alaw, sine

SILENCE = encode_alaw(np.zeros(FRAME, dtype=np.int16))


def frames(pcm: Pcm) -> list[bytes]:
    """Cut 8 kHz samples into frames; the last is filled up with silence."""
    data = encode_alaw(pcm)
    data += SILENCE[: -len(data) % FRAME]
    return [data[at : at + FRAME] for at in range(0, len(data), FRAME)]


def tone_voice(frequency: int) -> Iterator[bytes]:
    """Sound a tone for ever; one second holds whole turns of every whole frequency."""
    return itertools.cycle(frames(sine(frequency)))


def wav_voice(path: Path) -> Iterator[bytes]:
    """Say a WAV file once, then be silent. Raises PhoneError unless 8 kHz, mono, 16 bit."""
    return itertools.chain(frames(read_wav(path)), itertools.repeat(SILENCE))


def read_wav(path: Path) -> Pcm:
    """Return the samples of a WAV file. Raises PhoneError unless 8 kHz, mono, 16 bit."""
    with wave.open(str(path), "rb") as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (SAMPLE_RATE, 1, 2):
            raise PhoneError(f"{path} is not 8 kHz, mono, 16 bit. Convert it with sox first.")
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def write_wav(path: Path, pcm: Pcm) -> None:
    """Write samples as an 8 kHz mono 16-bit WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.astype(np.int16).tobytes())
