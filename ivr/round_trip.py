"""A flow's text as tables that are written back as somebody wrote them; used by `ivr.editing`."""

import io
import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from core.errors import HotlineError
from ivr.located import read_table
from ivr.outcomes import KEYS
from ivr.refusal import Refused

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]

# Longer than any line that somebody wrote, so that none is folded.
_WIDTH = 4096


class CannotEdit(HotlineError):
    """The text has no such place, or is no flow that could be edited."""

    slug = "flow-cannot-edit"


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what it says."""

    text: str
    flow: CommentedMap
    is_json: bool

    def written(self) -> str:
        """Return the text of what it says now."""
        return json_text(self.flow) if self.is_json else yaml_text(self.flow)

    def nodes(self) -> CommentedMap:
        """Return the table of nodes. Raises CannotEdit."""
        return as_table(self.flow, "nodes")


def read_document(text: str) -> Document:
    """Read a text that holds no tricks. Raises CannotEdit with line and column."""
    try:
        read_table(text)
    except Refused as refusal:
        column = getattr(refusal.line, "column", 0)
        place = f"Line {refusal.line}, column {column}: " if refusal.line else ""
        raise CannotEdit(f"{place}{refusal.sentence}") from None
    try:
        return Document(text, _commented(json.loads(text)), is_json=True)
    except ValueError:
        return Document(text, _loader().load(text), is_json=False)


def yaml_text(flow: Mapping[str, Any]) -> str:
    """Write YAML with the comments and quotes that it had."""
    out = io.StringIO()
    _loader().dump(flow, out)
    return out.getvalue()


def json_text(flow: Mapping[str, Any]) -> str:
    """Write JSON for people to read."""
    return json.dumps(flow, ensure_ascii=False, indent=2, default=str) + "\n"


def as_table(table: Mapping[Any, Any], name: str) -> CommentedMap:
    """Return the table under a name. Raises CannotEdit."""
    found = table.get(key_of(table, name))
    if not isinstance(found, CommentedMap):
        raise CannotEdit(f"There is no table '{name[:40]}' to change.")
    return found


def key_of(table: Mapping[Any, Any], name: str) -> Any:
    """Return a key as it is written: 9 and "9" are the same."""
    return next((key for key in table if str(key) == name), name)


def new_value(value: Any, old: Any = None) -> Any:
    """Return a value as people write it: in the quotes of what stood there, keys in quotes."""
    if isinstance(value, Mapping):
        return CommentedMap((_word(str(key)), new_value(one)) for key, one in value.items())
    if isinstance(value, str):
        return type(old)(value) if isinstance(old, str) else _word(value)
    return value


def _word(word: str) -> str:
    return DoubleQuotedScalarString(word) if word in KEYS or word.isdigit() else word


def _commented(value: Any) -> Any:
    if isinstance(value, MutableMapping):
        return CommentedMap((key, _commented(one)) for key, one in value.items())
    return value


def _loader() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    return yaml
