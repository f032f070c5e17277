"""The transfer catalogue (转接事项清单): which matters are 110's and which are ours, as agreed.

Read from `transfer_catalogue.csv`; searched as an agent types.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.csv_tables import read_rows
from core.toml_tables import Table, refuse_twice
from transfers.partners import load_partners

FILE = "transfer_catalogue.csv"
US = "12345"
LONGEST_QUERY = 100
_COLUMNS = ("from", "to", "class", "item", "words")


@dataclass(frozen=True, slots=True)
class Item:
    """One matter: who hands it over to whom, its class, and further words that citizens use."""

    source: str
    target: str
    group: str
    title: str
    words: tuple[str, ...]


def load_catalogue(config_dir: Path) -> Sequence[Item]:
    """Read the catalogue in the order of its file. Raises ConfigError with line and mend."""
    rows = read_rows(config_dir / FILE, _COLUMNS)
    platforms = {US, *(partner.code for partner in load_partners(config_dir))}
    items = [_item(row, platforms) for row in rows]
    keys = (f"{one.source} {one.target} {one.title}" for one in items)
    refuse_twice(zip(keys, rows, strict=True), "matter")
    return items


def catalogue_of(config_dir: Path) -> Sequence[Item]:
    """Return the catalogue, read again when its file changed. Raises ConfigError."""
    path = config_dir / FILE
    return _read(config_dir, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _read(config_dir: Path, changed: int) -> Sequence[Item]:
    del changed
    return load_catalogue(config_dir)


def search(items: Sequence[Item], query: str, limit: int = 20) -> Sequence[Item]:
    """Return the items that fit what was typed, best first; all of them fit an empty query.

    Words are parted by spaces. Each must be found whole or, since people do not type what the file
    says, with its characters in order; whole in the title counts most.
    """
    words = query[:LONGEST_QUERY].lower().split()
    scored = [(score, one) for one in items if (score := _score(one, words)) is not None]
    return [one for _, one in sorted(scored, key=lambda pair: -pair[0])][:limit]


def _score(item: Item, words: Sequence[str]) -> int | None:
    """How well an item fits: None when one of the words is nowhere in it."""
    scores = [_fit(item, word) for word in words]
    return None if 0 in scores else sum(scores)


def _fit(item: Item, word: str) -> int:
    title, others = item.title.lower(), (item.group.lower(), *item.words)
    if word in title:
        return 8 if title.startswith(word) else 6
    if any(word in other or other in word for other in item.words):
        return 5
    if any(word in other for other in others) or word in (item.source, item.target):
        return 3
    return 1 if len(word) > 1 and _in_order(word, title) else 0


def _in_order(word: str, text: str) -> bool:
    rest = iter(text)
    return all(character in rest for character in word)


def _item(row: Table, platforms: set[str]) -> Item:
    source, target = row.title("from", 16), row.title("to", 16)
    for code in (source, target):
        if code not in platforms:
            raise row.fault(f"{code!r} is neither {US} nor a partner line of lines.toml.")
    if US not in (source, target) or source == target:
        raise row.fault(f"A matter goes from {US} to a partner line or the other way.")
    words = str(row.values.get("words", "")).lower().split()
    return Item(source, target, row.title("class", 20), row.title("item", 60), tuple(words))
