"""Messages of citizens reach the archive whole, whatever the switch left of their header."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.settings import Settings
from recordings.capture import RecordingMissing, UnsafeUid
from recordings.messages import finish_message, message_path
from recordings.wav import BrokenWav, header

pytestmark = pytest.mark.unit

UID = "1764000000.17"
BEGAN = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # the 24th in the city
SOUND = b"\x01\x00" * 8000 * 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def left(settings: Settings, content: bytes) -> Path:
    path = message_path(settings, UID)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_a_message_is_archived_under_the_citys_day_and_leaves_the_spool(settings: Settings) -> None:
    spooled = left(settings, header(1, 8000, len(SOUND)) + SOUND)
    done = finish_message(settings, UID, BEGAN)
    assert done.path == settings.recordings_dir / f"2026/11/24/{UID}-message.wav"
    assert (done.seconds, done.channels) == (4.0, 1)
    assert done.sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()
    assert not spooled.exists()


def test_a_message_whose_header_was_never_finished_is_heard_whole(settings: Settings) -> None:
    left(settings, header(1, 8000, 0) + SOUND)
    assert finish_message(settings, UID, BEGAN).seconds == 4.0


def test_finishing_twice_gives_the_same(settings: Settings) -> None:
    left(settings, header(1, 8000, len(SOUND)) + SOUND)
    assert finish_message(settings, UID, BEGAN) == finish_message(settings, UID, BEGAN)


def test_a_message_that_is_not_there_is_missing(settings: Settings) -> None:
    with pytest.raises(RecordingMissing, match=UID):
        finish_message(settings, UID, BEGAN)


@pytest.mark.parametrize("content", [b"", header(1, 8000, 0)])
def test_a_message_without_sound_is_removed_and_missing(settings: Settings, content: bytes) -> None:
    spooled = left(settings, content)
    with pytest.raises(RecordingMissing, match=UID):
        finish_message(settings, UID, BEGAN)
    assert not spooled.exists()
    assert not settings.recordings_dir.exists()


def test_what_is_no_wav_stays_where_it_is(settings: Settings) -> None:
    spooled = left(settings, b"noise")
    with pytest.raises(BrokenWav):
        finish_message(settings, UID, BEGAN)
    assert spooled.exists()


def test_a_uid_cannot_lead_out_of_the_spool(settings: Settings) -> None:
    with pytest.raises(UnsafeUid):
        finish_message(settings, "../../etc/passwd", BEGAN)
