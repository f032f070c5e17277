"""The tail: every byte once, whatever is done to the files; what is lost is said to be lost."""

import os
import shutil
from pathlib import Path

import pytest

from queues.ledger.tail import Loss, Place, Reading, Tail

pytestmark = pytest.mark.unit


def instant(line: bytes) -> float | None:
    """Lines of these tests begin with their second."""
    return float(line.split(b"|")[0]) if line[:1].isdigit() else None


class Reader:
    """Reads on from the last stored place, as the ledger does."""

    def __init__(self, path: Path, quiet: float = 0.0) -> None:
        self.tail = Tail(path, instant, quiet)
        self.place: Place | None = None
        self.losses: list[Loss] = []

    def once(self, limit: int = 1 << 20) -> bytes:
        """Take one reading; store its whole lines and their place."""
        reading = self.tail.read(self.place, limit)
        if reading is None:
            return b""
        return self.store(reading)

    def store(self, reading: Reading) -> bytes:
        if reading.loss:
            self.losses.append(reading.loss)
        data = reading.data
        whole = data if reading.final else data[: data.rfind(b"\n") + 1]
        self.place = Place(reading.start.file, reading.start.pos + len(whole))
        return whole

    def all(self, limit: int = 1 << 20) -> bytes:
        """Read until several looks bring nothing."""
        found, silence = b"", 0
        while silence < 3:
            more = self.once(limit)
            found, silence = found + more, 0 if more else silence + 1
        return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_file_that_is_not_there_yet_is_waited_for(path: Path) -> None:
    reader = Reader(path)
    assert reader.all() == b""
    append(path, b"1|a\n")
    assert reader.all() == b"1|a\n"


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    assert Reader(tmp_path / "not" / "yet").all() == b""


def test_what_is_written_is_read_once_in_any_portions(path: Path) -> None:
    reader, lines = Reader(path), [f"{n}|line {n}\n".encode() for n in range(100)]
    found = b""
    for number, line in enumerate(lines):
        append(path, line)
        if number % 7 == 0:
            found += reader.all(limit=40)
    assert found + reader.all(limit=40) == b"".join(lines)


def test_a_line_in_the_middle_of_being_written_is_left_for_later(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n2|b")
    assert reader.all() == b"1|a\n"
    append(path, b"b\n")
    assert reader.all() == b"2|bb\n"


def test_a_rotated_file_is_finished_before_the_new_one(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    assert reader.once() == b"1|a\n"
    append(path, b"2|b\n")
    path.rename(path.with_name("queue_log.0"))
    append(path, b"3|c\n")
    assert reader.all() == b"2|b\n3|c\n"
    assert reader.losses == []


def test_several_rotations_while_we_were_away_are_read_in_their_order(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    reader.all()
    for number in range(2, 6):
        for old in sorted(path.parent.glob("queue_log.*"), reverse=True):
            old.rename(old.with_name(f"queue_log.{int(old.suffix[1:]) + 1}"))
        path.rename(path.with_name("queue_log.0"))
        append(path, f"{number}|new\n".encode())
    assert reader.all() == b"2|new\n3|new\n4|new\n5|new\n"
    assert reader.losses == []


def test_a_first_reading_begins_with_the_oldest_file(path: Path) -> None:
    append(path.with_name("queue_log.1"), b"1|old\n")
    append(path.with_name("queue_log.1.gz"), b"0|packed\n")
    append(path.with_name("queue_log_other"), b"0|other\n")
    append(path, b"2|new\n")
    assert Reader(path).all() == b"1|old\n2|new\n"


def test_a_rotated_file_is_not_left_while_a_writer_may_hold_it(path: Path) -> None:
    reader = Reader(path, quiet=60)
    append(path, b"1|a\n")
    reader.all()
    old = path.with_name("queue_log.0")
    path.rename(old)
    append(path, b"3|c\n")
    append(old, b"2|late\n")
    assert reader.all() == b"2|late\n"
    os.utime(old, (1, 1))
    assert reader.all() == b"3|c\n"


def test_a_torn_last_line_of_a_rotated_file_is_taken_as_it_is(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n2|tor")
    reader.once()
    path.rename(path.with_name("queue_log.0"))
    append(path, b"3|c\n")
    assert reader.all() == b"2|tor3|c\n"


def test_an_empty_new_file_does_not_end_the_old_one(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    old = path.with_name("queue_log.0")
    path.rename(old)
    path.touch()
    assert reader.all() == b"1|a\n"
    append(old, b"2|b\n")
    assert reader.all() == b"2|b\n"


def test_a_file_rotated_away_and_deleted_leaves_a_gap_that_is_told(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    reader.all()
    append(path, b"2|lost\n")
    path.unlink()
    assert reader.all() == b""
    append(path, b"3|c\n")
    assert reader.all() == b"3|c\n"
    assert reader.losses == [Loss.GONE]


def test_a_file_cut_in_place_leaves_a_gap_that_is_told(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n1|b\n")
    reader.all()
    os.truncate(path, 0)
    assert reader.all() == b""
    append(path, b"2|c\n")
    assert reader.all() == b"2|c\n"
    assert reader.losses == [Loss.GONE]


def test_a_file_copied_and_cut_is_finished_in_the_copy(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    reader.all()
    append(path, b"2|b\n")
    shutil.copy(path, path.with_name("queue_log.1"))
    os.truncate(path, 0)
    assert reader.once() == b"2|b\n"
    append(path, b"3|c\n")
    assert reader.all() == b"3|c\n"
    assert reader.losses == []


def test_a_file_that_lost_its_end_is_read_on_from_what_is_left(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n2|b\n3|c\n")
    reader.all()
    os.truncate(path, 8)
    reader.all()
    append(path, b"4|d\n")
    assert reader.all() == b"4|d\n"
    assert reader.losses == [Loss.SHORTENED]


def test_a_new_file_on_an_old_inode_is_not_taken_for_the_old_one(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    reader.all()
    assert reader.place is not None
    with path.open("r+b") as file:  # the same inode, longer than before, another beginning
        file.write(b"5|b\n6|c\n7|d\n")
    assert reader.all() == b"5|b\n6|c\n7|d\n"


def test_a_rename_hidden_from_one_listing_is_no_gap(path: Path) -> None:
    reader = Reader(path)
    append(path, b"1|a\n")
    reader.all()
    append(path, b"2|b\n")
    away = path.parent.parent / "elsewhere"
    path.rename(away)
    append(path, b"3|c\n")
    assert reader.tail.read(reader.place, 100) is None
    away.rename(path.with_name("queue_log.0"))
    assert reader.all() == b"2|b\n3|c\n"
    assert reader.losses == []
