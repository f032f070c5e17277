"""A, B, C, A, B, C …: the order that lets a noisy machine treat all contestants alike."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Sample = TypeVar("Sample")


def interleave(
    contestants: Iterable[str],
    measure: Callable[[str], Sample],
    rounds: int,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, list[Sample]]:
    """Measure every contestant once in each round; return each one's samples in round order."""
    samples: dict[str, list[Sample]] = {name: [] for name in contestants}
    for number in range(1, rounds + 1):
        for name, seen in samples.items():
            tell(f"round {number} of {rounds}: {name}")
            seen.append(measure(name))
    return samples
