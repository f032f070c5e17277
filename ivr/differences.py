"""What differs between two versions of a flow, node by node, in the words of their files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.errors import ConfigError
from ivr.located import Items, Table, Text, Value, read_table
from ivr.refusal import Refused
from ivr.written import Written


@dataclass(frozen=True, slots=True)
class Difference:
    """One change; `node` is "" when it is about the whole flow, `line` that of the new file."""

    node: str
    line: int | None
    sentence: str


def differences(old: Written, new: Written) -> list[Difference]:
    """Return what was changed, in the order of the new file; nodes that are gone come last.

    Comments, order and quotes do not count. Raises ConfigError for a file that is no YAML table.
    """
    before, after = _table(old), _table(new)
    return [*_heads(before, after), *_nodes(_nodes_of(before), _nodes_of(after))]


def _table(written: Written) -> Table:
    try:
        return read_table(written.text)
    except Refused as refusal:
        raise ConfigError(written.path, refusal.line, refusal.sentence) from None


def _nodes_of(table: Table) -> Table:
    nodes = table.values.get("nodes")
    return nodes if isinstance(nodes, Table) else Table(table.line)


def _heads(old: Table, new: Table) -> Iterator[Difference]:
    for sentence in _changes(_flat(old, "nodes"), _flat(new, "nodes")):
        yield Difference("", None, sentence)


def _nodes(old: Table, new: Table) -> Iterator[Difference]:
    for name, node in new.values.items():
        line = new.lines[name]
        if name not in old.values:
            yield Difference(name, line, f"is new: {_flat(node).get('verb', 'no verb')}")
            continue
        for sentence in _changes(_flat(old.values[name]), _flat(node)):
            yield Difference(name, line, sentence)
    for name in old.values:
        if name not in new.values:
            yield Difference(name, None, "is gone")


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name), new.get(name)
        if before != after:
            yield f"{name}: {_word(before)} → {_word(after)}"


def _word(value: str | None) -> str:
    return "not given" if value is None else value or '""'


def _flat(value: Value, without: str = "") -> dict[str, str]:
    """Return every single value by its place: `timeout`, `keys 5`, `week mon-fri`."""
    match value:
        case Text(value=text):
            return {"": text}
        case Items(values=values):
            return {"": ", ".join(text for one in values for text in _flat(one).values())}
        case Table(values=table):
            return {
                f"{name} {place}".strip(): text
                for name, one in table.items()
                if name != without
                for place, text in _flat(one).items()
            }
