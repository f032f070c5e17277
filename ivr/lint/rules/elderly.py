"""The star key spares the elderly every menu."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, red, rule, yellow
from ivr.lint.study import Study
from ivr.lint.ways import first_listening, is_human, leads_silently_to
from ivr.outcomes import KEY_OUTCOMES


@rule("elderly")
def star_is_for_the_elderly(study: Study) -> Iterator[Remark]:
    """Where a caller can first press something; in a queue they are past the menus anyway."""
    for node in first_listening(study.flow):
        target = node.edges.get(KEY_OUTCOMES["*"])
        if target is None or target is node:
            say = yellow if is_human(node) else red
            yield say(node, f"'{node.id}' has no key * for the elderly.", "keys")
        elif not leads_silently_to(study.flow, target, is_human):
            yield red(node, f"Key * of '{node.id}' leads to no human.", "keys")
