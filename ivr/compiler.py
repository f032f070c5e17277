"""From a flow file's text to a flow that can run, or a refusal with file, line and a sentence.

Called by the flow store. Everything is checked here, so that the engine checks nothing.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from core.errors import ConfigError
from ivr.call import Known
from ivr.drafts import NAME, Draft, draft, fields_of
from ivr.fields import AssignmentsKind, VariableKind, WordKind, text_of
from ivr.flow import Flow, Node
from ivr.inventory import Inventory
from ivr.located import Table, Text, Value, read_table
from ivr.paths import refuse_missing_prompts, refuse_silent_loops
from ivr.refusal import Refused

_HEAD = ("name", "title", "language", "start", "variables", "nodes")
# What a flow may set, and what it may read, without declaring it.
_SETTABLE = (Known.LANGUAGE, Known.HEARD, Known.PRIORITY)
_READABLE = (*_SETTABLE, Known.CODE)
_NOTHING = Inventory({}, frozenset(), frozenset())


def version_of(text: str) -> str:
    """Return the short hash that names these bytes as a version."""
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


def compile_flow(text: str, path: object, name: str, inventory: Inventory) -> Flow:
    """Check and link a flow. Raises ConfigError naming `path`, the line and the mend."""
    try:
        return _compile(read_table(text), version_of(text), name, inventory)
    except Refused as refusal:
        raise ConfigError(path, refusal.line, refusal.sentence) from None


def _compile(table: Table, version: str, name: str, inventory: Inventory) -> Flow:
    _read_head(table, name)
    language = _language(_needed(table, "language"), inventory)
    variables = _variables(table.values.get("variables"))
    drafts = _drafts(_needed(table, "nodes"), inventory)
    for one in drafts.values():
        _refuse_undeclared(one, variables, inventory)
    nodes = _link(drafts)
    start = _find(nodes, _text(table, "start"))
    flow = Flow(name, version, language, start, nodes, variables)
    refuse_silent_loops(flow)
    refuse_missing_prompts(flow, inventory)
    return flow


def _read_head(table: Table, name: str) -> None:
    for key, line in table.lines.items():
        if key not in _HEAD:
            known = ", ".join(_HEAD)
            raise Refused(line, f"A flow has no '{key[:40]}'. It has: {known}.")
    written = _text(table, "name")
    if written.value != name or not NAME.fullmatch(name):
        raise Refused(
            written.line,
            f"The flow is named '{written.value[:40]}' but its file '{name}.yaml'; a name is of "
            "a-z, 0-9 and -, and both must agree.",
        )


def _needed(table: Table, key: str) -> Value:
    try:
        return table.values[key]
    except KeyError:
        raise Refused(table.line, f"The flow has no '{key}'.") from None


def _text(table: Table, key: str) -> Text:
    value = _needed(table, key)
    return Text(text_of(value, f"The '{key}'"), value.line)


def _language(value: Value, inventory: Inventory) -> str:
    language = text_of(value, "The language")
    if language not in inventory.prompts:
        known = ", ".join(sorted(inventory.prompts))
        raise Refused(value.line, f"Nothing is spoken in '{language[:40]}'. Known: {known}.")
    return language


def _variables(value: Value | None) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Table):
        raise Refused(value.line, "Variables are a table: the name and the value it begins with.")
    read, name, word = {}, VariableKind(), WordKind()
    for key, item in value.values.items():
        line = value.lines[key]
        if key in tuple(Known):
            raise Refused(line, f"The variable '{key}' is the engine's own; choose another name.")
        read[name.read(Text(key, line), _NOTHING)] = word.read(item, _NOTHING)
    return read


def _drafts(value: Value, inventory: Inventory) -> dict[str, Draft]:
    if not isinstance(value, Table) or not value.values:
        raise Refused(value.line, "Nodes are a table: the name and what the node does.")
    return {
        node_id: draft(node_id, value.lines[node_id], node, inventory)
        for node_id, node in value.values.items()
    }


def _refuse_undeclared(one: Draft, variables: Mapping[str, str], inventory: Inventory) -> None:
    for field in fields_of(one.verb):
        line = one.lines.get(field.name, one.line)
        value: Any = getattr(one.verb, field.name)
        if isinstance(field.kind, VariableKind) and value not in (*variables, *_READABLE):
            raise Refused(line, f"The variable '{value}' is not declared under 'variables'.")
        if isinstance(field.kind, AssignmentsKind):
            for name, word in value:
                if name not in (*variables, *_SETTABLE):
                    raise Refused(line, f"The variable '{name}' is not declared under 'variables'.")
                if name == Known.LANGUAGE:
                    _language(Text(word, line), inventory)


def _link(drafts: Mapping[str, Draft]) -> dict[str, Node]:
    nodes = {one.id: Node(one.id, one.verb, one.line, one.lines) for one in drafts.values()}
    for one in drafts.values():
        node = nodes[one.id]
        node.edges.update(dict.fromkeys(one.verb.stays, node))
        for outcome, target in one.targets.items():
            node.edges[outcome] = _find(nodes, target)
    return nodes


def _find(nodes: Mapping[str, Node], name: Text) -> Node:
    try:
        return nodes[name.value]
    except KeyError:
        raise Refused(name.line, f"There is no node '{name.value[:40]}'.") from None
