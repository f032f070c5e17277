"""From a flow file's text to a flow that can run, or a refusal with file, line and a sentence.

Called by the flow store. Everything is checked here, so that the engine checks nothing.
"""

import hashlib
from collections.abc import Mapping

from core.errors import ConfigError
from ivr.drafts import NAME, Draft, draft
from ivr.fields import text_of
from ivr.flow import Flow, Node
from ivr.inventory import Inventory
from ivr.located import Table, Text, Value, read_table
from ivr.paths import refuse_missing_prompts, refuse_silent_loops
from ivr.refusal import Refused
from ivr.subflows import put_in_place
from ivr.variable_uses import refuse_misuse
from ivr.variables import read_variables

_HEAD = ("name", "title", "language", "start", "variables", "nodes", "subflows")


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
    variables = read_variables(table.values.get("variables"))
    nodes_table = put_in_place(_nodes(table), table.values.get("subflows"), inventory)
    drafts = _drafts(nodes_table, inventory)
    for one in drafts.values():
        refuse_misuse(one, variables)
    nodes = _link(drafts)
    start = _find(nodes, _text(table, "start"))
    initial = {key: variable.initial for key, variable in variables.items()}
    flow = Flow(name, version, language, start, nodes, initial)
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


def _nodes(table: Table) -> Table:
    value = _needed(table, "nodes")
    if not isinstance(value, Table) or not value.values:
        raise Refused(value.line, "Nodes are a table: the name and what the node does.")
    return value


def _drafts(nodes: Table, inventory: Inventory) -> dict[str, Draft]:
    return {
        node_id: draft(node_id, nodes.lines[node_id], node, inventory)
        for node_id, node in nodes.values.items()
    }


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
