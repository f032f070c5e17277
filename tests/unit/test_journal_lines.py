"""Lines of the journal: read as they were written, also when the disk was full in between."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.journal import JournalKind, parse

pytestmark = pytest.mark.unit

CALL = "node1-1764000000.12"


def line(**fields: object) -> bytes:
    return json.dumps({"at": 1764000000.5, "call": CALL, "kind": "step", **fields}).encode()


def test_a_line_is_read_with_its_fields() -> None:
    event = parse(line(kind="code", code="048213"))
    assert event is not None
    assert (event.at, event.call, event.kind) == (1764000000.5, CALL, JournalKind.CODE)
    assert event.word("code") == "048213"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[1]",
        b"{",
        b"7",
        b"[" * 100_000,
        line()[:-3],
        line(at=True),
        line(at=None),
        line(at="soon"),
        line(at=1e99),
        line(call=""),
        line(call=None),
        line(call=["x"]),
        line(call="x" * 5000),
        line(kind=None),
        line(kind=7),
    ],
)
def test_a_torn_or_foreign_line_is_no_event(raw: bytes) -> None:
    assert parse(raw) is None


def test_a_whole_line_behind_a_torn_one_is_saved() -> None:
    event = parse(line(keys="1")[:40] + line(keys="2"))
    assert event is not None
    assert event.word("keys") == "2"


def test_half_characters_and_nuls_become_storable() -> None:
    event = parse(
        b'{"at": 1764000000.5, "call": "%s", "kind": "step", "keys": "\\ud800\\u0000"}'
        % CALL.encode()
    )
    assert event is not None
    assert event.word("keys") == "?␀"


@given(st.binary())
def test_no_bytes_whatever_raise(raw: bytes) -> None:
    parse(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["at", "call", "kind", "score", "keys"]), json_values))
def test_no_values_whatever_raise(fields: dict[str, object]) -> None:
    event = parse(json.dumps(fields).encode())
    assert event is None or event.call
