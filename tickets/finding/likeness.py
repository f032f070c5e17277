"""How alike a draft and a ticket are, by four parts that a person can judge."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tickets.finding.phrases import Commonness, comparable, pieces

_CALLER, _TEXT, _PLACE, _TIME = 0.35, 0.35, 0.2, 0.1
_SUGGESTED_FROM = 0.35
_WORDS_OF_OTHERS, _WORDS_OF_CALLER, _SAME_PLACE = 0.15, 0.02, 0.5
_MEMORY_DAYS = 30.0
_SAME_AREA = 0.3
_MOST_SHARED = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the matter that is being written down; `phone` in its one spelling."""

    text: str = ""
    address: str = ""
    area: str | None = None
    category: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that may be the same; `text` is its searchable text."""

    ticket_id: int
    opened_at: datetime
    area: str | None
    phones: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Each part from 0 to 1, and the phrases that both have."""

    caller: float
    text: float
    place: float
    time: float
    shared: tuple[str, ...]

    @property
    def score(self) -> float:
        """The whole, from 0 to 1."""
        whole = _CALLER * self.caller + _TEXT * self.text + _PLACE * self.place + _TIME * self.time
        return round(whole, 3)

    @property
    def suggests(self) -> bool:
        """Whether it is worth an agent's look: the same matter has words or the place in common,
        and fewer words will do when the caller is the same."""
        words = _WORDS_OF_CALLER if self.caller else _WORDS_OF_OTHERS
        return self.score >= _SUGGESTED_FROM and (self.text >= words or self.place >= _SAME_PLACE)


class Comparing:
    """A draft, taken apart once, beside any number of tickets."""

    def __init__(self, told: Told, commonness: Commonness, at: datetime) -> None:
        self._told, self._commonness, self._at = told, commonness, at
        self._words = comparable(told.text, told.address)
        self._pairs = pieces(self._words, 2)
        self._place = pieces(comparable(told.address), 2)
        self._weight = self._sum(self._pairs)

    def likeness(self, other: Candidate) -> Likeness:
        """Compare with one ticket."""
        pairs = pieces(other.text, 2)
        shared = pairs & self._pairs
        days = abs(self._at - other.opened_at).total_seconds() / 86_400
        return Likeness(
            caller=float(self._told.phone is not None and self._told.phone in other.phones),
            text=self._text(pairs, shared),
            place=self._where(pairs, other),
            time=max(0.0, 1 - days / _MEMORY_DAYS),
            shared=self._phrases(shared),
        )

    def _text(self, pairs: set[str], shared: set[str]) -> float:
        if not shared:
            return 0.0
        return self._sum(shared) / math.sqrt(self._weight * self._sum(pairs))

    def _where(self, pairs: set[str], other: Candidate) -> float:
        near = _SAME_AREA if self._told.area and self._told.area == other.area else 0.0
        if not self._place:
            return near
        return max(near, len(self._place & pairs) / len(self._place))

    def _sum(self, pairs: Iterable[str]) -> float:
        return sum(map(self._commonness.weight, pairs))

    def _phrases(self, shared: set[str]) -> tuple[str, ...]:
        """Join neighbouring pairs to the longest phrases, as the draft has them."""
        phrases: set[str] = set()
        run = ""
        for start in range(len(self._words)):
            pair = self._words[start : start + 2]
            if pair in shared:
                run = run + pair[1] if run else pair
            elif run:
                phrases.add(run)
                run = ""
        longest = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
        return tuple(longest[:_MOST_SHARED])
