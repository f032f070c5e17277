"""0 is a human, at every menu, at any moment."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, red, rule
from ivr.lint.study import Study
from ivr.lint.ways import is_human, leads_silently_to
from ivr.outcomes import KEY_OUTCOMES
from ivr.verbs.menu import Menu


@rule("zero")
def zero_is_a_human(study: Study) -> Iterator[Remark]:
    """Before a caller is helped; in a queue they wait for a human already."""
    for node in study.waiting_for_help():
        if not isinstance(node.verb, Menu):
            continue
        target = node.edges.get(KEY_OUTCOMES["0"])
        if target is None:
            yield red(node, f"The menu '{node.id}' has no key 0 to a human.", "keys")
        elif not leads_silently_to(study.flow, target, is_human):
            yield red(node, f"Key 0 of '{node.id}' leads to no human.", "keys")
