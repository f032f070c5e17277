"""9 is the police, from wherever a caller listens."""

from collections.abc import Iterator

from ivr.flow import Node
from ivr.lint.rule import Remark, red, rule, yellow
from ivr.lint.study import Study
from ivr.lint.ways import first_listening, is_human, leads_silently_to
from ivr.outcomes import KEY_OUTCOMES
from ivr.verbs.menu import Menu
from ivr.verbs.partner import Partner


@rule("emergency")
def nine_is_the_police(study: Study) -> Iterator[Remark]:
    """Red where a caller listens first. A city without an emergency line has none to offer."""
    if not study.around.emergency:
        return
    first = first_listening(study.flow)
    for node in study.waiting_for_help():
        if not (isinstance(node.verb, Menu) or is_human(node)):
            continue
        say = red if node in first else yellow
        target = node.edges.get(KEY_OUTCOMES["9"])
        if target is None or target is node:
            yield say(node, f"'{node.id}' has no key 9 to an emergency line.", "keys")
        elif not leads_silently_to(study.flow, target, lambda it: _is_emergency(study, it)):
            yield say(node, f"Key 9 of '{node.id}' leads to no emergency line.", "keys")


def _is_emergency(study: Study, node: Node) -> bool:
    return isinstance(node.verb, Partner) and node.verb.partner in study.around.emergency
