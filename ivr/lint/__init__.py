"""Does a flow treat its callers well? Rules that say what is wrong, where, and how badly."""

from ivr.lint.inspection import REFUSED, lint_flow, lint_text
from ivr.lint.rule import RULES, Finding, Severity
from ivr.lint.surroundings import Surroundings, load_surroundings

__all__ = [
    "REFUSED",
    "RULES",
    "Finding",
    "Severity",
    "Surroundings",
    "lint_flow",
    "lint_text",
    "load_surroundings",
]
