"""A past day as it was: each call with what its caller did, and how many agents were there."""

from dataclasses import dataclass
from datetime import date

from foresight.history import Source
from foresight.replay.roster import Roster
from foresight.service import USUAL_AFTER_CALL
from reports.counts import ABANDONED, Counts
from tickets.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key, and the seconds the caller listened before pressing it."""

    key: str
    after: float


@dataclass(frozen=True, slots=True)
class PastCall:
    """One arrival of the day; `at` is seconds since midnight, times are seconds.

    `flow` is the version it ran on, `waited` the time spent waiting for a human (None: asked for
    none), `ring` the time from an agent's first ring until they hear each other. `served` says that
    a menu answered the question, `known` that the number was not withheld, `partner_answers` that
    a partner line would pick up.
    """

    uid: str
    at: float
    line: str
    outcome: Outcome
    lasted: float
    flow: str | None = None
    keys: tuple[KeyPress, ...] = ()
    waited: float | None = None
    ring: float | None = None
    talk: float | None = None
    message: float | None = None
    served: bool = False
    known: bool = True
    partner_answers: bool = True

    @property
    def gave_up(self) -> bool:
        """Whether the caller left while waiting."""
        return self.outcome in ABANDONED


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day's calls in order, the agents who were there, and what the reports say of the day.

    `after_call` is an agent's mean seconds of work after a talk.
    """

    day: date
    calls: tuple[PastCall, ...]
    roster: Roster
    happened: Counts
    source: Source
    after_call: float = USUAL_AFTER_CALL
