"""The states of a draft and the legal moves between them, in one table."""

from enum import StrEnum

from core.errors import HotlineError


class DraftState(StrEnum):
    """Where a draft stands on its way to calls."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Act(StrEnum):
    """What a person does to a draft."""

    WRITE = "write"
    REBASE = "rebase"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    PUBLISH = "publish"
    DISCARD = "discard"


# Drafts that may still become a version.
ALIVE = (DraftState.OPEN, DraftState.IN_REVIEW, DraftState.APPROVED)


class IllegalMove(HotlineError):
    """A draft in this state does not take this act."""

    slug = "flow-draft-illegal-move"


_OPEN, _IN_REVIEW, _APPROVED = DraftState.OPEN, DraftState.IN_REVIEW, DraftState.APPROVED
# A word changed is a draft nobody has reviewed.
MOVES: dict[tuple[DraftState, Act], DraftState] = {
    (_OPEN, Act.WRITE): _OPEN,
    (_IN_REVIEW, Act.WRITE): _OPEN,
    (_APPROVED, Act.WRITE): _OPEN,
    (_OPEN, Act.REBASE): _OPEN,
    (_IN_REVIEW, Act.REBASE): _OPEN,
    (_APPROVED, Act.REBASE): _OPEN,
    (_OPEN, Act.SUBMIT): _IN_REVIEW,
    (_IN_REVIEW, Act.APPROVE): _APPROVED,
    (_IN_REVIEW, Act.REJECT): _OPEN,
    (_APPROVED, Act.REJECT): _OPEN,
    (_APPROVED, Act.PUBLISH): DraftState.PUBLISHED,
    (_OPEN, Act.DISCARD): DraftState.DISCARDED,
    (_IN_REVIEW, Act.DISCARD): DraftState.DISCARDED,
    (_APPROVED, Act.DISCARD): DraftState.DISCARDED,
}
# Where review is switched off, a draft needs nobody's yes.
UNREVIEWED = {(_OPEN, Act.PUBLISH), (_IN_REVIEW, Act.PUBLISH)}


def moved(state: DraftState, act: Act, *, review: bool) -> DraftState:
    """Return the state an act leads to. Raises IllegalMove with what can be done instead."""
    if not review and (state, act) in UNREVIEWED:
        return DraftState.PUBLISHED
    try:
        return MOVES[state, act]
    except KeyError:
        raise IllegalMove(_refusal(state, act)) from None


def _refusal(state: DraftState, act: Act) -> str:
    if act is Act.PUBLISH and state in (_OPEN, _IN_REVIEW):
        return (
            f"The draft is {state}, not approved. Submit it and let a second person approve it "
            "(HOTLINE_FLOW_REVIEW=false switches this off)."
        )
    possible = ", ".join(sorted(one for from_, one in MOVES if from_ is state))
    return f"The draft is {state}: {act} is not possible. Possible: {possible or 'nothing'}."
