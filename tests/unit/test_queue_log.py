"""queue_log: what is whole is read, what is torn or forged costs nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.queue_log import QueueEvent, parse, records

pytestmark = pytest.mark.unit


def test_a_line_is_read_with_all_its_fields() -> None:
    event = parse(b"1795515619|node1-1795515612.0|GEN|8013|CONNECT|6|node1-1795515613.1|6\n")
    assert event == QueueEvent(
        1795515619.0,
        "node1-1795515612.0",
        "GEN",
        "8013",
        "CONNECT",
        ("6", "node1-1795515613.1", "6"),
    )
    assert event.seconds(0) == 6.0
    assert event.seconds(1) is None
    assert event.seconds(9) is None


@pytest.mark.parametrize("who", ["NONE", "CLI", "MANAGER", "REALTIME", "", "x" * 300])
def test_what_belongs_to_no_call_names_none(who: str) -> None:
    event = parse(f"1795515612|{who}|GEN|8013|ADDMEMBER|\n".encode())
    assert event is not None
    assert event.call == ""


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"1795515619|node1-1795515612.0|GEN",
        b"now|node1-1795515612.0|GEN|8013|CONNECT|6",
        b"99999999999999|node1-1795515612.0|GEN|8013|CONNECT|6",
        b"1e309|a|b|c|CONNECT",
        b"nan|a|b|c|CONNECT",
        b"1795515619|a|b|c|not a kind|",
        b"\x00\xff\xfe|||||",
    ],
)
def test_a_torn_or_foreign_line_is_no_event(line: bytes) -> None:
    assert parse(line) is None


def test_a_caller_number_with_bars_and_foreign_bytes_shifts_nothing_that_is_used() -> None:
    event = parse(b"1795515613|node1-1795515612.0|GEN|NONE|ENTERQUEUE||1|2|\xc4\xe3\x00|1\n")
    assert event is not None
    assert (event.call, event.queue, event.kind) == ("node1-1795515612.0", "GEN", "ENTERQUEUE")
    assert event.data == ("", "1", "2", "你␀", "1")


def test_the_last_line_waits_for_its_end() -> None:
    assert list(records(b"one\ntwo\nthr")) == [(0, b"one\n"), (4, b"two\n")]


@given(st.binary())
def test_no_bytes_whatever_raise(raw: bytes) -> None:
    parse(raw)
    assert b"".join(line for _, line in records(raw)) == raw[: raw.rfind(b"\n") + 1]
