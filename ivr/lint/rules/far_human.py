"""How much a caller must press and listen to before they wait for a human, at the least."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from ivr.flow import Node
from ivr.lint.rule import Remark, red, rule
from ivr.lint.silence import silent_seconds
from ivr.lint.study import Study
from ivr.lint.ways import KEYS, is_human

# Two levels of menus are what a caller bears (and more than the standard recommends).
MOST_KEYS = 2
# GB/T 33358: the telephone is answered within 15 seconds.
MOST_SECONDS = 15.0

Cost = Callable[[Node, str], float]


@rule("too-many-keys")
def few_keys_to_a_human(study: Study) -> Iterator[Remark]:
    """The way with the fewest keys."""
    keys = _least(study, lambda node, outcome: float(_is_pressed(node, outcome)))
    if keys is not None and keys > MOST_KEYS:
        yield red(
            study.flow.start,
            f"Nobody reaches a human with fewer than {keys:.0f} keys; at most {MOST_KEYS} are "
            "allowed.",
        )


@rule("too-long")
def few_seconds_to_a_human(study: Study) -> Iterator[Remark]:
    """The way with the least to listen to. A key cuts a menu's prompt short at once."""
    seconds = _least(study, lambda node, outcome: _heard(study, node, outcome))
    if seconds is not None and seconds > MOST_SECONDS:
        yield red(
            study.flow.start,
            f"Nobody waits for a human before {seconds:.0f} s of prompts, whatever they press; "
            f"GB/T 33358 allows {MOST_SECONDS:.0f} s.",
        )


def _is_pressed(node: Node, outcome: str) -> bool:
    return outcome in KEYS or outcome in node.verb.by_caller


def _heard(study: Study, node: Node, outcome: str) -> float:
    return 0.0 if _is_pressed(node, outcome) else silent_seconds(node.verb, study.seconds)


def _least(study: Study, cost: Cost) -> float | None:
    """Return what the cheapest way to a human costs, or None when there is none."""
    ahead, seen = [(0.0, study.flow.start.id)], set[str]()
    while ahead:
        spent, name = heappop(ahead)
        node = study.flow.nodes[name]
        if is_human(node):
            return spent
        if name in seen:
            continue
        seen.add(name)
        for outcome, target in study.ways[name]:
            heappush(ahead, (spent + cost(node, outcome), target.id))
    return None
