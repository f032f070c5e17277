"""What was learnt, as plain numbers in a file: nothing in it can run.

`current.json` names the file and its SHA-256; a file that is not exactly that one is not read.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import HotlineError
from tickets.suggesting.features import weigh

CURRENT = "current.json"
_LARGEST_FILE = 256 * 1024 * 1024
_WORDS = 3

Floats = npt.NDArray[np.float32]


class NoModel(HotlineError):
    """Nothing has been learnt yet."""

    slug = "no-model"

    def __init__(self) -> None:
        super().__init__("Nothing has been learnt yet. Train with: ./hotline suggest train")


class BadModel(HotlineError):
    """The model's file is not the one that was written."""

    slug = "bad-model"

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}. Train again with: ./hotline suggest train")


@dataclass(frozen=True, slots=True)
class Card:
    """What people should know of a model; the shares are of held-out tickets it never saw.

    `right_among_three`: the true category was one of three. `always_commonest`: how often one is
    right who always says the commonest category.
    """

    version: str
    learnt_from: int
    held_out: int
    categories: int
    right: float
    right_among_three: float
    always_commonest: float


@dataclass(frozen=True, slots=True)
class Guess:
    """One category, how sure the model is, and the words that led there."""

    category: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model: one row of weights for each category, one column for each run of letters."""

    card: Card
    categories: tuple[str, ...]
    places: Mapping[str, int]
    rarity: list[float]
    weights: Floats
    offsets: Floats

    def guess(self, text: str, most: int = 3) -> list[Guess]:
        """Return the likeliest categories, likeliest first; none when no word is known."""
        columns, values = weigh(text, self.places, self.rarity)
        if not columns:
            return []
        parts = self.weights[:, columns] * np.asarray(values, dtype=np.float32)
        scores = parts.sum(axis=1) + self.offsets
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        grams = list(self.places)
        return [
            Guess(
                self.categories[row],
                round(float(chances[row]), 3),
                _leading([(float(parts[row, i]), grams[c]) for i, c in enumerate(columns)]),
            )
            for row in np.argsort(-chances)[:most]
        ]


def _leading(parts: list[tuple[float, str]]) -> tuple[str, ...]:
    """Return the words that spoke most for a category; a longer one stands for those within it."""
    chosen: list[str] = []
    for part, gram in sorted(parts, key=lambda one: (-one[0] * len(one[1]), one[1])):
        if part <= 0 or len(chosen) == _WORDS:
            break
        if len(gram) > 1 and not any(gram in one or one in gram for one in chosen):
            chosen.append(gram)
    return tuple(chosen)


def save(model: Model, folder: Path) -> None:
    """Write a model and make it the current one; earlier files stay."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        categories=np.array(model.categories),
        grams=np.array(list(model.places)),
        rarity=np.asarray(model.rarity, dtype=np.float32),
        weights=model.weights,
        offsets=model.offsets,
    )
    file = f"categories-{model.card.version}.npz"
    _replace(folder / file, packed.getvalue())
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    named = {"file": file, "sha256": digest, "card": asdict(model.card)}
    _replace(folder / CURRENT, json.dumps(named, indent=1).encode())


def current(folder: Path) -> Model:
    """Return the model in use. Raises NoModel and BadModel."""
    path = folder / CURRENT
    if not path.exists():
        raise NoModel()
    return _kept(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _kept(path: Path, changed: int) -> Model:
    del changed
    try:
        named = json.loads(path.read_text())
        file, digest = path.parent / Path(named["file"]).name, named["sha256"]
        if file.stat().st_size > _LARGEST_FILE:
            raise BadModel(file, "it is too large")
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise BadModel(file, "it is not the file that was written")
        return _read(content, Card(**named["card"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(path, f"it cannot be read ({type(error).__name__})") from error


def _read(content: bytes, card: Card) -> Model:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        grams, weights = arrays["grams"].tolist(), arrays["weights"]
        model = Model(
            card,
            tuple(arrays["categories"].tolist()),
            {gram: place for place, gram in enumerate(grams)},
            arrays["rarity"].tolist(),
            weights,
            arrays["offsets"],
        )
    if weights.shape != (len(model.categories), len(grams)) or len(model.rarity) != len(grams):
        raise ValueError("shapes")
    return model


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(content)
    os.replace(new, path)
