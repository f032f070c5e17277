"""Sub-flows: a part of a flow that several nodes use, each with its own parameters.

    subflows:
      offer:
        parameters: {said: prompt, patience: {type: seconds, default: 5}}
        start: ask
        nodes:
          ask: {verb: menu, prompt: $said, timeout: $patience, keys: {"1": yes}, edges: {else: no}}
          yes: {verb: return, outcome: accepted}
          no: {verb: return, outcome: refused}
    nodes:
      busy: {verb: subflow, subflow: offer, with: {said: busy}, edges: {accepted: callback, …}}

The compiler puts each use in its place before it looks at nodes: `busy` leads to `busy.ask`, and a
`return` on to what `busy` says. So a version stays one text, and nobody else knows of sub-flows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.drafts import NAME
from ivr.fields import text_of
from ivr.inventory import Inventory
from ivr.located import Items, Table, Text, Value
from ivr.outcomes import Outcome
from ivr.refusal import Refused
from ivr.subflow_file import (
    CALL,
    RETURN,
    Subflow,
    as_table,
    outcome_of,
    read_subflows,
    refuse_unknown,
)

_CALL_FIELDS = ("verb", "subflow", "with", "edges")
_RETURN_FIELDS = ("verb", "outcome")
# Sub-flows of sub-flows multiply: four times the largest flow that we know a use for.
MOST_NODES = 2000
DEEPEST = 5


@dataclass(frozen=True, slots=True)
class _Place:
    """Where nodes are put: under what name, with what parameters and ways out, called by whom."""

    prefix: str = ""
    values: Mapping[str, Text] = field(default_factory=dict)
    ways_out: Mapping[str, Text] = field(default_factory=dict)
    callers: tuple[str, ...] = ()


def put_in_place(nodes: Table, subflows: Value | None, inventory: Inventory) -> Table:
    """Return the nodes of a flow with those of its sub-flows among them. Raises Refused."""
    read = read_subflows(subflows, inventory)
    builder = _Builder(read, inventory, Table(nodes.line), set())
    builder.put(nodes, _Place())
    if isinstance(subflows, Table):
        for name in read.keys() - builder.used:
            raise Refused(subflows.lines[name], f"No node calls the sub-flow '{name}'; remove it.")
    return builder.made


@dataclass(frozen=True, slots=True)
class _Builder:
    subflows: Mapping[str, Subflow]
    inventory: Inventory
    made: Table
    used: set[str]

    def put(self, nodes: Table, place: _Place) -> None:
        """Put nodes in their place, those of the sub-flows they call behind them."""
        for name, node in nodes.values.items():
            line = nodes.lines[name]
            if not NAME.fullmatch(name):
                raise Refused(
                    line, f"'{name[:40]}' cannot name a node: a-z, 0-9 and -, a letter first."
                )
            if not isinstance(node, Table):
                raise Refused(node.line, f"Node '{name}' must be a table with 'verb:'.")
            filled = _filled(node, place.values) if place.callers else node
            assert isinstance(filled, Table)  # noqa: S101 - filling keeps the kind
            match filled.values.get("verb"):
                case Text(value=verb) if verb == CALL:
                    self._call(name, line, filled, place)
                case Text(value=verb) if verb == RETURN:
                    self._add(place.prefix + name, line, _return(name, filled, place))
                case _:
                    self._add(place.prefix + name, line, _moved(filled, place.prefix))

    def _call(self, name: str, line: int, node: Table, place: _Place) -> None:
        refuse_unknown(node, _CALL_FIELDS, f"Node '{name}' (verb {CALL})")
        subflow = self._named(name, node, place.callers)
        prefix = f"{place.prefix}{name}."
        inside = _Place(
            prefix,
            _arguments(name, node, subflow, self.inventory),
            _ways_out(name, line, node, subflow, place.prefix),
            (*place.callers, subflow.name),
        )
        start = Text(prefix + subflow.start.value, subflow.start.line)
        self._add(place.prefix + name, line, _leading_to(start, node))
        self.put(subflow.nodes, inside)

    def _named(self, name: str, node: Table, callers: tuple[str, ...]) -> Subflow:
        value = node.values.get("subflow")
        if value is None:
            raise Refused(node.line, f"Node '{name}' (verb {CALL}) needs 'subflow'.")
        wanted = text_of(value, "The sub-flow")
        found = self.subflows.get(wanted)
        if found is None:
            known = ", ".join(self.subflows) or "none"
            raise Refused(value.line, f"There is no sub-flow '{wanted[:40]}'. Known: {known}.")
        if wanted in callers:
            way = " → ".join([*callers[callers.index(wanted) :], wanted])
            raise Refused(value.line, f"Sub-flows call each other in a circle: {way}.")
        if len(callers) >= DEEPEST:
            raise Refused(value.line, f"Sub-flows call each other deeper than {DEEPEST} levels.")
        self.used.add(wanted)
        return found

    def _add(self, name: str, line: int, node: Table) -> None:
        if len(self.made.values) >= MOST_NODES:
            raise Refused(line, f"With its sub-flows the flow has more than {MOST_NODES} nodes.")
        self.made.values[name], self.made.lines[name] = node, line


def _arguments(
    name: str, node: Table, subflow: Subflow, inventory: Inventory
) -> Mapping[str, Text]:
    """Return what each parameter is in this place."""
    given = as_table(node.values.get("with", Table(node.line)), "'with'")
    refuse_unknown(given, tuple(subflow.parameters), f"The sub-flow '{subflow.name}'")
    values = {}
    for key, parameter in subflow.parameters.items():
        value = given.values.get(key, parameter.default)
        if value is None:
            raise Refused(
                node.line, f"Node '{name}' must give '{key}' to the sub-flow '{subflow.name}'."
            )
        parameter.kind.read(value, inventory)
        values[key] = Text(value.value if isinstance(value, Text) else "", value.line)
    return values


def _ways_out(
    name: str, line: int, node: Table, subflow: Subflow, prefix: str
) -> Mapping[str, Text]:
    """Return where each outcome of a sub-flow leads from here."""
    edges = as_table(node.values.get("edges", Table(line)), "Edges")
    for outcome, at in edges.lines.items():
        if outcome != Outcome.ELSE and outcome not in subflow.outcomes:
            known = ", ".join(sorted(subflow.outcomes)) or "none"
            raise Refused(
                at,
                f"The sub-flow '{subflow.name}' never ends in '{outcome[:40]}'. It has: {known}.",
            )
    ways = {}
    for outcome in subflow.outcomes:
        target = edges.values.get(outcome, edges.values.get(Outcome.ELSE))
        if target is None:
            raise Refused(line, f"Node '{name}' (verb {CALL}) needs an edge for '{outcome}'.")
        ways[outcome] = _prefixed(target, prefix)
    return ways


def _return(name: str, node: Table, place: _Place) -> Table:
    if not place.callers:
        raise Refused(node.line, f"Node '{name}' returns, but only a sub-flow can.")
    refuse_unknown(node, _RETURN_FIELDS, f"Node '{name}' (verb {RETURN})")
    return _leading_to(place.ways_out[outcome_of(node)], node)


def _leading_to(target: Text, node: Table) -> Table:
    """Return what stands for a call or a return: a node that only leads on."""
    values: dict[str, Value] = {"verb": Text("goto", node.line), "next": target}
    return Table(node.line, values, dict.fromkeys(values, node.line))


def _filled(value: Value, values: Mapping[str, Text]) -> Value:
    """Put parameters where their names stand; each keeps the place where it was given."""
    match value:
        case Text(value=text) if text.startswith("$"):
            if text[1:] not in values:
                raise Refused(value.line, f"There is no parameter '{text[1:41]}'.")
            return values[text[1:]]
        case Table():
            filled = {key: _filled(one, values) for key, one in value.values.items()}
            return replace(value, values=filled)
        case Items():
            return replace(value, values=[_filled(one, values) for one in value.values])
        case _:
            return value


def _moved(node: Table, prefix: str) -> Table:
    """Let a node's edges lead to its neighbours under their full names."""
    if not prefix:
        return node
    values = dict(node.values)
    for key in ("next", "edges", "keys"):
        if key in values:
            values[key] = _all_prefixed(values[key], prefix)
    return replace(node, values=values)


def _all_prefixed(value: Value, prefix: str) -> Value:
    if isinstance(value, Table):
        ways = {key: _prefixed(target, prefix) for key, target in value.values.items()}
        return replace(value, values=dict(ways))
    return _prefixed(value, prefix)


def _prefixed(value: Value, prefix: str) -> Text:
    return Text(prefix + text_of(value, "The node an edge leads to"), value.line)
