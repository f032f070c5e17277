"""The media of one call: frames, keys in real time, and what is kept of what was heard."""

import wave
from pathlib import Path

import numpy as np
import pytest

from phones.errors import PhoneError
from phones.rtp import KEY_EVENT, PCMA, Packet, parse
from phones.stream import Stream
from phones.tones import decode_alaw, encode_alaw, sine, tones
from phones.voice import SILENCE, frames, tone_voice, wav_voice, write_wav

pytestmark = pytest.mark.unit


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("phones.stream.time.monotonic", clock)
    return clock


def a_stream() -> Stream:
    return Stream(("127.0.0.1", 4000), tone_voice(500))


def ticked(stream: Stream, ticks: int) -> list[Packet]:
    packets = [parse(datagram) for _ in range(ticks) for datagram in stream.tick()]
    return [packet for packet in packets if packet is not None]


def say(stream: Stream, clock: Clock, frequency: int, seconds: float) -> None:
    """Let the far end sound a tone for a while."""
    for number, frame in enumerate(frames(sine(frequency, seconds))):
        stream.receive(Packet(PCMA, number, number * 160, 9, frame).encode())
        clock.now += 0.02


def test_a_tone_goes_out_in_frames_of_twenty_milliseconds() -> None:
    packets = ticked(a_stream(), 50)
    assert {len(packet.payload) for packet in packets} == {160}
    assert np.all(np.diff([packet.timestamp for packet in packets]) == 160)
    assert tones(decode_alaw(b"".join(p.payload for p in packets)), {500, 800}) == {500}


async def test_a_key_is_one_event_with_a_thrice_said_end_and_then_a_pause() -> None:
    stream = a_stream()
    done = stream.press("5", length=0.1, gap=0.06)
    events = [packet for packet in ticked(stream, 5) if packet.payload_type == KEY_EVENT]
    durations = [int.from_bytes(packet.payload[2:]) for packet in events]
    assert durations == [160, 320, 480, 640, 800, 800, 800]
    assert [bool(packet.payload[1] & 0x80) for packet in events] == [False] * 4 + [True] * 3
    assert [packet.marker for packet in events] == [True] + [False] * 6
    assert len({packet.timestamp for packet in events}) == 1
    assert not done.done()
    pause = ticked(stream, 3)
    assert done.done()
    assert [packet.payload_type for packet in pause] == [PCMA] * 3
    assert pause[0].timestamp == (events[0].timestamp + 800) % 2**32


async def test_a_key_pressed_twice_is_heard_twice_and_its_repeated_packets_once() -> None:
    speaker, listener = a_stream(), a_stream()
    for key in "33#":
        speaker.press(key, length=0.06, gap=0.04)
    for _ in range(30):
        for datagram in speaker.tick():
            listener.receive(datagram)
    assert listener.keys_heard == "33#"


async def test_a_key_that_no_phone_has_is_refused() -> None:
    with pytest.raises(ValueError, match="not a key"):
        a_stream().press("x", 0.1, 0.1)


async def test_whoever_waits_for_a_key_goes_on_when_the_call_ends() -> None:
    stream = a_stream()
    done = stream.press("1", 0.1, 0.1)
    stream.close()
    assert done.done()


def test_a_silent_phone_sends_nothing_and_its_clock_goes_on() -> None:
    stream = a_stream()
    before = ticked(stream, 1)[0].timestamp
    stream.silent = True
    assert ticked(stream, 10) == []
    stream.silent = False
    assert ticked(stream, 1)[0].timestamp == before + 11 * 160


def test_only_the_last_seconds_are_asked_for(clock: Clock) -> None:
    stream = a_stream()
    say(stream, clock, 800, 1.0)
    say(stream, clock, 1500, 1.0)
    assert tones(stream.heard(0.9), {800, 1500}) == {1500}
    assert tones(stream.heard(), {800, 1500}) == {800, 1500}
    clock.now += 5
    assert len(stream.heard(1.0)) == 0


def test_a_pause_in_what_was_heard_is_silence_in_the_file(clock: Clock, tmp_path: Path) -> None:
    stream = a_stream()
    say(stream, clock, 800, 0.5)
    clock.now += 1.0
    say(stream, clock, 1500, 0.5)
    stream.save_heard(tmp_path / "heard.wav")
    with wave.open(str(tmp_path / "heard.wav")) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    assert len(pcm) == pytest.approx(16000, abs=320)
    assert tones(pcm[:4000], {800, 1500}) == {800}
    assert not pcm[4200:11800].any()
    assert tones(pcm[12000:], {800, 1500}) == {1500}


def test_nothing_heard_makes_an_empty_file(tmp_path: Path) -> None:
    a_stream().save_heard(tmp_path / "heard.wav")
    with wave.open(str(tmp_path / "heard.wav")) as file:
        assert file.getnframes() == 0


def test_a_recording_is_said_once_and_then_there_is_silence(tmp_path: Path) -> None:
    write_wav(tmp_path / "said.wav", sine(800, 0.05))
    voice = wav_voice(tmp_path / "said.wav")
    said = [next(voice) for _ in range(5)]
    assert said[0] == encode_alaw(sine(800, 0.02))
    assert said[2] != SILENCE
    assert said[3:] == [SILENCE] * 2


def test_a_recording_of_another_form_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "cd.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
    with pytest.raises(PhoneError, match="sox"):
        wav_voice(tmp_path / "cd.wav")
