"""The engine's caller, over AGI: what a verb asks of a caller becomes commands to Asterisk.

Before each wait Asterisk is told how long it may last, so that Asterisk frees the caller by itself
(TIMEOUT(absolute), then survival) when this process hangs in the middle. What a key leaves of a
long wait is taken back, lest somebody who pressed one early listens to silence for as long.
"""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ivr.outcomes import KEYS
from telephony.agi import LONGEST_PROMPT, AgiError, AgiSession, Digits, HungUp

# What a wait may take beyond what it should, in seconds.
MARGIN = 3.0
# Seconds that must be left over for a round trip to take them back; a wait to its end leaves less.
_WORTH_TAKING = 4.0
# Prompts are WAV, 8 kHz, 16 bit, mono.
_BYTES_PER_SECOND = 16_000


class AgiChannel:
    """One caller while Asterisk asks us. Every method raises HungUp, AgiTimeout or AgiError."""

    __slots__ = ("_patience", "_session", "_until")

    def __init__(self, session: AgiSession, patience: float) -> None:
        """`patience` is the seconds for which Asterisk waits for us while the caller does not."""
        self._session = session
        self._patience = patience
        self._until = 0.0

    async def play(self, paths: Sequence[str], keys: str = "") -> str:
        """Play sounds in order; return the key among `keys` that cut them short, or ""."""
        await self._allow(sum(map(sound_seconds, paths)))
        key = await self._stream(paths, keys)
        await self._take_back()
        return key

    async def collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str = ""
    ) -> Digits:
        """Play sounds that any key cuts short and collect up to `digits` keys, # ending them."""
        sounds = sum(map(sound_seconds, paths))
        await self._allow(sounds + first + between * (digits - 1))
        heard = await self._collect(paths, digits, first, between, instant)
        await self._take_back()
        return heard

    async def set_next(self, variables: Mapping[str, str]) -> None:
        """Tell the dialplan what comes next, in one round trip."""
        await self._session.set_variables(variables)

    async def _collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str
    ) -> Digits:
        *before, last = paths
        key = await self._stream(before, KEYS)
        if not key:
            seconds = sound_seconds(last)
            heard = await self._session.get_data(last, _ms(first), 1, seconds=seconds)
            if heard.timed_out or not heard.value:
                return heard
            key = heard.value
        if key == "#":
            return Digits("", False)
        if digits == 1 or key in instant:
            return Digits(key, False)
        # No sound, only keys: between two keys Asterisk has always handed us the first already.
        rest = await self._session.get_data("", _ms(between), digits - 1, seconds=0.0)
        return Digits(key + rest.value, rest.timed_out)

    async def _stream(self, paths: Sequence[str], keys: str) -> str:
        for path in paths:
            key = await self._session.stream_file(path, keys, seconds=sound_seconds(path))
            if key:
                return key
        return ""

    async def _allow(self, seconds: float) -> None:
        """Let Asterisk wait for so long and a little more."""
        limit = seconds + MARGIN
        await self._session.set_variable("TIMEOUT(absolute)", f"{limit:.1f}")
        self._until = time.monotonic() + limit

    async def _take_back(self) -> None:
        """Let Asterisk wait for us as short as before, if much is left of what we asked for."""
        if self._until - time.monotonic() < self._patience + _WORTH_TAKING:
            return
        # Whoever left meanwhile has pressed their keys all the same; the next command will tell.
        with suppress(HungUp, AgiError):
            await self._session.set_variable("TIMEOUT(absolute)", f"{self._patience:.1f}")


def sound_seconds(path: str) -> float:
    """Return how long a sound lasts, the longest there is when nobody can tell.

    Looked at each time: another version of a prompt may be put into service at any moment.
    """
    try:
        return os.stat(f"{path}.wav").st_size / _BYTES_PER_SECOND
    except OSError:
        return LONGEST_PROMPT


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
