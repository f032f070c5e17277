"""What a rule is and what it says; the register of all rules.

A rule is a function in `ivr/lint/rules/` that looks at one flow and yields remarks. It registers
itself with `@rule`; nothing else knows its name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ivr.flow import Node
from ivr.lint.study import Study


class Severity(StrEnum):
    """Red stops a flow from going into use, yellow asks for a second look."""

    RED = "red"
    YELLOW = "yellow"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule has to say of one node; `node` is "" when it is about the whole flow."""

    severity: Severity
    node: str
    line: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with the name of its rule."""

    rule: str
    severity: Severity
    node: str
    line: int | None
    sentence: str


Rule = Callable[[Study], Iterator[Remark]]
RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under a name that people read."""

    def register(check: Rule) -> Rule:
        RULES[name] = check
        return check

    return register


def red(node: Node, sentence: str, field: str = "") -> Remark:
    """Say that this must not go into use; at the line of a field where there is one."""
    return Remark(Severity.RED, node.id, node.lines.get(field, node.line), sentence)


def yellow(node: Node, sentence: str, field: str = "") -> Remark:
    """Say that this deserves a second look."""
    return Remark(Severity.YELLOW, node.id, node.lines.get(field, node.line), sentence)
