"""A variable that is read where nothing has given it a value."""

from collections.abc import Iterator
from functools import partial

from ivr.drafts import fields_of
from ivr.fields import VariableKind
from ivr.flow import Node
from ivr.lint.rule import Remark, red, rule, yellow
from ivr.lint.study import Study
from ivr.lint.ways import reached
from ivr.outcomes import Outcome
from ivr.verbs.collect import Collect
from ivr.verbs.say import Say


@rule("unset-variable")
def variables_are_set_before_they_are_read(study: Study) -> Iterator[Remark]:
    """Red when no way sets it; yellow when some way does not and the caller would hear nothing.
    A branch may well ask whether something was set."""
    empty = [name for name, value in study.flow.variables.items() if not value]
    for variable in empty:
        unset = reached(study.flow.start, partial(_keeping, study, variable))
        maybe_set = _after_setting(study, variable)
        for node in study.flow.nodes.values():
            if node.id not in unset or variable not in _read_by(node):
                continue
            if node.id not in maybe_set:
                yield red(node, f"'{variable}' is read here, but no way sets it before.")
            elif isinstance(node.verb, Say):
                yield yellow(node, f"'{variable}' is not set on every way here; it stays unsaid.")


def _read_by(node: Node) -> set[str]:
    if isinstance(node.verb, Collect):
        return set()
    kinds = (field.name for field in fields_of(node.verb) if isinstance(field.kind, VariableKind))
    return {getattr(node.verb, name) for name in kinds}


def _keeping(study: Study, variable: str, node: Node) -> list[Node]:
    """Return where one gets from a node with the variable still empty."""
    return [to for outcome, to in study.ways[node.id] if not _sets(node, outcome, variable)]


def _sets(node: Node, outcome: str, variable: str) -> bool:
    if isinstance(node.verb, Collect):
        return node.verb.variable == variable and outcome == Outcome.COLLECTED
    return bool(node.verb.assignments().get(variable))


def _after_setting(study: Study, variable: str) -> set[str]:
    """Return the nodes that some way leads to after the variable was given a value."""
    found: set[str] = set()
    for name in study.reached:
        node = study.flow.nodes[name]
        for outcome, target in study.ways[name]:
            if _sets(node, outcome, variable) and target.id not in found:
                found |= reached(target, lambda it: [to for _, to in study.ways[it.id]])
    return found
