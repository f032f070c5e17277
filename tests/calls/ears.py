"""Which sounds Asterisk is playing, by the files it holds open: exact where tones only tell that
somebody speaks. One call at a time, as in a city's tests."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.calls.city import City

_PROMPT = re.compile(
    r"/sounds/(?:[a-z]{2}|music/[a-z]{2}(?:-[a-z0-9-]+)?(?:\.news)?)/(?:digits/|[0-9]{2}-)?([a-z0-9-]+)\.wav"
)
# What is on air, said by us or joined for the waiting music.
_NEWS = re.compile(r"(?:news|incident)-[0-9a-f]{12}")
_EVERY = 0.03


class Ears:
    """`heard` grows by each sound that begins; `now` are those that sound."""

    def __init__(self, city: City, pid: int) -> None:
        self._city = city
        self._folder = f"/proc/{pid}/fd"
        self._place = 0
        self.heard: list[str] = []
        self.now: set[str] = set()

    async def until(self, prompt: str, seconds: float = 40) -> None:
        """Until this prompt is said, now or since the last one that was awaited."""
        await self._city.until(
            lambda: prompt in self.now or prompt in self.heard[self._place :],
            f"{prompt!r} after {self.heard[-5:]}",
            seconds,
        )
        with suppress(ValueError):
            self._place = self.heard.index(prompt, self._place) + 1

    async def listen(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            sounding = set(self._open())
            self.heard += sorted(sounding - self.now)
            self.now = sounding
            await asyncio.sleep(_EVERY)

    def _open(self) -> list[str]:
        names = []
        for entry in os.scandir(self._folder):
            with suppress(OSError):
                found = _PROMPT.search(os.readlink(entry.path))
                if found:
                    names.append("news" if _NEWS.fullmatch(found[1]) else found[1])
        return names


@asynccontextmanager
async def listening(city: City) -> AsyncIterator[Ears]:
    """Ears at the city's Asterisk."""
    ears = Ears(city, city.pids("asterisk")[0])
    task = asyncio.create_task(ears.listen())
    try:
        yield ears
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
