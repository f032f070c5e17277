"""Incident announcements: heard by whoever calls, with keys that nothing else needs."""

from collections.abc import Iterator

from ivr.flow import Node
from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study
from ivr.lint.ways import first_listening, is_human
from ivr.on_air import COUNTING_KEYS
from ivr.verbs.menu import Menu
from ivr.verbs.queue import Queue


@rule("incidents")
def announcements_are_heard(study: Study) -> Iterator[Remark]:
    """Where a caller first listens; a key of the node would be taken by an announcement."""
    first = first_listening(study.flow)
    if first and not any(_lets_be_heard(node) for node in first):
        yield yellow(first[0], f"Who comes to '{first[0].id}' hears no incident announcements.")
    for node in study.flow.nodes.values():
        taken = set(COUNTING_KEYS).intersection(getattr(node.verb, "keys", ""))
        if _lets_be_heard(node) and taken:
            keys = ", ".join(sorted(taken))
            yield yellow(
                node,
                f"Key {keys} of '{node.id}' leads elsewhere: an announcement that offers it "
                "counts nobody here.",
                "keys",
            )


def _lets_be_heard(node: Node) -> bool:
    match node.verb:
        case Menu(incidents=incidents) | Queue(incidents=incidents):
            return incidents
        case _:
            return is_human(node)
