"""A ticket makes the moves in the table and no other."""

from itertools import pairwise, product

import pytest

from tickets.outcomes import Outcome
from tickets.states import MOVES, IllegalMove, TicketState, move, path, state_after_call

pytestmark = pytest.mark.unit

NEW, TRANSFERRED, CLOSED = TicketState.NEW, TicketState.TRANSFERRED, TicketState.CLOSED

ALLOWED = [
    (None, NEW),
    (NEW, TRANSFERRED),
    (NEW, CLOSED),
    (TRANSFERRED, NEW),
    (CLOSED, NEW),
]
EVERY_MOVE = list(product([None, *TicketState], TicketState))


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_an_allowed_move_gives_the_new_state(
    before: TicketState | None, after: TicketState
) -> None:
    assert move(before, after) is after


@pytest.mark.parametrize(("before", "after"), [m for m in EVERY_MOVE if m not in ALLOWED])
def test_every_other_move_is_refused_in_a_sentence(
    before: TicketState | None, after: TicketState
) -> None:
    with pytest.raises(IllegalMove, match=r"cannot become .*It can become: [A-Z]") as refusal:
        move(before, after)
    assert (refusal.value.from_state, refusal.value.to_state) == (before, after)


def test_every_state_has_its_row_in_the_table() -> None:
    assert set(MOVES) == {None, *TicketState}


@pytest.mark.parametrize(("before", "after"), list(product(TicketState, TicketState)))
def test_a_correction_reaches_its_state_by_legal_moves_only(
    before: TicketState, after: TicketState
) -> None:
    states = [before, *path(before, after)]
    assert states[-1] is after
    assert all(step in ALLOWED for step in pairwise(states))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ANSWERED, NEW),
        (Outcome.VOICEMAIL, NEW),
        (Outcome.CALLBACK_TAKEN, NEW),
        (Outcome.DIVERTED, TRANSFERRED),
        (Outcome.HANDED_TO_EMERGENCY, TRANSFERRED),
        (Outcome.ABANDONED, CLOSED),
        (Outcome.ABANDONED_SHORT, CLOSED),
        (Outcome.TIMED_OUT, CLOSED),
        (Outcome.QUEUE_FULL, CLOSED),
        (Outcome.NO_AGENT_AT_JOIN, CLOSED),
        (Outcome.LEFT_EMPTY, CLOSED),
        (Outcome.CLOSED, CLOSED),
        (Outcome.IVR_SERVED, CLOSED),
        (Outcome.IVR_HANGUP, CLOSED),
        (Outcome.BLOCKED_TRUNK, CLOSED),
        (Outcome.TECHNICAL_FAILURE, CLOSED),
    ],
)
def test_only_a_call_that_leaves_work_leaves_its_ticket_open(
    outcome: Outcome, state: TicketState
) -> None:
    assert state_after_call(outcome) is state


def test_there_are_sixteen_ways_to_end_and_each_has_its_state() -> None:
    assert len(Outcome) == 16
    assert all(state_after_call(outcome) in TicketState for outcome in Outcome)
