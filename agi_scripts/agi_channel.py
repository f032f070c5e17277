"""The engine's caller, over AGI: what a verb asks of a caller becomes commands to Asterisk.

Before each wait Asterisk is told how long it may last, so that Asterisk frees the caller by itself
(TIMEOUT(absolute), then survival) when this process hangs in the middle.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ivr.outcomes import KEYS
from telephony.agi import LONGEST_PROMPT, AgiSession, Digits

# What a wait may take beyond what it should, in seconds.
MARGIN = 10
# Prompts are WAV, 8 kHz, 16 bit, mono.
_BYTES_PER_SECOND = 16_000


class AgiChannel:
    """One caller while Asterisk asks us. Every method raises HungUp, AgiTimeout or AgiError."""

    __slots__ = ("_session",)

    def __init__(self, session: AgiSession) -> None:
        self._session = session

    async def play(self, paths: Sequence[str], keys: str = "") -> str:
        """Play sounds in order; return the key among `keys` that cut them short, or ""."""
        await self._patience(sum(map(sound_seconds, paths)))
        return await self._stream(paths, keys)

    async def collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str = ""
    ) -> Digits:
        """Play sounds that any key cuts short and collect up to `digits` keys, # ending them."""
        sounds = sum(map(sound_seconds, paths))
        await self._patience(sounds + first + between * digits)
        *before, last = paths
        key = await self._stream(before, KEYS)
        if not key:
            heard = await self._session.get_data(last, _ms(first), 1, seconds=sounds)
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

    async def set_next(self, variables: Mapping[str, str]) -> None:
        """Tell the dialplan what comes next, in one round trip."""
        await self._session.set_variables(variables)

    async def _stream(self, paths: Sequence[str], keys: str) -> str:
        for path in paths:
            key = await self._session.stream_file(path, keys, seconds=sound_seconds(path))
            if key:
                return key
        return ""

    async def _patience(self, seconds: float) -> None:
        await self._session.set_variable("TIMEOUT(absolute)", f"{seconds + MARGIN:.0f}")


@lru_cache(maxsize=1024)
def sound_seconds(path: str) -> float:
    """Return how long a sound lasts, the longest there is when nobody can tell.

    Looked at once: a prompt made anew may differ by a little, which the margin covers.
    """
    try:
        return os.stat(f"{path}.wav").st_size / _BYTES_PER_SECOND
    except OSError:
        return LONGEST_PROMPT


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
