"""Changes of a flow's text that leave the rest as somebody wrote it: comments, order and quotes.

Pure: text in, text out, YAML or JSON as it was. Called by whoever changes flows for people. The
result is not judged here; compile it.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from ivr.drafts import NAME
from ivr.round_trip import (
    CannotEdit,
    Document,
    Plain,
    as_table,
    json_text,
    key_of,
    new_value,
    read_document,
    yaml_text,
)
from ivr.text_lines import span, with_lines, without

__all__ = ["AddNode", "CannotEdit", "Edit", "Remove", "RenameNode", "SetValue", "as_json", "edited"]


@dataclass(frozen=True, slots=True)
class SetValue:
    """Write a value at a place of a node, or of the flow's head when `node` is "".

    `place` is the way of keys to it: ("timeout",), ("keys", "5"), ("edges", "closed").
    """

    node: str
    place: tuple[str, ...]
    value: Plain


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a field, a key or an edge of a node; with an empty place the node itself."""

    node: str
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddNode:
    """Add a node behind another, at the end when `after` is ""."""

    node: str
    fields: Mapping[str, Plain]
    after: str = ""


@dataclass(frozen=True, slots=True)
class RenameNode:
    """Give a node another name, also where edges, keys and the start lead to it."""

    node: str
    name: str


Edit = SetValue | Remove | AddNode | RenameNode


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits made, one after the other. Raises CannotEdit; then none is."""
    for edit in edits:
        text = _made(read_document(text), edit)
    return text


def as_json(text: str) -> str:
    """Return a flow's text as JSON; comments are lost. Raises CannotEdit."""
    return json_text(read_document(text).flow)


def _made(document: Document, edit: Edit) -> str:
    match edit:
        case SetValue():
            return _with_value(document, edit)
        case Remove():
            return _without(document, edit)
        case AddNode():
            return _with_node(document, edit)
        case RenameNode():
            return _renamed(document, edit)


def _with_value(document: Document, edit: SetValue) -> str:
    if not edit.place:
        raise CannotEdit("Say which field is to be set.")
    table: Any = as_table(document.nodes(), edit.node) if edit.node else document.flow
    for name in edit.place[:-1]:
        if not isinstance(table.get(key_of(table, name)), MutableMapping):
            table[name] = new_value({})
        table = table[key_of(table, name)]
    key = key_of(table, edit.place[-1])
    if key not in table and len(edit.place) > 1:
        key = next(iter(new_value({edit.place[-1]: ""})))
    table[key] = new_value(edit.value, table.get(key))
    return document.written()


def _without(document: Document, edit: Remove) -> str:
    place = ("nodes", edit.node, *edit.place)
    table: Any = document.flow
    for name in place[:-1]:
        table = as_table(table, name)
    key = key_of(table, place[-1])
    if key not in table:
        raise CannotEdit(f"There is no '{place[-1][:40]}' to remove.")
    lines = None if document.is_json else span(document.text, document.flow, place)
    if lines is not None and len(table) > 1:
        return without(document.text, lines)
    del table[key]
    return document.written()


def _with_node(document: Document, edit: AddNode) -> str:
    nodes = document.nodes()
    _refuse_name(nodes, edit.node)
    after = edit.after or next(reversed(nodes), "")
    if after not in nodes:
        raise CannotEdit(f"There is no node '{after[:40]}' to stand behind.")
    fields = new_value(edit.fields)
    lines = None if document.is_json else span(document.text, document.flow, ("nodes", after))
    if lines is not None:
        column = nodes.lc.key(after)[1]
        return with_lines(
            document.text, lines[1], indent(yaml_text({edit.node: fields}), " " * column)
        )
    nodes.insert(list(nodes).index(after) + 1, edit.node, fields)
    return document.written()


def _refuse_name(nodes: Mapping[str, Any], name: str) -> None:
    if not NAME.fullmatch(name):
        raise CannotEdit(f"'{name[:40]}' cannot name a node: a-z, 0-9 and -, a letter first.")
    if name in nodes:
        raise CannotEdit(f"There is a node '{name}' already.")


def _renamed(document: Document, edit: RenameNode) -> str:
    nodes = document.nodes()
    node = as_table(nodes, edit.node)
    _refuse_name(nodes, edit.name)
    place, comments = list(nodes).index(edit.node), nodes.ca.items.pop(edit.node, None)
    del nodes[edit.node]
    nodes.insert(place, edit.name, node)
    if comments is not None:
        nodes.ca.items[edit.name] = comments
    for table in (document.flow, *nodes.values()):
        _lead_elsewhere(table, edit)
    return document.written()


def _lead_elsewhere(table: Any, edit: RenameNode) -> None:
    for ways in (table, table.get("edges"), table.get("keys")):
        if not isinstance(ways, MutableMapping):
            continue
        for key, target in ways.items():
            if target == edit.node and (ways is not table or key in ("start", "next")):
                ways[key] = new_value(edit.name, target)
