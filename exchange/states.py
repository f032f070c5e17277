"""What becomes of a message, as one table."""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import HotlineError


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # ours, not receipted yet
    RECEIPTED = "receipted"  # ours, taken by the other side
    REFUSED = "refused"  # ours, and the other side will not have it
    GIVEN_UP = "given-up"  # ours, tried for a day
    TAKEN = "taken"  # theirs, and what it asks for was done
    QUARANTINED = "quarantined"  # theirs, kept whole because it cannot be read


S = MessageState
MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    S.WAITING: frozenset({S.RECEIPTED, S.REFUSED, S.GIVEN_UP}),
    # Somebody may try once more by hand, and a late receipt is a receipt.
    S.REFUSED: frozenset({S.WAITING, S.RECEIPTED}),
    S.GIVEN_UP: frozenset({S.WAITING, S.RECEIPTED}),
    S.RECEIPTED: frozenset(),
    S.TAKEN: frozenset(),
    S.QUARANTINED: frozenset({S.TAKEN}),
}


class IllegalMessageMove(HotlineError):
    """A message cannot go from where it stands to there."""

    slug = "illegal-message-move"


def move(before: MessageState, after: MessageState) -> MessageState:
    """Return the new state. Raises IllegalMessageMove."""
    if after not in MOVES[before]:
        raise IllegalMessageMove(f"A message that is {before} does not become {after}.")
    return after


class Kind(StrEnum):
    """What a message says."""

    CASE = "case"  # a caller is being handed over, with this case
    ORDER = "order"  # work for the other side, without the voice
    ALERT = "alert"  # danger or unrest: at once
    RESULT = "result"  # what became of a case they gave us
