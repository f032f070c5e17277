"""Walks over a flow's nodes that several rules share."""

from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from ivr.flow import Flow, Node
from ivr.outcomes import KEY_OUTCOMES, Outcome
from ivr.paths import silent_targets
from ivr.verbs.queue import Queue

KEYS = frozenset(KEY_OUTCOMES.values())


def ways(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield every outcome a node may have and where it leads."""
    known = node.verb.outcomes
    for outcome in known:
        yield outcome, node.follow(outcome)
    for outcome, target in node.edges.items():
        if outcome not in known and outcome != Outcome.ELSE:
            yield outcome, target


def reached(start: Node, targets: Callable[[Node], Iterable[Node]]) -> set[str]:
    """Return the ids of all nodes that can be come to, the start among them."""
    seen, ahead = {start.id}, [start]
    while ahead:
        fresh = [target for target in targets(ahead.pop()) if target.id not in seen]
        seen.update(target.id for target in fresh)
        ahead += fresh
    return seen


def circle(flow: Flow, targets: Callable[[Node], Iterable[Node]]) -> list[str]:
    """Return a circle of nodes, the first of them again at the end; nothing if there is none."""
    graph = {node.id: {target.id for target in targets(node)} for node in flow.nodes.values()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1][::-1]
        return found
    return []


def leads_silently_to(flow: Flow, node: Node, wanted: Callable[[Node], bool]) -> bool:
    """Tell whether whoever presses nothing more comes from here to such a node."""
    return any(wanted(flow.nodes[name]) for name in reached(node, silent_targets))


def is_human(node: Node) -> bool:
    """Tell whether people wait there for one of ours."""
    return isinstance(node.verb, Queue)


def first_listening(flow: Flow) -> list[Node]:
    """Return the nodes where a caller can first press something."""
    found, seen, ahead = [], {flow.start.id}, [flow.start]
    while ahead:
        node = ahead.pop()
        if node.verb.takes_keys and (node.verb.needs_keys or is_human(node)):
            found.append(node)
            continue
        fresh = [target for target in silent_targets(node) if target.id not in seen]
        seen.update(target.id for target in fresh)
        ahead += fresh
    return found
