"""Learning categories from tickets that people have closed, and measuring how well.

A tenth is held out by the ticket's own id, never learnt from, and says how often the model is
right. The learning library is imported only here: it takes seconds and a hundred megabytes.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.errors import HotlineError
from tickets.suggesting.features import grams, weigh
from tickets.suggesting.model import Card, Floats, Model

FEWEST_TICKETS, FEWEST_OF_CATEGORY = 200, 5
_MOST_GRAMS, _SEEN_AT_LEAST = 20_000, 3
_HELD_OUT = 10


class TooFewTickets(HotlineError):
    """Nothing can be learnt from so few."""

    slug = "too-few-tickets"

    def __init__(self, tickets: int, categories: int) -> None:
        super().__init__(
            f"{tickets} closed tickets of {categories} categories are too few to learn from: "
            f"{FEWEST_TICKETS} of at least two, {FEWEST_OF_CATEGORY} of each."
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A closed ticket: its searchable text, and the category that people left it with."""

    ticket_id: int
    category: str
    text: str


def train(examples: Sequence[Example], at: datetime) -> Model:
    """Learn and measure. Raises TooFewTickets."""
    often = Counter(example.category for example in examples)
    used = [one for one in examples if often[one.category] >= FEWEST_OF_CATEGORY]
    learnt = [one for one in used if not _is_held_out(one.ticket_id)]
    held_out = [one for one in used if _is_held_out(one.ticket_id)]
    if len(learnt) < FEWEST_TICKETS or len({one.category for one in learnt}) < 2 or not held_out:
        raise TooFewTickets(len(used), len({one.category for one in used}))
    places, rarity = _vocabulary(learnt)
    categories, weights, offsets = _fit(learnt, places, rarity)
    empty = Card("", 0, 0, 0, 0.0, 0.0, 0.0)
    model = Model(empty, categories, places, rarity, weights, offsets)
    card = _measured(model, learnt, held_out, at)
    return Model(card, categories, places, rarity, weights, offsets)


def _is_held_out(ticket_id: int) -> bool:
    return hashlib.sha256(str(ticket_id).encode()).digest()[0] % _HELD_OUT == 0


def _vocabulary(learnt: Sequence[Example]) -> tuple[dict[str, int], list[float]]:
    texts: Counter[str] = Counter()
    for example in learnt:
        texts.update(grams(example.text).keys())
    common = [gram for gram, seen in texts.most_common(_MOST_GRAMS) if seen >= _SEEN_AT_LEAST]
    rarity = [math.log((1 + len(learnt)) / (1 + texts[gram])) + 1 for gram in common]
    return {gram: place for place, gram in enumerate(common)}, rarity


def _fit(
    learnt: Sequence[Example], places: dict[str, int], rarity: list[float]
) -> tuple[tuple[str, ...], Floats, Floats]:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for example in learnt:
        of_text, weights = weigh(example.text, places, rarity)
        columns += of_text
        values += weights
        ends.append(len(columns))
    matrix = csr_matrix((values, columns, ends), shape=(len(learnt), len(places)))
    fitted = LogisticRegression(C=10.0, max_iter=200).fit(matrix, [one.category for one in learnt])
    coefficients, offsets = fitted.coef_, fitted.intercept_
    if len(coefficients) == 1:  # of two categories the library keeps one row
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        offsets = np.array([-offsets[0], offsets[0]]) / 2
    return (
        tuple(map(str, fitted.classes_)),
        coefficients.astype(np.float32),
        offsets.astype(np.float32),
    )


def _measured(
    model: Model, learnt: Sequence[Example], held_out: Sequence[Example], at: datetime
) -> Card:
    guesses = [[guess.category for guess in model.guess(one.text)] for one in held_out]
    truth = [one.category for one in held_out]
    first = sum(said[:1] == [true] for said, true in zip(guesses, truth, strict=True))
    among = sum(true in said for said, true in zip(guesses, truth, strict=True))
    commonest = Counter(one.category for one in learnt).most_common(1)[0][0]
    return Card(
        version=at.strftime("%Y%m%dT%H%M%S"),
        learnt_from=len(learnt),
        held_out=len(held_out),
        categories=len(model.categories),
        right=round(first / len(truth), 4),
        right_among_three=round(among / len(truth), 4),
        always_commonest=round(truth.count(commonest) / len(truth), 4),
    )
