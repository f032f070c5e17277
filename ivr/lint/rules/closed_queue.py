"""A queue that keeps hours must know what to say outside them."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study
from ivr.outcomes import Outcome
from ivr.verbs.queue import Queue


@rule("closed-queue")
def a_queue_with_hours_has_a_closed_edge(study: Study) -> Iterator[Remark]:
    """`else` tells callers that all lines are busy, while nobody is there at all."""
    for node in study.flow.nodes.values():
        if not isinstance(node.verb, Queue) or node.verb.queue not in study.around.timetable.queues:
            continue
        if Outcome.CLOSED not in node.edges:
            yield yellow(
                node,
                f"The queue {node.verb.queue} keeps hours, but '{node.id}' has no edge 'closed'.",
                "edges",
            )
