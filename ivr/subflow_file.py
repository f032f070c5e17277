"""Sub-flows as a flow file declares them under `subflows`; `ivr.subflows` puts them in place."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.drafts import NAME
from ivr.fields import (
    VARIABLE,
    FieldKind,
    Named,
    NumberKind,
    PromptKind,
    SwitchKind,
    WordKind,
    text_of,
)
from ivr.inventory import Inventory
from ivr.located import Table, Text, Value
from ivr.refusal import Refused

# A parameter is checked where it is given; the field it goes to checks it once more.
TYPES: Mapping[str, FieldKind] = {
    "prompt": PromptKind(),
    "queue": Named("queue", "queues"),
    "partner": Named("partner line", "partners"),
    "seconds": NumberKind(1, 3600),
    "number": NumberKind(0, 999_999, whole=True),
    "switch": SwitchKind(),
    "text": WordKind(),
}
CALL, RETURN = "subflow", "return"
_FIELDS = ("parameters", "start", "nodes")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; without a default it must be given."""

    kind: FieldKind
    default: Text | None


@dataclass(frozen=True, slots=True)
class Subflow:
    """One sub-flow; its nodes are as written, `outcomes` those of its returns."""

    name: str
    start: Text
    nodes: Table
    parameters: Mapping[str, Parameter]
    outcomes: frozenset[str]


def read_subflows(value: Value | None, inventory: Inventory) -> dict[str, Subflow]:
    """Read them all by name. Raises Refused."""
    if value is None:
        return {}
    if not isinstance(value, Table):
        raise Refused(value.line, "Sub-flows are a table: the name and what it holds.")
    return {
        name: _subflow(name, value.lines[name], one, inventory)
        for name, one in value.values.items()
    }


def _subflow(name: str, line: int, value: Value, inventory: Inventory) -> Subflow:
    if not NAME.fullmatch(name):
        raise Refused(line, f"'{name[:40]}' cannot name a sub-flow: a-z, 0-9 and -.")
    table = as_table(value, f"The sub-flow '{name}'")
    refuse_unknown(table, _FIELDS, f"The sub-flow '{name}'")
    for key in ("start", "nodes"):
        if key not in table.values:
            raise Refused(line, f"The sub-flow '{name}' has no '{key}'.")
    nodes = as_table(table.values["nodes"], f"The nodes of the sub-flow '{name}'")
    start = Text(text_of(table.values["start"], "The 'start'"), table.values["start"].line)
    if start.value not in nodes.values:
        raise Refused(start.line, f"The sub-flow '{name}' has no node '{start.value[:40]}'.")
    outcomes = _outcomes(nodes)
    if not outcomes and any(_verb_of(node) == CALL for node in nodes.values.values()):
        raise Refused(line, f"The sub-flow '{name}' never returns; give it a node 'return'.")
    return Subflow(name, start, nodes, _parameters(table, inventory), outcomes)


def _parameters(table: Table, inventory: Inventory) -> dict[str, Parameter]:
    value = table.values.get("parameters")
    if value is None:
        return {}
    found = {}
    for name, one in as_table(value, "Parameters").values.items():
        if not VARIABLE.fullmatch(name):
            line = as_table(value, "Parameters").lines[name]
            raise Refused(line, f"'{name[:40]}' cannot name a parameter: a-z, 0-9 and _.")
        found[name] = _parameter(name, one, inventory)
    return found


def _parameter(name: str, value: Value, inventory: Inventory) -> Parameter:
    if isinstance(value, Text):
        return Parameter(_type(value), None)
    table = as_table(value, f"The parameter '{name}'")
    refuse_unknown(table, ("type", "default"), f"The parameter '{name}'")
    kind = _type(table.values.get("type", Text("", table.line)))
    default = table.values.get("default")
    if default is None:
        return Parameter(kind, None)
    kind.read(default, inventory)
    return Parameter(kind, Text(text_of(default, "The default"), default.line))


def _type(value: Value) -> FieldKind:
    word = value.value if isinstance(value, Text) else ""
    if word not in TYPES:
        known = ", ".join(TYPES)
        raise Refused(value.line, f"'{word[:40]}' is no type of a parameter. Known: {known}.")
    return TYPES[word]


def _outcomes(nodes: Table) -> frozenset[str]:
    return frozenset(
        outcome_of(node)
        for node in nodes.values.values()
        if isinstance(node, Table) and _verb_of(node) == RETURN
    )


def _verb_of(node: Value) -> str:
    verb = node.values.get("verb") if isinstance(node, Table) else None
    return verb.value if isinstance(verb, Text) else ""


def outcome_of(node: Table) -> str:
    """Return how a sub-flow ends at a `return`. Raises Refused."""
    value = node.values.get("outcome", Text("", node.line))
    outcome = text_of(value, "The outcome of a return")
    if not NAME.fullmatch(outcome):
        raise Refused(value.line, f"'{outcome[:40]}' cannot name an outcome: a-z, 0-9 and -.")
    return outcome


def as_table(value: Value, what: str) -> Table:
    """Return a table. Raises Refused for anything else."""
    if not isinstance(value, Table):
        raise Refused(value.line, f"{what} must be a table.")
    return value


def refuse_unknown(table: Table, known: tuple[str, ...], what: str) -> None:
    """Refuse a key that nobody reads. Raises Refused."""
    for key, line in table.lines.items():
        if key not in known:
            has = ", ".join(known) or "nothing"
            raise Refused(line, f"{what} has no '{key[:40]}'. It has: {has}.")
