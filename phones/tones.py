"""A-law, tones and their detection: who hears whom is decided by a Fourier sum, not by ears.

Every phone plays its own frequency; used by the phones, the call tests and recording tests.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 8000
AMPLITUDE = 8000
# A tone counts as heard from 3 % of the amplitude at which phones play: far above A-law's own
# noise, far below a tone that went through a resampler or a mixer.
AUDIBLE = 250.0
# Less than a tenth of a second cannot tell two tones apart.
SHORTEST = SAMPLE_RATE // 10

Pcm = NDArray[np.int16]


def _decoding_table() -> Pcm:
    """ITU-T G.711 table 1a, every code to its 16-bit value."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 15) << 4
    magnitude = np.where(
        exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0)
    )
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _encoding_table() -> NDArray[np.uint8]:
    """G.711 A-law of every 16-bit value, indexed by the value read as unsigned."""
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(value >= 0, value, -value - 1) >> 3
    segment = np.searchsorted([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF], magnitude)
    mantissa = (magnitude >> np.maximum(segment, 1)) & 15
    return ((segment << 4 | mantissa) ^ np.where(value >= 0, 0xD5, 0x55)).astype(np.uint8)


_DECODED = _decoding_table()
_ENCODED = _encoding_table()


def encode_alaw(pcm: Pcm) -> bytes:
    """Return 16-bit samples as A-law, one byte a sample."""
    return _ENCODED[pcm.astype(np.int16).view(np.uint16)].tobytes()


def decode_alaw(data: bytes) -> Pcm:
    """Return A-law bytes as 16-bit samples."""
    return _DECODED[np.frombuffer(data, dtype=np.uint8)]


def sine(frequency: int, seconds: float = 1.0) -> Pcm:
    """Return a tone at the phones' amplitude; frequency 0 is silence."""
    turn = np.arange(round(seconds * SAMPLE_RATE)) * frequency / SAMPLE_RATE
    return (AMPLITUDE * np.sin(2 * np.pi * turn)).astype(np.int16)


def tones(pcm: Pcm, freqs: Iterable[int]) -> set[int]:
    """Return which of `freqs` (Hz) sound in 8 kHz samples; none when there are too few samples."""
    if len(pcm) < SHORTEST:
        return set()
    window = np.hanning(len(pcm))
    windowed, time = pcm * window, np.arange(len(pcm)) / SAMPLE_RATE
    scale = 2 / window.sum()

    def strength(frequency: int) -> float:
        return float(abs(np.sum(windowed * np.exp(-2j * np.pi * frequency * time))) * scale)

    return {frequency for frequency in freqs if strength(frequency) > AUDIBLE}


def level(pcm: Pcm) -> float:
    """Return the root mean square of the samples, 0 for silence or none."""
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if len(pcm) else 0.0
