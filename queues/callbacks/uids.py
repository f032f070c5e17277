"""A call-back is known by the call that asked for it; each of its tries on the switch by a number.

The switch names our channels by what we give it, so the tries of one call-back are found in its
files without asking anybody. Number 0 is no try: under it stands what people and we decided.
"""

import re
from typing import NamedTuple

_PREFIX = "cb-"
_UID = re.compile(rf"{_PREFIX}(.+\.[0-9]+)([0-9]{{3}})", re.ASCII)
# More tries than any citizen waits for; the places of one are three digits.
MOST_TRIES = 999


class Try(NamedTuple):
    """One try of the call-back of a call; 0 for what was decided about it."""

    call: str
    number: int

    @property
    def uid(self) -> str:
        """The name of this try's channel, and of its lines in the journal."""
        return f"{_PREFIX}{self.call}{self.number:03}"


def read_try(uid: str) -> Try | None:
    """Return which try of which call-back a uid names, None for any other call."""
    found = _UID.fullmatch(uid)
    return Try(found[1], int(found[2])) if found else None
