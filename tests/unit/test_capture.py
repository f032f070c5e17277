"""From the switch's raw spool to the archive, and WAV files the switch never finished."""

import errno
import hashlib
import os
import struct
import tracemalloc
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.settings import Settings
from recordings.capture import (
    ArchiveFull,
    RecordingMissing,
    UnsafeUid,
    finish,
    raw_path,
)
from recordings.wav import BrokenWav, header, read_wav, repair_wav

pytestmark = pytest.mark.unit

UID = "node1-1764000000.17"
# Half past four in the afternoon UTC is half past midnight of the next day in the city.
STARTED = datetime(2026, 8, 31, 16, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def spool(settings: Settings, content: bytes) -> Path:
    raw = raw_path(settings, UID)
    raw.parent.mkdir(parents=True, exist_ok=True)
    raw.write_bytes(content)
    return raw


def talk(frames: int) -> bytes:
    """Citizen (left) counts up, what the citizen hears (right) counts down."""
    return b"".join(struct.pack("<hh", n % 30000, -(n % 30000)) for n in range(frames))


def left_and_right(path: Path) -> tuple[list[int], list[int]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        samples = struct.unpack(f"<{file.getnframes() * 2}h", file.readframes(file.getnframes()))
    return list(samples[0::2]), list(samples[1::2])


# The archive


def test_a_talk_is_archived_under_the_citys_day(settings: Settings) -> None:
    spool(settings, talk(16000))

    done = finish(settings, UID, STARTED)

    assert done.path == settings.recordings_dir / "2026/09/01" / f"{UID}.wav"
    assert (done.seconds, done.channels) == (2.0, 2)
    assert done.sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()


def test_each_side_stays_on_its_channel(settings: Settings) -> None:
    # Longer than one block, so that a seam would be noticed.
    frames = 150_000
    spool(settings, talk(frames))

    left, right = left_and_right(finish(settings, UID, STARTED).path)

    assert left == [n % 30000 for n in range(frames)]
    assert right == [-sample for sample in left]


def test_the_raw_file_goes_once_the_archive_has_it(settings: Settings) -> None:
    raw = spool(settings, talk(100))

    done = finish(settings, UID, STARTED)

    assert not raw.exists()
    assert [path.name for path in done.path.parent.iterdir()] == [done.path.name]


def test_finishing_twice_is_harmless(settings: Settings) -> None:
    spool(settings, talk(8000))

    assert finish(settings, UID, STARTED) == finish(settings, UID, STARTED)


def test_a_crash_between_archive_and_clean_up_is_mended_by_repeating(settings: Settings) -> None:
    raw = spool(settings, talk(8000))
    first = finish(settings, UID, STARTED)
    spool(settings, talk(8000))

    assert finish(settings, UID, STARTED) == first
    assert not raw.exists()


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_frame_cut_in_two_is_left_out(settings: Settings, cut: int) -> None:
    spool(settings, talk(8000)[:-cut])

    done = finish(settings, UID, STARTED)

    assert done.seconds == 7999 / 8000
    left_and_right(done.path)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0\0"])
def test_the_empty_file_of_who_only_waited_is_removed_and_no_recording(
    settings: Settings, content: bytes
) -> None:
    raw = spool(settings, content)

    with pytest.raises(RecordingMissing, match=UID):
        finish(settings, UID, STARTED)
    assert not raw.exists()
    assert not settings.recordings_dir.exists()


def test_an_empty_file_never_replaces_what_the_archive_has(settings: Settings) -> None:
    spool(settings, talk(8000))
    first = finish(settings, UID, STARTED)
    spool(settings, b"")

    assert finish(settings, UID, STARTED) == first


def test_a_call_without_audio_is_said_to_have_none(settings: Settings) -> None:
    with pytest.raises(RecordingMissing, match=UID):
        finish(settings, UID, STARTED)


@pytest.mark.parametrize(
    "uid", ["", "..", "../../etc/passwd", "a/b", "a..b", "a\n", "a\0", ".x", "电话", "x" * 101]
)
def test_a_uid_never_leads_out_of_the_spool(settings: Settings, uid: str) -> None:
    with pytest.raises(UnsafeUid):
        finish(settings, uid, STARTED)


def test_a_full_disk_keeps_the_raw_audio_and_leaves_no_rest(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = spool(settings, talk(8000))

    def no_room(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        with pytest.raises(ArchiveFull, match="kept in the spool"):
            finish(settings, UID, STARTED)

    assert raw.read_bytes() == talk(8000)
    assert not [path for path in settings.recordings_dir.rglob("*") if path.is_file()]
    assert finish(settings, UID, STARTED).seconds == 1.0


def test_a_long_talk_is_never_wholly_in_memory(settings: Settings) -> None:

    spool(settings, bytes(32_000 * 600))

    tracemalloc.start()
    done = finish(settings, UID, STARTED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert done.seconds == 600
    assert peak < 2_000_000


# WAV files as the switch leaves them


def message(path: Path, seconds: float, claimed: int | None = None, tail: bytes = b"") -> Path:
    data = bytes(round(seconds * 8000) * 2)
    head = header(1, 8000, len(data) if claimed is None else claimed)
    path.write_bytes(head + data + tail)
    return path


def test_a_message_lasts_as_long_as_its_sound(tmp_path: Path) -> None:
    assert read_wav(message(tmp_path / "m.wav", 7.5)).seconds == 7.5


@pytest.mark.parametrize("claimed", [0, 2**31, 2**32 - 37])
def test_a_header_the_switch_never_finished_is_mended(tmp_path: Path, claimed: int) -> None:
    path = message(tmp_path / "m.wav", 4, claimed)

    assert repair_wav(path)

    with wave.open(str(path)) as file:
        assert file.getnframes() == 4 * 8000
    assert struct.unpack("<I", path.read_bytes()[4:8])[0] == path.stat().st_size - 8


def test_a_recording_cut_off_in_mid_sample_is_mended(tmp_path: Path) -> None:
    path = message(tmp_path / "m.wav", 4)
    path.write_bytes(path.read_bytes()[:-3])

    assert repair_wav(path)
    assert read_wav(path).seconds == (4 * 8000 - 2) / 8000
    assert path.stat().st_size % 2 == 0


def test_a_sound_header_is_never_touched(tmp_path: Path) -> None:
    path = message(tmp_path / "m.wav", 4, tail=b"LIST" + struct.pack("<I", 4) + b"INFO")
    before = path.read_bytes()

    assert not repair_wav(path)
    assert path.read_bytes() == before
    assert read_wav(path).seconds == 4


def test_chunks_before_the_sound_are_passed_over(tmp_path: Path) -> None:
    head, data = header(2, 8000, 0), bytes(8000 * 4)
    extra = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    path = tmp_path / "m.wav"
    path.write_bytes(head[:36] + extra + head[36:] + data)

    assert repair_wav(path)
    assert read_wav(path).seconds == 1


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"ID3" + bytes(100), header(1, 8000, 0)[:30]]
)
def test_what_is_no_wav_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.wav"
    path.write_bytes(content)

    with pytest.raises(BrokenWav, match=r"m\.wav"):
        repair_wav(path)


def test_a_header_without_sound_is_a_message_of_no_length(tmp_path: Path) -> None:
    assert read_wav(message(tmp_path / "m.wav", 0)).seconds == 0


def test_a_header_without_sense_is_refused(tmp_path: Path) -> None:
    broken = bytearray(header(1, 8000, 0))
    broken[22:24] = b"\0\0"
    path = tmp_path / "m.wav"
    path.write_bytes(broken)

    with pytest.raises(BrokenWav, match="without sense"):
        read_wav(path)
