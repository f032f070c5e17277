"""How many agents a demand takes, and the table of sizes by which a city finds its own.

The goal is what a city promises; GB/T 33358-2016 asks for an answer within 15 s and for 95 % of
calls connected, so that is the default.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from core.errors import HotlineError
from foresight.erlang import Demand, Outlook, every_outlook, outlook

# More than all agents of China's hotlines together: beyond it the question is a slip.
MOST_AGENTS = 200_000
# Within the error of doubles, 40.000000000000007 seats are 40.
_ROUNDING = 1e-9


class GoalBeyondReach(HotlineError):
    """No number of agents reaches a goal."""

    slug = "goal-beyond-reach"


@dataclass(frozen=True, slots=True)
class Goal:
    """A share of callers (0 to 1) to be answered within seconds, and the least staff on duty.

    `occupancy` is the highest share of their time that agents may be busy: 1 is no rule.
    """

    share: float = 0.95
    limit: float = 15.0
    occupancy: float = 1.0
    least: int = 0

    def met(self, expected: Outlook) -> bool:
        """Tell whether an outlook is good enough."""
        enough = expected.agents >= self.least and expected.occupancy <= self.occupancy
        return enough and expected.within >= self.share


# GB/T 33358-2016.
STANDARD = Goal()


def agents_for(demand: Demand, goal: Goal, patience: float | None = None) -> Outlook:
    """Return the outlook of the fewest agents that reach a goal.

    With a `patience` (seconds) callers give up: Erlang A; without, nobody does: Erlang C, which
    asks for a few more and is the rule for planning. Raises GoalBeyondReach.
    """
    if patience is None:
        for expected in every_outlook(demand, goal.limit):
            if goal.met(expected):
                return expected
            if expected.agents > MOST_AGENTS:
                break
        raise _beyond(goal)
    return _fewest(lambda n: outlook(demand, n, goal.limit, patience), goal)


def _fewest(expect: Callable[[int], Outlook], goal: Goal) -> Outlook:
    """Find the fewest agents by halving: one more never makes it worse."""
    low, high = -1, 1
    while not goal.met(expect(high)):
        low, high = high, high * 2
        if high > 2 * MOST_AGENTS:
            raise _beyond(goal)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if goal.met(expect(middle)) else (middle, high)
    return expect(high)


def scheduled(agents: int, shrinkage: float) -> int:
    """Return how many to put on the roster so that so many are at their phones.

    `shrinkage` is the share of paid time (0 to 1, without 1) spent in breaks, training, illness.
    """
    return ceil(agents / (1.0 - shrinkage) - _ROUNDING)


def _beyond(goal: Goal) -> GoalBeyondReach:
    return GoalBeyondReach(
        f"No number of agents answers {goal.share:.2%} of such calls within {goal.limit:g} s; "
        "lower the share or raise the limit."
    )
