"""How common pairs and phrases of characters are in the city's newest tickets.

What every agent writes ("来电人反映") tells no two tickets apart; the name of a courtyard does.
"""

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tickets.finding.models import Wording
from tickets.finding.words import NUMBER, plain

_SAMPLE = 2_000
_KEPT_SECONDS = 600.0
_PHRASE = 3
_RARE_SHARE, _RARE_AT_LEAST = 0.002, 3
_MARKS = 6
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Commonness:
    """In how many of a sample's texts each pair and each phrase of three characters stands."""

    texts: int
    seen: Counter[str]
    _weights: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Commonness":
        """Count a sample."""
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(pieces(text, 2))
            seen.update(pieces(text, _PHRASE))
        return cls(len(texts), seen)

    def weight(self, pair: str) -> float:
        """Return how much a shared pair tells: more, the rarer it is."""
        known = self._weights.get(pair)
        if known is None:
            known = math.log((self.texts + 2) / (self.seen[pair] + 1))
            if pair in self.seen:
                self._weights[pair] = known
        return known

    def rarest(self, text: str, most: int) -> list[str]:
        """Return phrases by which a text is best found, that do not overlap, the rarest first."""
        limit = max(_RARE_AT_LEAST, self.texts * _RARE_SHARE)
        chosen: list[str] = []
        for phrase in sorted(pieces(text, _PHRASE), key=lambda piece: (self.seen[piece], piece)):
            if self.seen[phrase] > limit or len(chosen) == most:
                break
            if not any(phrase[1:] in one or phrase[:2] in one for one in chosen):
                chosen.append(phrase)
        return chosen


def pieces(text: str, length: int) -> set[str]:
    """Return the runs of so many letters in a text; none goes over a space or a comma."""
    return {
        word[start : start + length]
        for word in _WORD.findall(text)
        for start in range(len(word) - length + 1)
    }


def comparable(*texts: str | None) -> str:
    """Return what somebody types as the searchable text has it."""
    return NUMBER.sub(" ", plain(" ".join(filter(None, texts))))


def text_of(body: str) -> str:
    """Return the text of a `Wording.body`, without letters between and marks before."""
    return body[1::2][_MARKS:]


_known: dict[str, tuple[float, Commonness]] = {}


async def commonness(session: AsyncSession) -> Commonness:
    """Return how common things are now, counted anew every ten minutes."""
    engine = session.bind
    place = str(engine.url) if isinstance(engine, AsyncEngine) else ""
    kept_at, kept = _known.get(place, (-_KEPT_SECONDS, None))
    if kept is not None and time.monotonic() - kept_at < _KEPT_SECONDS:
        return kept
    newest = select(Wording.body).order_by(Wording.ticket_id.desc()).limit(_SAMPLE)
    counted = await asyncio.to_thread(_count, await session.scalars(newest))
    _known[place] = time.monotonic(), counted
    return counted


def _count(bodies: Iterable[str]) -> Commonness:
    return Commonness.of([text_of(body) for body in bodies])
