"""What a group of calls adds up to: the numbers from which every measure is computed.

Filled by the repository, added up by the reports, read by the formulas of the definitions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tickets.outcomes import NO_HUMAN_ASKED, Outcome

ANSWER_LIMIT = 15.0  # seconds, the limit of GB/T 33358-2016

# Gave up while waiting for a human.
ABANDONED = (Outcome.ABANDONED, Outcome.ABANDONED_SHORT)
# Ratings are keys: 1 is very satisfied, 5 very dissatisfied.
LEAST_SATISFIED = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of calls and sums of seconds; all but `arrivals` and `running` are of ended calls.

    `asked` are calls that asked for a human, by what they did and not by their class; `misfits`
    break the rules that tie the two together (`selections.MISFIT`); the facts of `late` ones
    changed after they had been handed on.

    `waited` runs from asking for a human to hearing one, `waited_abandoned` to giving up,
    `waited_all` to either or to being sent on; `reached` runs from the beginning of the call to
    hearing a human. A longest one is None where there is none.
    """

    arrivals: int = 0
    running: int = 0
    asked: int = 0
    misfits: int = 0
    late: int = 0
    classes: Mapping[Outcome, int] = field(default_factory=dict)
    requests: int = 0  # entries into queues; a call may enter twice
    queued: int = 0  # calls that entered a queue
    answered_in_time: int = 0
    answered_in_time_of_call: int = 0
    abandoned_in_time: int = 0
    waited: float = 0.0
    waited_abandoned: float = 0.0
    waited_all: float = 0.0
    reached: float = 0.0
    rang: float = 0.0
    talked: float = 0.0
    rated: int = 0
    satisfied: int = 0
    longest_wait: float | None = None
    longest_talk: float | None = None

    def of(self, *outcomes: Outcome) -> int:
        """Return how many calls ended in one of these classes."""
        return sum([self.classes.get(outcome, 0) for outcome in outcomes])

    @property
    def human_requests(self) -> int:
        """Ended calls but for those that never asked for a human."""
        return self.arrivals - self.running - self.of(*NO_HUMAN_ASKED)

    @property
    def unexplained(self) -> int:
        """Calls by which the classes miss the ended arrivals; anything but zero is a fault."""
        return self.arrivals - self.running - self.of(*Outcome)

    def __add__(self, other: "Counts") -> "Counts":
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in _SUMS}
        return Counts(
            classes={
                outcome: self.classes.get(outcome, 0) + other.classes.get(outcome, 0)
                for outcome in Outcome
            },
            longest_wait=_longer(self.longest_wait, other.longest_wait),
            longest_talk=_longer(self.longest_talk, other.longest_talk),
            **sums,
        )


_SUMS = tuple(
    f.name for f in fields(Counts) if f.name not in ("classes", "longest_wait", "longest_talk")
)


def _longer(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
