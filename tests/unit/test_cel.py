"""Channel events: real rows are read, and no caller's name can forge, tear or stop them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.cel import LONGEST_RECORD, CelKind, parse, records
from tests.switch_lines import cel_row

pytestmark = pytest.mark.unit

CALL = "node1-1795515612.0"
REAL = (
    b'"1795515619.118415","BRIDGE_ENTER","node1-1795515612.0","node1-1795515612.0",'
    b'"PJSIP/trunk-00000000","citizen","general","13800000000","","Queue","GEN,cCt,,,300",'
    b'"PJSIP/8013-00000001","{""bridge_id"":""eba5baea"",""bridge_technology"":""simple_bridge""}"\n'
)


def row(
    at: str = "1795515619.118415", kind: str = "HANGUP", name: str = "", extra: str = ""
) -> bytes:
    channel = "PJSIP/trunk-00000000"
    return cel_row(at, kind, CALL, CALL, channel, "citizen", "s", "138", name, "", "", "", extra)


def test_a_row_of_a_real_switch_is_read() -> None:
    event = parse(REAL)
    assert event is not None
    assert (event.at, event.kind, event.call) == (1795515619.118415, CelKind.BRIDGE_ENTER, CALL)
    assert event.peer == "PJSIP/8013-00000001"
    assert event.told("bridge_id") == "eba5baea"
    assert event.told("nothing") == ""


def test_a_marker_gives_its_words() -> None:
    event = parse(row(kind="HL-QUEUE-LEFT", extra='{"extra": "GEN|TIMEOUT"}'))
    assert event is not None
    assert event.words == ["GEN", "TIMEOUT"]


@pytest.mark.parametrize("extra", ["", "{", "[]", "7", "null", '{"extra": null}', "[" * 5000])
def test_an_addition_that_is_no_object_says_nothing(extra: str) -> None:
    event = parse(row(extra=extra))
    assert event is not None
    assert event.words[0] in ("", "None")


HOSTILE = [
    'a "quoted" name',
    "two\nlines",
    'x"\n"1795515619.000000","HANGUP","node1-1795515612.0","node1-1795515612.0"\n',
    "\r\n\r\n",
    '"',
    '",",",',
    "很" * 200,
    "'; DROP TABLE call; --",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_caller_breaks_its_row_or_the_next(name: str) -> None:
    data = row(name=name) + row(kind="CHAN_END")
    cut = [parse(record) for _, record in records(data)]
    assert [event.name if event else None for event in cut] == [name, ""]


def test_gbk_bytes_of_an_old_phone_are_read() -> None:
    data = row(name="NAME").replace(b"NAME", "张三".encode("gbk"))
    event = parse(data)
    assert event is not None
    assert event.name == "张三"


def test_a_nul_in_a_name_becomes_its_sign() -> None:
    event = parse(row(name="a\0b"))
    assert event is not None
    assert event.name == "a␀b"


def test_a_row_torn_by_a_full_disk_costs_itself_alone() -> None:
    torn = row()[:70]
    cut = [parse(record) for _, record in records(torn + row(kind="CHAN_END") + row())]
    assert [event.kind if event else None for event in cut] == [None, "CHAN_END", "HANGUP"]


def test_the_last_row_waits_for_its_end_even_inside_a_field() -> None:
    whole = row() + row(name="two\nlines")
    for end in range(len(row()), len(whole)):
        assert [record for _, record in records(whole[:end])] == [row()]
    assert len(list(records(whole))) == 2


def test_a_row_without_end_is_given_up_at_last() -> None:
    endless = row(name="x")[:-1] + b'"' + b"x" * LONGEST_RECORD
    assert [offset for offset, _ in records(endless)] == [0]


@pytest.mark.parametrize("at", ["", "soon", "-1", "1e400", "nan", "12"])
def test_a_row_of_no_time_is_no_event(at: str) -> None:
    assert parse(row(at=at)) is None


@given(st.text(), st.text())
def test_every_name_and_addition_comes_back_as_it_went_in(name: str, extra: str) -> None:
    name = name.encode(errors="ignore").decode()
    event = parse(row(name=name, extra=extra.encode(errors="ignore").decode()))
    assert event is not None
    assert event.name == name.replace("\0", "␀")


@given(st.binary())
def test_no_bytes_whatever_raise_or_are_lost(raw: bytes) -> None:
    parse(raw)
    cut = b"".join(record for _, record in records(raw))
    assert raw.startswith(cut)
