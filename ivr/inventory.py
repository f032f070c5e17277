"""What exists on this hotline for flows to name: prompts in each language, queues, partners."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Inventory:
    """Names as sets; `prompts` by language."""

    prompts: Mapping[str, frozenset[str]]
    queues: frozenset[str]
    partners: frozenset[str]


def music_class(language: str, greeting: str) -> str:
    """Return the switch's name for "this greeting first, then music"."""
    return f"{language}-{greeting}"
