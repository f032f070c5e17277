"""The journal keeps what happened in menus, and its troubles are never the caller's."""

import errno
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from queues.journal import parse
from telephony.journal import KEPT_BYTES, Journal

pytestmark = pytest.mark.unit

CALL = "1764000000.12"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "agi.jsonl"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path, now=lambda: datetime(2026, 11, 24, 1, 2, 3, 456789, UTC))


def kinds(path: Path) -> list[str]:
    """The kinds of the lines a reader makes sense of."""
    events = [parse(line) for line in path.read_bytes().splitlines()]
    return [event.kind for event in events if event]


def test_the_ledger_reads_what_was_written(journal: Journal, path: Path) -> None:
    journal.write(CALL, "step", node="menu", verb="menu", outcome="key-1", ms=1200, keys="1")
    journal.flush()
    event = parse(path.read_bytes().rstrip(b"\n"))
    assert event is not None
    assert (event.at, event.call, event.kind) == (1795482123.456789, CALL, "step")
    assert event.fields["ms"] == 1200


def test_lines_wait_for_the_flush_and_go_out_in_one_write(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[bytes] = []

    def write(_: int, data: bytes) -> int:
        writes.append(data)
        return len(data)

    monkeypatch.setattr(os, "write", write)
    journal.write(CALL, "flow", flow="direct", version=1)
    journal.write(CALL, "code", code="123456")
    assert writes == []
    journal.flush()
    journal.flush()
    assert [data.count(b"\n") for data in writes] == [2]


@pytest.mark.parametrize("text", ["a\nb", '"\\', "张三", "\udcd5", "\r\0", "x" * 70_000])
def test_any_text_stays_one_line(journal: Journal, path: Path, text: str) -> None:
    journal.write(CALL, "callback", number=text)
    journal.write(CALL, "closed")
    journal.flush()
    assert kinds(path) == ["callback", "closed"]


def test_two_writers_do_not_tear_each_others_lines(journal: Journal, path: Path) -> None:
    other = Journal(path)
    for _ in range(20):
        journal.write(CALL, "step", keys="1" * 5000)
        other.write(CALL, "step", keys="2" * 5000)
        journal.flush()
        other.flush()
    assert len(kinds(path)) == 40


def test_after_rotation_lines_go_to_the_new_file(journal: Journal, path: Path) -> None:
    journal.write(CALL, "flow")
    journal.flush()
    path.rename(path.with_suffix(".1"))
    journal.write(CALL, "closed")
    journal.flush()
    assert kinds(path) == ["closed"]


def test_other_people_cannot_read_it(journal: Journal, path: Path) -> None:
    journal.write(CALL, "flow")
    journal.flush()
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO == 0


def test_a_full_disk_is_logged_once_and_loses_nothing(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with capture_logs() as logs:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            for _ in range(3):
                journal.write(CALL, "step")
                journal.flush()
        journal.write(CALL, "closed")
        journal.flush()
    assert [line["event"] for line in logs] == ["journal_not_written", "journal_writes_again"]
    assert kinds(path) == ["step", "step", "step", "closed"]


def test_a_torn_line_is_written_again_whole(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_write = os.write
    journal.write(CALL, "flow", flow="direct")
    journal.write(CALL, "step", node="menu")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: really_write(handle, data[:-10]))
        journal.flush()
    assert kinds(path) == ["flow"]
    journal.flush()
    assert kinds(path) == ["flow", "step"]


def test_a_disk_that_stays_full_does_not_fill_the_memory(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    for _ in range(100):
        journal.write(CALL, "step", keys="1" * (KEPT_BYTES // 20))
        journal.flush()
    assert sum(map(len, journal._unwritten)) <= KEPT_BYTES


def test_a_folder_that_cannot_be_made_costs_no_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    journal = Journal(tmp_path / "file" / "agi.jsonl")
    journal.write(CALL, "flow")
    journal.flush()
    journal.close()
