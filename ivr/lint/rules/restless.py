"""Circles that cost the switch its breath, or a caller their nerves, when nobody is there."""

from collections.abc import Iterator
from functools import partial

from ivr.flow import Node
from ivr.lint.rule import Remark, red, rule
from ivr.lint.study import Study
from ivr.lint.ways import KEYS, circle, is_human
from ivr.outcomes import Outcome
from ivr.verbs.branch import Branch
from ivr.verbs.goto import Goto
from ivr.verbs.hours import Hours
from ivr.verbs.partner import Partner
from ivr.verbs.queue import Queue
from ivr.verbs.set import Set

# Outcomes that may come in the same instant.
_AT_ONCE = frozenset(
    {
        Outcome.FULL,
        Outcome.NO_AGENT,
        Outcome.LEFT_EMPTY,
        Outcome.GONE,
        Outcome.BUSY,
        Outcome.FAILED,
        Outcome.CLOSED,
    }
)


@rule("restless")
def no_circle_without_a_pause(study: Study) -> Iterator[Remark]:
    """A full queue that leads to itself would ask us hundreds of times a second."""
    found = circle(study.flow, partial(_in_no_time, study))
    if found:
        way = " → ".join(found)
        yield red(
            study.flow.nodes[found[0]],
            f"When nobody is there the call goes round without a pause: {way}. Say something or "
            "offer a choice in between.",
        )


@rule("unanswered-circle")
def no_circle_without_a_human(study: Study) -> Iterator[Remark]:
    """A partner line that is not answered must not be all there is."""
    found = circle(study.flow, partial(_without_answer, study))
    if found and found != circle(study.flow, partial(_in_no_time, study)):
        way = " → ".join(found)
        yield red(
            study.flow.nodes[found[0]],
            f"As long as nobody answers, the caller only goes round: {way}. Lead to a human.",
        )


def _in_no_time(study: Study, node: Node) -> list[Node]:
    match node.verb:
        case Queue() | Partner():
            return [target for outcome, target in study.ways[node.id] if outcome in _AT_ONCE]
        case Set() | Goto() | Branch() | Hours():
            return [target for _, target in study.ways[node.id]]
        case _:
            return []


def _without_answer(study: Study, node: Node) -> list[Node]:
    if is_human(node):
        return []
    unheard = {*KEYS, *node.verb.by_caller, Outcome.ANSWERED, Outcome.RECORDED}
    return [target for outcome, target in study.ways[node.id] if outcome not in unheard]
