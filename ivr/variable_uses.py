"""Does every node use variables as they are declared? Asked by the compiler, node by node."""

from collections.abc import Mapping
from typing import Any

from ivr.drafts import Draft, fields_of
from ivr.fields import AssignmentsKind, VariableKind
from ivr.outcomes import Outcome
from ivr.refusal import Refused
from ivr.variables import READABLE, SETTABLE, Variable


def refuse_misuse(one: Draft, declared: Mapping[str, Variable]) -> None:
    """Refuse what is not declared, and what does not fit its type. Raises Refused."""
    for field in fields_of(one.verb):
        line = one.lines.get(field.name, one.line)
        value: Any = getattr(one.verb, field.name)
        if isinstance(field.kind, VariableKind):
            _refuse_reading(one, line, value, declared)
        elif isinstance(field.kind, AssignmentsKind):
            for name, word in value:
                _refuse_setting(line, name, word, declared)


def _refuse_reading(one: Draft, line: int, name: str, declared: Mapping[str, Variable]) -> None:
    variable = {**READABLE, **declared}.get(name)
    if variable is None:
        raise Refused(line, f"The variable '{name}' is not declared under 'variables'.")
    fitting = one.verb.types()
    if fitting and variable.type not in fitting:
        raise Refused(
            line,
            f"The verb {one.verb.name} of node '{one.id}' cannot use '{name}', which is "
            f"{variable}. It takes: {', '.join(fitting)}.",
        )
    if one.verb.free_edges:
        _refuse_impossible_edges(one, name, variable)


def _refuse_impossible_edges(one: Draft, name: str, variable: Variable) -> None:
    for outcome, target in one.targets.items():
        if outcome != Outcome.ELSE and not variable.takes(outcome):
            raise Refused(target.line, f"'{name}' is {variable}; it never is '{outcome[:40]}'.")


def _refuse_setting(line: int, name: str, word: str, declared: Mapping[str, Variable]) -> None:
    variable = {**SETTABLE, **declared}.get(name)
    if variable is None:
        raise Refused(line, f"The variable '{name}' is not declared under 'variables'.")
    if not variable.takes(word):
        raise Refused(line, f"'{name}' is {variable}; it cannot become '{word[:40]}'.")
