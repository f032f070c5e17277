"""The states of a follow-up, its legal moves as one table, and the function that makes a move."""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import HotlineError


class FollowUpState(StrEnum):
    """Where a follow-up stands; the same words in the database, the API and the reports."""

    WAITING = "waiting"  # 待回访
    CLAIMED = "claimed"  # a person has it on their desk
    CALLING = "calling"  # an automatic call is under way
    REFERRED = "referred"  # answered, but a person must decide what follows
    CLOSED = "closed"  # answered, the ticket is archived
    REDO = "redo"  # answered: not solved, the ticket is handled again
    UNREACHED = "unreached"  # 未接通: all attempts used up
    NOT_DUE = "not-due"
    OVERTAKEN = "overtaken"  # the ticket went another way


class FollowUpAct(StrEnum):
    """What is done to a follow-up."""

    OPEN = "open"
    SKIP = "skip"
    CHOOSE = "choose"
    CLAIM = "claim"
    RELEASE = "release"
    RING = "ring"
    MISS = "miss"
    REFER = "refer"
    CLOSE = "close"
    ORDER_REDO = "order-redo"
    GIVE_UP = "give-up"
    OVERTAKE = "overtake"


class IllegalFollowUpMove(HotlineError):
    """A follow-up cannot make this move from where it stands."""

    slug = "illegal-follow-up-move"

    def __init__(self, state: FollowUpState | None, act: FollowUpAct) -> None:
        allowed = ", ".join(a for s, a in MOVES if s is state) or "nothing"
        super().__init__(
            f"A follow-up that is {state or 'not there'} cannot '{act}'. Possible here: {allowed}."
        )


S, A = FollowUpState, FollowUpAct

# The citizen's answer is still wanted.
LIVE = frozenset({S.WAITING, S.CLAIMED, S.CALLING, S.REFERRED})

MOVES: Mapping[tuple[FollowUpState | None, FollowUpAct], FollowUpState] = {
    (None, A.OPEN): S.WAITING,
    (None, A.SKIP): S.NOT_DUE,
    # A bad mark that came after the ticket was passed over.
    (S.NOT_DUE, A.CHOOSE): S.WAITING,
    (S.WAITING, A.CLAIM): S.CLAIMED,
    (S.REFERRED, A.CLAIM): S.CLAIMED,
    (S.CLAIMED, A.RELEASE): S.WAITING,
    (S.WAITING, A.RING): S.CALLING,
    (S.CLAIMED, A.MISS): S.WAITING,
    (S.CALLING, A.MISS): S.WAITING,
    (S.WAITING, A.GIVE_UP): S.UNREACHED,
    # An answer may come by message at any time, whoever is about to call.
    **{(state, A.REFER): S.REFERRED for state in LIVE},
    **{(state, A.CLOSE): S.CLOSED for state in LIVE},
    **{(state, A.ORDER_REDO): S.REDO for state in LIVE},
    **{(state, A.OVERTAKE): S.OVERTAKEN for state in (*LIVE, S.NOT_DUE)},
}


def move(state: FollowUpState | None, act: FollowUpAct) -> FollowUpState:
    """Return the state after a move. Raises IllegalFollowUpMove for all others."""
    try:
        return MOVES[state, act]
    except KeyError:
        raise IllegalFollowUpMove(state, act) from None
