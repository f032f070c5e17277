"""How many agents are at their phones at each instant of a day."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roster:
    """`steps` are (seconds since midnight, agents from then on), in order, the first at 0."""

    steps: tuple[tuple[float, int], ...]

    @classmethod
    def constant(cls, agents: int) -> "Roster":
        """The same number all day."""
        return cls(((0.0, agents),))

    @classmethod
    def of_spells(cls, spells: Iterable[tuple[float, float]]) -> "Roster":
        """Add up who was there from when to when."""
        changes: dict[float, int] = {0.0: 0}
        for began, ended in spells:
            changes[max(0.0, began)] = changes.get(max(0.0, began), 0) + 1
            changes[max(0.0, ended)] = changes.get(max(0.0, ended), 0) - 1
        agents, steps = 0, list[tuple[float, int]]()
        for at in sorted(changes):
            agents += changes[at]
            if changes[at] or not steps:
                steps.append((at, agents))
        return cls(tuple(steps))

    def at(self, instant: float) -> int:
        """Return how many are there."""
        return self.steps[max(0, bisect_right(self.steps, (instant, 1 << 31)) - 1)][1]

    @property
    def most(self) -> int:
        """The highest number of the day."""
        return max(agents for _, agents in self.steps)
