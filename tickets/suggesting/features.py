"""A text as numbers: runs of one to three characters, weighed by how rare they are."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from tickets.finding.phrases import comparable

_LENGTHS = (1, 2, 3)
_LONGEST_TEXT = 4_000


def grams(text: str) -> Counter[str]:
    """Count the runs of one to three characters, none over a space or a comma."""
    found: Counter[str] = Counter()
    for word in _words(text):
        for length in _LENGTHS:
            found.update(word[i : i + length] for i in range(len(word) - length + 1))
    return found


def weigh(
    text: str, places: Mapping[str, int], rarity: Sequence[float]
) -> tuple[list[int], list[float]]:
    """Return the columns of a text that the model knows and their weights, of length one."""
    columns, weights = [], []
    for gram, times in grams(text).items():
        column = places.get(gram)
        if column is not None:
            columns.append(column)
            weights.append((1 + math.log(times)) * rarity[column])
    length = math.sqrt(sum(weight * weight for weight in weights)) or 1.0
    return columns, [weight / length for weight in weights]


def _words(text: str) -> list[str]:
    letters = (letter if letter.isalnum() else " " for letter in comparable(text[:_LONGEST_TEXT]))
    return "".join(letters).split()
