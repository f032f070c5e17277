"""Who presses nothing, because they cannot or will not, waits for a human soon all the same."""

from collections.abc import Iterator
from graphlib import TopologicalSorter

from ivr.flow import Flow, Node
from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.rules.far_human import MOST_SECONDS
from ivr.lint.silence import silent_seconds
from ivr.lint.study import Study
from ivr.lint.ways import is_human, reached
from ivr.paths import silent_targets


@rule("silent-wait")
def silence_leads_to_a_human_soon(study: Study) -> Iterator[Remark]:
    """The longest way a silent caller may be led to a queue."""
    came: dict[str, float] = {study.flow.start.id: 0.0}
    for node in _in_order(study.flow):
        left = came[node.id] + silent_seconds(node.verb, study.seconds)
        for target in silent_targets(node):
            came[target.id] = max(came.get(target.id, 0.0), left)
    waits = [(came[name], study.flow.nodes[name]) for name in came]
    longest, node = max(
        ((seconds, node) for seconds, node in waits if is_human(node)),
        key=lambda wait: wait[0],
        default=(0.0, study.flow.start),
    )
    if longest > MOST_SECONDS:
        yield yellow(
            study.flow.start,
            f"Who presses nothing hears {longest:.0f} s of prompts and pauses before they wait for "
            f"a human in '{node.id}'; GB/T 33358 wants an answer within {MOST_SECONDS:.0f} s.",
        )


def _in_order(flow: Flow) -> Iterator[Node]:
    """Yield the nodes of silent callers, each after all it is come to from; there is no circle,
    the compiler has seen to it."""
    names = reached(flow.start, silent_targets)
    graph = TopologicalSorter[str]()
    for name in names:
        graph.add(name)
        for target in silent_targets(flow.nodes[name]):
            graph.add(target.id, name)
    return (flow.nodes[name] for name in graph.static_order())
