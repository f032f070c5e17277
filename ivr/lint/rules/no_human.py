"""A caller who has not been helped must be able to come to somebody who can."""

from collections.abc import Iterator

from ivr.flow import Node
from ivr.lint.rule import Remark, red, rule
from ivr.lint.study import Study
from ivr.lint.ways import is_human
from ivr.verbs.callback import Callback
from ivr.verbs.hangup import Hangup
from ivr.verbs.message import Message
from ivr.verbs.partner import Partner
from ivr.verbs.queue import Queue


@rule("no-human")
def help_is_within_reach(study: Study) -> Iterator[Remark]:
    """A human, a partner line, a message, a call-back, or the hour at which nobody is there."""
    waiting = list(study.waiting_for_help())
    if not any(map(is_human, waiting)):
        yield red(study.flow.start, "No way through this flow leads to a human; add a queue.")
        return
    helped = _with_help(study, waiting)
    for node in waiting:
        if node.id not in helped and _is_entered_from(node, study, helped):
            yield red(
                node,
                f"Whoever comes to '{node.id}' unhelped reaches no human, no message and no "
                "call-back any more; give it a way to one.",
            )


def _with_help(study: Study, waiting: list[Node]) -> set[str]:
    sources: dict[str, list[str]] = {}
    for node in waiting:
        for target in study.unserved_targets(node):
            sources.setdefault(target.id, []).append(node.id)
    ahead = [node.id for node in waiting if _is_help(node)]
    helped = set(ahead)
    while ahead:
        fresh = [source for source in sources.get(ahead.pop(), ()) if source not in helped]
        helped.update(fresh)
        ahead += fresh
    return helped


def _is_help(node: Node) -> bool:
    match node.verb:
        case Queue() | Partner() | Message() | Callback():
            return True
        case Hangup(closed=closed):
            return closed
        case _:
            return False


def _is_entered_from(node: Node, study: Study, helped: set[str]) -> bool:
    """Name the door to a dead end, not every room behind it."""
    return node is study.flow.start or any(
        node in study.unserved_targets(study.flow.nodes[name]) for name in helped
    )
