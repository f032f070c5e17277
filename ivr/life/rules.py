"""What this hotline asks of a draft before it may be published."""

from dataclasses import dataclass

from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """Whether a second person must approve, and whether the scenarios beside a flow count."""

    review: bool = True
    tests: bool = True


def rules_of(settings: Settings) -> Rules:
    """Return the rules as set (HOTLINE_FLOW_REVIEW, HOTLINE_FLOW_TESTS)."""
    return Rules(settings.flow_review, settings.flow_tests)
