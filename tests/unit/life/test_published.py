"""The file that calls look at: read as it was written, and shares that hold for a caller."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.published import (
    Candidate,
    Pinned,
    Published,
    Standing,
    read_published,
    shown_caller,
    write_published,
)

pytestmark = pytest.mark.unit

OWN, NEW = Pinned("direct", 1, "00000001"), Pinned("direct", 2, "00000002")
NUMBERS = [f"139{number:08d}" for number in range(4000)]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    published = Published(
        7,
        {
            "direct": Standing(OWN, Candidate(NEW, 10, ("139*", "13800000000"))),
            "night": Standing(NEW),
        },
    )
    write_published(tmp_path / "published.json", published)
    assert read_published(tmp_path / "published.json") == published
    assert [path.name for path in tmp_path.iterdir()] == ["published.json"]
    assert published.versions == {OWN, NEW}


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 100])
def test_a_share_is_as_large_as_it_says(percent: int) -> None:
    standing = Standing(OWN, Candidate(NEW, percent))
    taken = sum(standing.for_call(number, "uid") == NEW for number in NUMBERS)
    assert abs(taken / len(NUMBERS) * 100 - percent) <= 3


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.integers(0, 99))
def test_a_caller_stays_with_the_candidate_when_the_share_grows(caller: str, percent: int) -> None:
    if Candidate(NEW, percent).takes(caller, "one"):
        assert Candidate(NEW, percent + 1).takes(caller, "another")


def test_withheld_numbers_are_shared_out_call_by_call() -> None:
    candidate = Candidate(NEW, 50)
    assert {candidate.takes("", f"node1-{call}") for call in range(50)} == {True, False}


def test_whoever_is_named_gets_the_candidate_and_nobody_else() -> None:
    candidate = Candidate(NEW, 0, ("13800000000", "0635*"))
    assert candidate.takes("13800000000", "")
    assert candidate.takes("06358200001", "")
    assert not candidate.takes("13800000001", "")
    assert not candidate.takes("", "")


def test_a_whole_number_is_never_shown() -> None:
    assert shown_caller("13800000000") == "138****0000"
    assert shown_caller("139*") == "139*"
