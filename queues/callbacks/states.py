"""The states of a call-back, its legal moves as one table, and the function that makes a move."""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import HotlineError


class CallbackState(StrEnum):
    """Where a call-back stands; the same words in the database, the API and the reports."""

    OFFERED = "offered"  # asked for it, nothing promised yet
    TAKEN = "taken"  # promised; not in the queue (not yet, or no longer)
    WAITING = "waiting"  # holds its place in the queue
    AGENT_TOLD = "agent_told"  # an agent has it and hears what it is
    RINGING = "ringing"  # the citizen's phone is being called
    PAUSED = "paused"  # not reached; the next try comes later
    REACHED = "reached"
    NOT_REACHED = "not_reached"  # all tries used up
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SETTLED = "settled"  # a person says that nobody has to be rung


class CallbackResult(StrEnum):
    """What came of an attempt; the first five the phones tell, the last two people as well."""

    NO_ANSWER = "no-answer"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    REACHED = "reached"
    AGENT_NOT_REACHED = "agent-not-reached"
    DECLINED = "declined"
    ALREADY_HELPED = "already-helped"


class CallbackAct(StrEnum):
    """What is done to a call-back."""

    OFFER = "offer"
    TAKE = "take"
    PLACE = "place"
    TELL_AGENT = "tell-agent"
    RING = "ring"
    REACH = "reach"
    MISS = "miss"
    LOSE = "lose"
    GIVE_UP = "give-up"
    CANCEL = "cancel"
    EXPIRE = "expire"
    SETTLE = "settle"


class IllegalCallbackMove(HotlineError):
    """A call-back cannot make this move from where it stands."""

    slug = "illegal-callback-move"

    def __init__(self, state: CallbackState | None, act: CallbackAct) -> None:
        super().__init__(f"A call-back in state {state or 'none'} cannot '{act}'.")


S, A = CallbackState, CallbackAct

# Nobody is on the line for it yet.
_AT_REST = (S.TAKEN, S.WAITING, S.PAUSED)
# Something is still owed to the citizen.
LIVE = frozenset({*_AT_REST, S.AGENT_TOLD, S.RINGING})
# The switch holds a channel for it.
IN_SWITCH = frozenset({S.WAITING, S.AGENT_TOLD, S.RINGING})
# Once the citizen's phone rings, it is too late for anything but its answer.
CAN_BE_CANCELLED = frozenset({*_AT_REST, S.AGENT_TOLD})

MOVES: Mapping[tuple[CallbackState | None, CallbackAct], CallbackState] = {
    (None, A.OFFER): S.OFFERED,
    (None, A.TAKE): S.TAKEN,
    (S.OFFERED, A.TAKE): S.TAKEN,
    (S.TAKEN, A.PLACE): S.WAITING,
    (S.PAUSED, A.PLACE): S.WAITING,
    (S.WAITING, A.TELL_AGENT): S.AGENT_TOLD,
    (S.AGENT_TOLD, A.RING): S.RINGING,
    (S.RINGING, A.REACH): S.REACHED,
    (S.RINGING, A.MISS): S.PAUSED,
    # The place in the switch is gone (restart, nobody on duty, the agent hung up first) and no try
    # of the citizen was made: the promise stands.
    **{(state, A.LOSE): S.TAKEN for state in IN_SWITCH},
    (S.PAUSED, A.GIVE_UP): S.NOT_REACHED,
    # What a person ordered is tried once: also when the agent never came to the phone. They may
    # order it again.
    (S.TAKEN, A.GIVE_UP): S.NOT_REACHED,
    **{(state, A.TAKE): S.TAKEN for state in (S.NOT_REACHED, S.CANCELLED, S.EXPIRED)},
    **{(state, A.CANCEL): S.CANCELLED for state in CAN_BE_CANCELLED},
    **{(state, A.EXPIRE): S.EXPIRED for state in _AT_REST},
    # Whoever was reached stays so: what they said is added.
    (S.REACHED, A.SETTLE): S.REACHED,
    **{
        (state, A.SETTLE): S.SETTLED
        for state in (None, S.TAKEN, S.PAUSED, S.NOT_REACHED, S.CANCELLED, S.EXPIRED)
    },
}


def move(state: CallbackState | None, act: CallbackAct) -> CallbackState:
    """Return the state after a move. Raises IllegalCallbackMove for all the table does not name."""
    try:
        return MOVES[state, act]
    except KeyError:
        raise IllegalCallbackMove(state, act) from None
