"""Which of the sixteen classes a call belongs to: one table, read from top to bottom.

Every ended arrival has exactly one class, because the last row takes whatever is left.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tickets.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Signs:
    """What the events of an ended call say; several may be true at once.

    `queue_end` is how the last wait ended if the switch ended it, `waited` whether there was one.
    """

    answered: bool = False
    reached_emergency: bool = False
    reached_partner: bool = False
    callback_taken: bool = False
    message_left: bool = False
    counted: bool = False
    orphaned: bool = False
    queue_end: Outcome | None = None
    waited: bool = False
    gave_up_soon: bool = False
    refused: bool = False
    closed: bool = False
    served: bool = False
    in_menu: bool = False


# The earlier row wins.
PRECEDENCE: tuple[tuple[Outcome, Callable[[Signs], bool]], ...] = (
    (Outcome.ANSWERED, lambda s: s.answered),
    (Outcome.HANDED_TO_EMERGENCY, lambda s: s.reached_emergency),
    (Outcome.DIVERTED, lambda s: s.reached_partner),
    (Outcome.CALLBACK_TAKEN, lambda s: s.callback_taken),
    (Outcome.VOICEMAIL, lambda s: s.message_left),
    # Counted with an incident: they left the queue by its key, helped, not given up.
    (Outcome.IVR_SERVED, lambda s: s.counted),
    # The switch fell under the caller before anybody had helped.
    (Outcome.TECHNICAL_FAILURE, lambda s: s.orphaned),
    (Outcome.QUEUE_FULL, lambda s: s.queue_end is Outcome.QUEUE_FULL),
    (Outcome.NO_AGENT_AT_JOIN, lambda s: s.queue_end is Outcome.NO_AGENT_AT_JOIN),
    (Outcome.LEFT_EMPTY, lambda s: s.queue_end is Outcome.LEFT_EMPTY),
    (Outcome.TIMED_OUT, lambda s: s.queue_end is Outcome.TIMED_OUT),
    (Outcome.ABANDONED_SHORT, lambda s: s.gave_up_soon),
    (Outcome.ABANDONED, lambda s: s.waited),
    (Outcome.BLOCKED_TRUNK, lambda s: s.refused),
    (Outcome.CLOSED, lambda s: s.closed),
    (Outcome.IVR_SERVED, lambda s: s.served),
    (Outcome.IVR_HANGUP, lambda s: s.in_menu),
    (Outcome.TECHNICAL_FAILURE, lambda s: True),
)


def classify(signs: Signs) -> Outcome:
    """Return the one class of an ended call."""
    return next(outcome for outcome, applies in PRECEDENCE if applies(signs))
