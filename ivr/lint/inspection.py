"""All rules over one flow, or over a text that may not even be one."""

from dataclasses import asdict

from core.errors import ConfigError
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.inventory import Inventory
from ivr.lint import rules as _all_rules
from ivr.lint.rule import RULES, Finding, Severity
from ivr.lint.study import Study
from ivr.lint.surroundings import Surroundings

# Each rule registers itself when its file is read.
assert _all_rules.__path__  # noqa: S101

# The rule's name when a text is no flow at all.
REFUSED = "refused"


def lint_flow(flow: Flow, around: Surroundings) -> list[Finding]:
    """Return what the rules have to say, red first, then in the file's order."""
    study = Study(flow, around)
    found = [
        Finding(name, **asdict(remark)) for name, check in RULES.items() for remark in check(study)
    ]
    return sorted(found, key=lambda one: (one.severity is not Severity.RED, one.line or 0))


def lint_text(
    text: str, path: object, name: str, inventory: Inventory, around: Surroundings
) -> list[Finding]:
    """Return findings on a file; one that is refused has just the reason for it, in red."""
    try:
        flow = compile_flow(text, path, name, inventory)
    except ConfigError as error:
        return [Finding(REFUSED, Severity.RED, "", error.line, error.sentence)]
    return lint_flow(flow, around)
