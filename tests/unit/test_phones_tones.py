"""A-law and tone detection: the ears of every test of who hears whom."""

import numpy as np
import pytest

from phones.tones import decode_alaw, encode_alaw, level, sine, tones

pytestmark = pytest.mark.unit


def test_every_alaw_code_survives_decoding_and_encoding() -> None:
    codes = bytes(range(256))
    assert encode_alaw(decode_alaw(codes)) == codes


@pytest.mark.parametrize(
    ("value", "code"), [(0, 0xD5), (-1, 0x55), (8, 0xD5), (16, 0xD4), (32767, 0xAA), (-32768, 0x2A)]
)
def test_alaw_codes_are_those_of_the_standard(value: int, code: int) -> None:
    assert encode_alaw(np.array([value], dtype=np.int16)) == bytes([code])


def test_alaw_errs_by_less_than_four_percent_of_a_loud_sample() -> None:
    pcm = np.arange(-32000, 32001, 7, dtype=np.int16)
    error = np.abs(decode_alaw(encode_alaw(pcm)).astype(int) - pcm)
    assert np.all(error <= np.maximum(16, np.abs(pcm.astype(int)) * 0.04))


def test_each_of_several_mixed_tones_is_told_apart() -> None:
    mixed = sine(500) // 3 + sine(1100) // 3 + sine(1500) // 3
    assert tones(mixed, {500, 800, 1100, 1500}) == {500, 1100, 1500}


def test_a_tone_at_a_tenth_of_its_level_is_still_heard_through_alaw() -> None:
    assert tones(decode_alaw(encode_alaw(sine(800, 0.2) // 10)), {500, 800}) == {800}


def test_noise_is_no_tone() -> None:
    noise = np.random.default_rng(1).normal(0, 1000, 8000).astype(np.int16)
    assert tones(noise, {500, 800, 1100, 1500}) == set()


def test_less_than_a_tenth_of_a_second_decides_nothing() -> None:
    assert tones(sine(500, 0.05), {500}) == set()


def test_the_level_of_silence_and_of_nothing_is_zero() -> None:
    assert level(sine(0)) == 0.0
    assert level(sine(500, 0.0)) == 0.0
    assert level(sine(500)) == pytest.approx(8000 / 2**0.5, rel=0.01)
