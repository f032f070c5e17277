"""A flow ready to run: nodes linked to each other, nothing left to look up or to check."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import HotlineError
from ivr.outcomes import Outcome
from ivr.verb import Verb


class NoWayOn(HotlineError):
    """A node was left by an outcome that it has no edge for, or a state names no such node."""

    slug = "flow-no-way-on"


@dataclass(slots=True, eq=False)
class Node:
    """One verb in its place; `line` is where the flow file says so, `lines` where its fields."""

    id: str
    verb: Verb
    line: int
    lines: Mapping[str, int]
    edges: dict[str, "Node"] = field(default_factory=dict, repr=False)

    def follow(self, outcome: str) -> "Node":
        """Return the node an outcome leads to. Raises NoWayOn."""
        target = self.edges.get(outcome) or self.edges.get(Outcome.ELSE)
        if target is None:
            raise NoWayOn(f"Node {self.id} has no edge for the outcome {outcome[:40]!r}.")
        return target


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """One version of one flow. `version` is a short hash of the file's bytes."""

    name: str
    version: str
    language: str
    start: Node
    nodes: Mapping[str, Node]
    variables: Mapping[str, str]

    def node(self, node_id: str) -> Node:
        """Return a node by its id. Raises NoWayOn."""
        try:
            return self.nodes[node_id]
        except KeyError:
            raise NoWayOn(f"Flow {self.name}@{self.version} has no node {node_id!r}.") from None
