"""Drafts move only as the table says; a second person says yes unless that is switched off."""

import pytest

from ivr.life.moves import MoveKind, place_before
from ivr.life.states import MOVES, UNREVIEWED, Act, DraftState, IllegalMove, moved

pytestmark = pytest.mark.unit

EVERYTHING = [(state, act) for state in DraftState for act in Act]


@pytest.mark.parametrize(("state", "act"), EVERYTHING)
def test_what_the_table_does_not_allow_is_refused(state: DraftState, act: Act) -> None:
    if (state, act) in MOVES:
        assert moved(state, act, review=True) is MOVES[state, act]
    else:
        with pytest.raises(IllegalMove, match=state.value):
            moved(state, act, review=True)


@pytest.mark.parametrize(("state", "act"), EVERYTHING)
def test_without_review_only_publishing_is_easier(state: DraftState, act: Act) -> None:
    if (state, act) in UNREVIEWED:
        assert moved(state, act, review=False) is DraftState.PUBLISHED
    elif (state, act) in MOVES:
        assert moved(state, act, review=False) is MOVES[state, act]
    else:
        with pytest.raises(IllegalMove):
            moved(state, act, review=False)


@pytest.mark.parametrize("state", [DraftState.IN_REVIEW, DraftState.APPROVED])
def test_a_changed_word_needs_a_new_review(state: DraftState) -> None:
    assert moved(state, Act.WRITE, review=True) is DraftState.OPEN


@pytest.mark.parametrize("state", [DraftState.PUBLISHED, DraftState.DISCARDED])
def test_what_is_over_stays_over(state: DraftState) -> None:
    assert not [one for one, _ in MOVES if one is state]


def test_each_roll_back_goes_one_step_further_back() -> None:
    moves = [(MoveKind.PUBLISH, ("direct", number)) for number in (1, 2, 3)]
    assert place_before(moves) == ("direct", 2)
    moves.append((MoveKind.ROLLBACK, ("direct", 2)))
    assert place_before(moves) == ("direct", 1)
    moves.append((MoveKind.ROLLBACK, ("direct", 1)))
    assert place_before(moves) is None


def test_a_canary_is_no_step_of_the_alias() -> None:
    moves = [
        (MoveKind.PUBLISH, ("direct", 1)),
        (MoveKind.CANARY, ("direct", 1)),
        (MoveKind.CANARY_STOP, ("direct", 1)),
    ]
    assert place_before(moves) is None


def test_the_step_back_from_another_flow_leads_home() -> None:
    moves = [(MoveKind.PUBLISH, ("direct", 1)), (MoveKind.POINT, ("storm", 4))]
    assert place_before(moves) == ("direct", 1)
