"""The slip that tells the switch with which case the next voice comes."""

import os
import time
from pathlib import Path

import pytest

from exchange.slips import SLIP_MINUTES, leave_slip

pytestmark = pytest.mark.unit


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    (tmp_path / "cases").mkdir()
    return tmp_path


def test_a_slip_lies_under_the_number_as_the_switch_sees_it(spool: Path) -> None:
    assert leave_slip(spool, "110", "+86 138-1234-5678", "聊J-37/1*，x", "048213")
    slip = spool / "cases/110/13812345678"
    assert slip.read_text() == "J-371x*048213"
    assert [path.name for path in slip.parent.iterdir()] == [slip.name]


@pytest.mark.parametrize("caller", [None, "", "110", "../../etc/passwd", "138'; --"])
def test_nobody_known_gets_no_slip(spool: Path, caller: str | None) -> None:
    assert not leave_slip(spool, "110", caller, "J1", "048213")
    assert list((spool / "cases").iterdir()) == []


def test_the_newest_case_of_a_caller_counts_and_old_slips_go(spool: Path) -> None:
    leave_slip(spool, "110", "13800000000", "J1", "048213")
    old = spool / "cases/110/13800000000"
    long_ago = time.time() - SLIP_MINUTES * 60 - 5
    os.utime(old, (long_ago, long_ago))
    leave_slip(spool, "110", "13811112222", "J2", "048214")
    leave_slip(spool, "110", "13811112222", "J3", "048215")
    assert not old.exists()
    assert (spool / "cases/110/13811112222").read_text() == "J3*048215"
