"""What an agent's notes hint at: danger to life, a hazard, public order.

It suggests and never decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from core.toml_tables import Table, read_tables, refuse_twice
from transfers.partners import load_partners

FILE = "hints.toml"
# More than a form holds; what lies behind it is not read.
LONGEST_TEXT = 20_000
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}", re.ASCII)
_KEYS = ("code", "title", "act", "to", "words", "unless")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


class Suggested(StrEnum):
    """What is suggested."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    STABILITY = "stability"


@dataclass(frozen=True, slots=True)
class Hint:
    """One list of words; `to` are partner codes, nearest first."""

    code: str
    title: str
    act: Suggested
    to: tuple[str, ...]
    words: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A hint that a text gives, with the words that gave it, in the order of the text."""

    hint: Hint
    words: tuple[str, ...]


def load_hints(config_dir: Path) -> Sequence[Hint]:
    """Read the lists of words. Raises ConfigError with the line and the mend."""
    tables = read_tables(config_dir / FILE, "hint")
    partners = {partner.code for partner in load_partners(config_dir)}
    hints = [_hint(table, partners) for table in tables]
    refuse_twice(((h.code, t) for h, t in zip(hints, tables, strict=True)), "hint")
    return hints


def hints_of(config_dir: Path) -> Sequence[Hint]:
    """Return the lists, read again when their file changed. Raises ConfigError."""
    path = config_dir / FILE
    return _read(config_dir, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _read(config_dir: Path, changed: int) -> Sequence[Hint]:
    del changed
    return load_hints(config_dir)


def hints_in(text: str, hints: Sequence[Hint]) -> Sequence[Hit]:
    """Return what a text hints at, in the order of the lists. A pure function of both."""
    sentences = _SENTENCE_END.split("".join(text[:LONGEST_TEXT].split(" ")))
    found = [Hit(hint, _words(sentences, hint)) for hint in hints]
    return [hit for hit in found if hit.words]


def _words(sentences: Sequence[str], hint: Hint) -> tuple[str, ...]:
    told = [s for s in sentences if not any(other in s for other in hint.unless)]
    return tuple(dict.fromkeys(word for s in told for word in sorted(
        (w for w in hint.words if w in s), key=s.index
    )))  # fmt: skip


def _hint(table: Table, partners: set[str]) -> Hint:
    table.refuse_unknown(_KEYS)
    to = _list(table, "to")
    for code in to:
        if code not in partners:
            raise table.fault(f"{code!r} is no partner line of lines.toml.")
    words = _list(table, "words")
    if not words:
        raise table.fault("'words' must name at least one word.")
    code, title = table.word("code", _CODE, "E1"), table.title("title")
    return Hint(code, title, table.one_of("act", Suggested), to, words, _list(table, "unless"))


def _list(table: Table, key: str) -> tuple[str, ...]:
    value = table.values.get(key, [])
    texts = isinstance(value, list) and all(isinstance(w, str) and w.strip() for w in value)
    if not texts:
        raise table.fault(f"'{key}' must be a list of words in quotes.")
    return tuple(value)
