"""What became of a replayed call, and what a day of them adds up to: as the ledger counts it."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from queues.ledger.facts import Rules
from queues.ledger.outcome import Signs, classify
from reports.counts import ABANDONED, ANSWER_LIMIT, Counts
from tickets.outcomes import NO_HUMAN_ASKED, Outcome


@dataclass(slots=True)
class Lived:
    """Instants are seconds since midnight, None for what never was; times are seconds."""

    at: float
    visits: int = 0
    asked_at: float | None = None
    left_at: float | None = None
    answered_at: float | None = None
    rang: float = 0.0
    talked: float = 0.0
    queue_end: Outcome | None = None
    partners: set[str] = field(default_factory=set)
    message_left: bool = False

    @property
    def waited(self) -> float | None:
        """From asking for a human to hearing one, or to leaving the last wait for one."""
        until = self.left_at if self.answered_at is None else self.answered_at
        if self.asked_at is None or until is None:
            return None
        return until - self.asked_at

    def outcome(self, told: Collection[str], rules: Rules) -> Outcome:
        """Return the class of the call, by the table of the ledger itself.

        `told` are the kinds of what its journal tells.
        """
        waited = self.waited
        return classify(
            Signs(
                answered=self.answered_at is not None,
                reached_emergency=bool(self.partners & rules.emergency),
                reached_partner=bool(self.partners),
                callback_taken="callback" in told,
                message_left=self.message_left,
                queue_end=self.queue_end,
                waited=waited is not None,
                gave_up_soon=waited is not None and waited <= rules.short_abandon,
                closed="closed" in told,
                served="served" in told,
                in_menu=True,
            )
        )


def add_up(calls: Iterable[tuple[Lived, Outcome]]) -> Counts:
    """Return what calls add up to, in the very amounts that reports have of real calls."""
    calls = list(calls)
    classes = Counter(outcome for _, outcome in calls)
    answered = [call for call, outcome in calls if outcome is Outcome.ANSWERED]
    gave_up = [call for call, outcome in calls if outcome in ABANDONED]
    queued = [call for call, _ in calls if call.visits]
    waits = [_wait(call) for call in queued]
    return Counts(
        arrivals=len(calls),
        asked=sum(outcome not in NO_HUMAN_ASKED for _, outcome in calls),
        classes=classes,
        requests=sum(call.visits for call in queued),
        queued=len(queued),
        answered_in_time=sum(_wait(call) <= ANSWER_LIMIT for call in answered),
        answered_in_time_of_call=sum(_reached(call) <= ANSWER_LIMIT for call in answered),
        abandoned_in_time=sum(_wait(call) <= ANSWER_LIMIT for call in gave_up),
        waited=sum(map(_wait, answered)),
        waited_abandoned=sum(map(_wait, gave_up)),
        waited_all=sum(waits),
        reached=sum(map(_reached, answered)),
        rang=sum(call.rang for call in answered),
        talked=sum(call.talked for call in answered),
        longest_wait=max(waits, default=None),
        longest_talk=max((call.talked for call in answered), default=None),
    )


def _wait(call: Lived) -> float:
    return call.waited or 0.0


def _reached(call: Lived) -> float:
    return (call.answered_at or call.at) - call.at
