"""Nodes as an admin wrote them: each with its verb made and checked, its edges still names."""

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from ivr import verbs as _all_verbs
from ivr.fields import FieldKind, text_of
from ivr.inventory import Inventory
from ivr.located import Table, Text, Value
from ivr.outcomes import KEY_OUTCOMES, Outcome
from ivr.refusal import Refused
from ivr.verb import VERBS, Verb

__all__ = ["Draft", "FieldOf", "draft", "fields_of"]

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
# What a node has besides the fields of its verb.
_OF_EVERY_NODE = ("verb", "next", "edges", "keys")
_KEYS_HELP = 'Keys are 0-9, "*" and "#", the last two in quotes'

# Each verb registers itself when its file is read.
assert _all_verbs.__path__  # noqa: S101


@dataclass(frozen=True, slots=True)
class FieldOf:
    """One field of a verb and how it is read."""

    name: str
    kind: FieldKind
    required: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A node on its way: `targets` by outcome, `lines` by field."""

    id: str
    line: int
    verb: Verb
    targets: dict[str, Text]
    lines: dict[str, int]


def fields_of(verb: Verb | type[Verb]) -> tuple[FieldOf, ...]:
    """Return the fields a flow file may give to a verb."""
    return _fields_of(verb.name)


@cache
def _fields_of(name: str) -> tuple[FieldOf, ...]:
    hints = typing.get_type_hints(VERBS[name], include_extras=True)
    found = []
    for field in dataclasses.fields(typing.cast("Any", VERBS[name])):
        kind = _kind(hints[field.name])
        if kind is not None:
            found.append(FieldOf(field.name, kind, field.default is dataclasses.MISSING))
    return tuple(found)


def _kind(hint: object) -> FieldKind | None:
    if typing.get_origin(hint) is Annotated:
        return typing.cast("FieldKind", hint.__metadata__[0])  # type: ignore[attr-defined]
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return next(filter(None, map(_kind, typing.get_args(hint))), None)
    return None


def draft(node_id: str, line: int, value: Value, inventory: Inventory) -> Draft:
    """Read one node. Raises Refused."""
    if not isinstance(value, Table):
        raise Refused(value.line, f"Node '{node_id}' must be a table with 'verb:'.")
    verb = _verb(node_id, line, value)
    _refuse_unknown_fields(node_id, value, verb)
    keys = dict(_keys(node_id, value, verb))
    values = _values(node_id, line, value, verb, inventory)
    if verb.takes_keys:
        values["keys"] = "".join(keys)
    targets = {KEY_OUTCOMES[key]: target for key, target in keys.items()}
    targets |= _edges(node_id, line, value, verb)
    made = verb(**values)
    if fault := made.contradiction():
        raise Refused(line, f"Node '{node_id}' (verb {verb.name}): {fault}")
    return Draft(node_id, line, made, targets, value.lines)


def _verb(node_id: str, line: int, table: Table) -> type[Verb]:
    value = table.values.get("verb")
    if value is None:
        raise Refused(line, f"Node '{node_id}' has no verb.")
    name = text_of(value, "The verb")
    if name not in VERBS:
        known = ", ".join(sorted(VERBS))
        raise Refused(value.line, f"There is no verb '{name[:40]}'. Known: {known}.")
    return VERBS[name]


def _refuse_unknown_fields(node_id: str, table: Table, verb: type[Verb]) -> None:
    known = [field.name for field in fields_of(verb)]
    for name, line in table.lines.items():
        if name not in known and name not in _OF_EVERY_NODE:
            raise Refused(
                line,
                f"Node '{node_id}' has a field '{name[:40]}' that the verb {verb.name} does not "
                f"know. Known: {', '.join(known) or 'none'}.",
            )


def _values(
    node_id: str, line: int, table: Table, verb: type[Verb], inventory: Inventory
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields_of(verb):
        if field.name in table.values:
            values[field.name] = field.kind.read(table.values[field.name], inventory)
        elif field.required:
            raise Refused(line, f"Node '{node_id}' (verb {verb.name}) needs '{field.name}'.")
    return values


def _keys(node_id: str, table: Table, verb: type[Verb]) -> Iterator[tuple[str, Text]]:
    value = table.values.get("keys")
    if value is None:
        if verb.needs_keys:
            raise Refused(table.line, f"Node '{node_id}' (verb {verb.name}) needs 'keys'.")
        return
    if not verb.takes_keys:
        raise Refused(value.line, f"The verb {verb.name} of node '{node_id}' listens to no keys.")
    if not isinstance(value, Table) or not value.values:
        raise Refused(
            value.line, f"Keys are a table: the key and the node it leads to. {_KEYS_HELP}."
        )
    for key, target in value.values.items():
        if key not in KEY_OUTCOMES:
            raise Refused(value.lines[key], f"'{key[:40]}' is no key of a telephone. {_KEYS_HELP}.")
        yield key, _target(target)


def _edges(node_id: str, line: int, table: Table, verb: type[Verb]) -> dict[str, Text]:
    edges = table.values.get("edges", Table(line))
    if not isinstance(edges, Table):
        raise Refused(edges.line, "Edges are a table: the outcome and the node it leads to.")
    for outcome, at in edges.lines.items():
        if outcome == Outcome.DONE or not _may_have(verb, outcome):
            raise Refused(at, _no_such_edge(node_id, outcome, verb))
    targets = {outcome: _target(target) for outcome, target in edges.values.items()}
    after = table.values.get("next")
    if after is not None:
        if Outcome.DONE not in verb.outcomes:
            raise Refused(after.line, f"The verb {verb.name} of node '{node_id}' has no 'next'.")
        targets[Outcome.DONE] = _target(after)
    _refuse_missing_edges(node_id, line, verb, targets)
    return targets


def _may_have(verb: type[Verb], outcome: str) -> bool:
    several = len(verb.outcomes) > 1
    return outcome in verb.outcomes or verb.free_edges or (several and outcome == Outcome.ELSE)


def _no_such_edge(node_id: str, outcome: str, verb: type[Verb]) -> str:
    if outcome == Outcome.DONE or verb.outcomes == (Outcome.DONE,):
        return f"Node '{node_id}' goes on by 'next', not by an edge '{outcome[:40]}'."
    known = ", ".join(verb.outcomes) or "none"
    return (
        f"The verb {verb.name} of node '{node_id}' never ends in '{outcome[:40]}'. It has: {known}."
    )


def _refuse_missing_edges(
    node_id: str, line: int, verb: type[Verb], targets: dict[str, Text]
) -> None:
    if Outcome.ELSE in targets:
        return
    for outcome in verb.outcomes:
        if outcome not in targets:
            what = "'next'" if outcome == Outcome.DONE else f"an edge for '{outcome}'"
            raise Refused(line, f"Node '{node_id}' (verb {verb.name}) needs {what}.")


def _target(value: Value) -> Text:
    return Text(text_of(value, "The node an edge leads to"), value.line)
