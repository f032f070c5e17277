"""Slips for the switch: whose voice is about to come with which case, one small file per caller.

The dialplan reads them by itself (`handed_to_us.dialplan`), so that neither a process of ours nor
the database stands between a caller and their agent.
"""

import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

from core.phone import plain_number
from tickets.voices import TOGETHER, as_dialled

# How long after their message a voice belongs to it.
SLIP_MINUTES = TOGETHER // timedelta(minutes=1)
# As many digits of the caller's number as the dialplan compares, at most and at least.
_DIGITS, _FEWEST = 11, 7


def leave_slip(spool: Path, partner: str, caller: str | None, case_no: str, code: str) -> bool:
    """Leave a slip for the next call of `caller` on the line that `partner` hands callers over to.

    False when the caller's number is not known. Slips that nobody came for are thrown away.
    Raises OSError.
    """
    number = plain_number(caller)
    if number is None or len(number) < _FEWEST:
        return False
    folder = spool / "cases" / partner
    folder.mkdir(mode=0o750, exist_ok=True)
    _keep_for_the_switch(folder, spool)
    _throw_away(folder)
    fresh = folder / f".{number[-_DIGITS:]}-{os.getpid()}"
    fresh.write_text(f"{as_dialled(case_no)}*{code}")
    fresh.chmod(0o640)
    _keep_for_the_switch(fresh, spool)
    fresh.replace(folder / number[-_DIGITS:])
    return True


def _keep_for_the_switch(path: Path, spool: Path) -> None:
    """The spool belongs to the account that the switch runs as."""
    owner = spool.stat()
    shutil.chown(path, owner.st_uid, owner.st_gid)


def _throw_away(folder: Path) -> None:
    oldest = time.time() - SLIP_MINUTES * 60
    for slip in folder.iterdir():
        if slip.stat().st_mtime < oldest:
            slip.unlink(missing_ok=True)
