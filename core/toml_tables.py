"""Lists of `[[tables]]` as an admin wrote them, each knowing its line.

Used by the loaders of config/*.toml; what the fields mean is theirs.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from core.errors import ConfigError

Word = TypeVar("Word", bound=StrEnum)

_FAULTY_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Table:
    """One `[[table]]` and the line it begins at."""

    path: Path
    line: int | None
    values: dict[str, Any]

    def fault(self, sentence: str) -> ConfigError:
        """Return an error that points here."""
        return ConfigError(self.path, self.line, sentence)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Refuse a key that nobody reads: it is a slip of the pen. Raises ConfigError."""
        for key in self.values:
            if key not in known:
                raise self.fault(f"'{key}' is not known here. Known: {', '.join(known)}.")

    def word(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        """Return a text of a given shape. Raises ConfigError."""
        value = self.values.get(key)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.fault(f"'{key}' must be a text such as \"{example}\", it is {value!r}.")
        return value

    def title(self, key: str, longest: int = 64) -> str:
        """Return a name for people: one printable line. Raises ConfigError."""
        value = self.values.get(key)
        if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
            raise self.fault(f"'{key}' must be one line of 1 to {longest} printable characters.")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false when absent. Raises ConfigError."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(f"'{key}' must be true or false, it is {value!r}.")
        return value

    def one_of(self, key: str, kind: type[Word]) -> Word:
        """Return one of an enumeration's words. Raises ConfigError naming them."""
        value = self.values.get(key)
        if value not in list(kind):
            raise self.fault(f"'{key}' is {value!r}; it must be one of {', '.join(kind)}.")
        return kind(value)

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number. Raises ConfigError."""
        value = self.values.get(key)
        if type(value) is not int or not least <= value <= most:
            raise self.fault(f"'{key}' must be a number from {least} to {most}, it is {value!r}.")
        return value


def read_tables(path: Path, name: str, beside: Collection[str] = ()) -> list[Table]:
    """Return the `[[name]]` tables of a file, which may hold tables `beside` them, read elsewhere.

    Raises ConfigError when the file holds anything else.
    """
    text = _text(path)
    document = _parsed(path, text)
    for key in document:
        if key != name and key not in beside:
            raise ConfigError(path, None, f"'{key}' is not known here; write [[{name}]] entries.")
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ConfigError(path, None, f"Write each entry as [[{name}]], not [{name}].")
    lines = _header_lines(text, name)
    return [Table(path, next(lines, None), entry) for entry in found]


def read_table(path: Path, name: str, beside: Collection[str] = ()) -> Table:
    """Return the one `[name]` table of a file, which may hold others `beside` it, read elsewhere.

    Raises ConfigError when it is missing or the file holds anything else.
    """
    text = _text(path)
    document = _parsed(path, text)
    for key in document:
        if key != name and key not in beside:
            raise ConfigError(path, None, f"'{key}' is not known here.")
    found = document.get(name)
    if not isinstance(found, dict):
        raise ConfigError(path, None, f"One table [{name}] must be written here.")
    header = re.compile(rf"\s*\[\s*{name}\s*\]")
    return Table(path, next(_lines_like(text, header), None), found)


def refuse_twice(pairs: Iterable[tuple[str, Table]], what: str) -> None:
    """Refuse a value that two tables share. Raises ConfigError at the second."""
    seen: dict[str, Table] = {}
    for value, table in pairs:
        if value in seen:
            raise table.fault(f"The {what} {value} is used already in line {seen[value].line}.")
        seen[value] = table


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(path, None, "The file is missing; restore it from the project.") from None
    except UnicodeDecodeError:
        raise ConfigError(path, None, "The file is not UTF-8; save it as UTF-8.") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _FAULTY_LINE.search(str(error))
        place = int(line[1]) if line else None
        raise ConfigError(path, place, f"This is not TOML: {error}.") from None


def _header_lines(text: str, name: str) -> Iterator[int]:
    return _lines_like(text, re.compile(rf"\s*\[\[\s*{name}\s*\]\]"))


def _lines_like(text: str, header: re.Pattern[str]) -> Iterator[int]:
    return (number for number, line in enumerate(text.splitlines(), 1) if header.match(line))
