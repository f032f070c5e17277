"""How a question of words becomes patterns for the index, and in which days it looks first.

The same rules as the database's `findable_body`, which wrote the text that is searched.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import midnight
from core.errors import HotlineError

LONGEST_QUESTION = 100
_MOST_WORDS = 8
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
NUMBER = re.compile(r"[0-9]([ -]?[0-9]){5,}", re.ASCII)
_EPOCH = date(1970, 1, 1)
# Days are marked in blocks of 1, 4, 16, 64, 256 and 1024, by one Hangul character each.
_LEVELS = 6
_FIRST_MARK, _MARKS_OF_LEVEL = 0xAC00, 1800


class BadSearch(HotlineError):
    """A question that nothing can be found by."""

    slug = "bad-search"


@dataclass(frozen=True, slots=True)
class Block:
    """4 ** level days in a row, as the index knows them."""

    level: int
    number: int

    @classmethod
    def of(cls, day: date, level: int) -> "Block":
        """Return the block of a level that a day is in."""
        return cls(level, (day - _EPOCH).days // 4**level)

    @property
    def mark(self) -> str:
        """The pattern of the tickets that were opened in these days, and few others."""
        code = _FIRST_MARK + self.level * _MARKS_OF_LEVEL + self.number % _MARKS_OF_LEVEL
        return pattern(chr(code))

    @property
    def begin(self) -> datetime:
        """The first instant of these days."""
        return midnight(_EPOCH + timedelta(days=self.number * 4**self.level))

    @property
    def end(self) -> datetime:
        """The first instant after them."""
        return midnight(_EPOCH + timedelta(days=(self.number + 1) * 4**self.level))


def patterns(question: str) -> list[str]:
    """Return what the text must be LIKE, one for each word. Raises BadSearch."""
    if len(question) > LONGEST_QUESTION:
        raise BadSearch(f"Search for {LONGEST_QUESTION} characters at most.")
    said = plain(question)
    if NUMBER.search(said):
        raise BadSearch(
            "Numbers are kept out of the text. A caller's tickets are found by `caller`."
        )
    words = list(dict.fromkeys(said.split()))
    if not words or len(words) > _MOST_WORDS:
        raise BadSearch(f"Search for 1 to {_MOST_WORDS} words.")
    return [pattern(word) for word in words]


def plain(text: str) -> str:
    """Return text as it is compared: one width, one case, nothing unseen."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text.replace("\0", "")).lower())


def blocks(first: date, last: date) -> Iterator[Block]:
    """Return disjoint blocks from the newest day back to the oldest, growing as they go.

    So a common word is found in the newest days, and a rare one after a dozen looks.
    """
    level, day = 0, (last - _EPOCH).days
    end = (first - _EPOCH).days
    while day >= end:
        while level + 1 < _LEVELS and (day + 1) % 4 ** (level + 1) == 0:
            level += 1
        yield Block(level, day // 4**level)
        day -= 4**level


def pattern(word: str) -> str:
    """Return what a text that has these characters in a row is LIKE."""
    letters = (f"\\{letter}" if letter in "\\%_" else letter for letter in word)
    return f"%A{'A'.join(letters)}A%"
