"""Lines handed to COPY are the lines that were read, whatever a caller put into them."""

import pytest

from queues.ledger.copying import copy_text
from queues.ledger.events import Row

pytestmark = pytest.mark.unit


def test_a_row_is_one_line_of_tab_parted_fields() -> None:
    row = Row("node1-1764000000.1", 42, 1_764_000_000.123456, "HANGUP", "1764000000|x")
    assert copy_text(7, [row]) == (
        b"7\tnode1-1764000000.1\t42\t2025-11-24 16:00:00.123456+00\tHANGUP\t1764000000|x\n"
    )


@pytest.mark.parametrize(
    ("hostile", "escaped"),
    [
        ("a\tb", r"a\tb"),
        ("a\nb\rc", r"a\nb\rc"),
        ("\\N", r"\\N"),
        ("\\.", r"\\."),
        ("back\\", r"back\\"),
    ],
)
def test_what_copy_would_take_for_its_own_is_escaped(hostile: str, escaped: str) -> None:
    data = copy_text(1, [Row("", 0, None, hostile, hostile)])
    assert data == f"1\t\t0\t\\N\t{escaped}\t{escaped}\n".encode()


def test_chinese_and_control_characters_pass_as_they_are() -> None:
    line = "张三\u2028\x1f\x85\U0001f600"
    assert copy_text(1, [Row("", 0, None, "?", line)]).decode() == f"1\t\t0\t\\N\t?\t{line}\n"
    assert copy_text(1, []) == b""
