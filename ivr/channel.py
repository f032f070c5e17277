"""The caller as the engine sees them: ears and keys. AGI is one implementation, a test another."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from telephony.agi import Digits, HungUp

__all__ = ["Channel", "Digits", "HungUp"]


class Channel(Protocol):
    """One caller. Every method raises HungUp once the caller is gone."""

    async def play(self, paths: Sequence[str], keys: str = "") -> str:
        """Play sounds in order; return the key among `keys` that cut them short, or ""."""

    async def collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str = ""
    ) -> Digits:
        """Play sounds that any key cuts short and collect up to `digits` keys.

        `first` and `between` are the seconds to wait for the first and each further key; # ends
        the input, and a first key among `instant` ends it at once.
        """

    async def set_next(self, variables: Mapping[str, str]) -> None:
        """Tell the switch what comes next, all at once; nothing may follow."""
