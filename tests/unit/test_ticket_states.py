"""A ticket makes the moves in the table and no other."""

from itertools import pairwise, product

import pytest

from tickets.acts import Act, Actor, Clock
from tickets.guards import Guard
from tickets.outcomes import Outcome
from tickets.states import (
    ENDED,
    MOVES,
    OPEN,
    TABLE,
    IllegalMove,
    NotTheirMove,
    TicketState,
    acts_in,
    move,
    path,
    state_after_call,
)

pytestmark = pytest.mark.unit

NEW, TRANSFERRED, CLOSED = TicketState.NEW, TicketState.TRANSFERRED, TicketState.CLOSED
OF_THE_CALL = (NEW, TRANSFERRED, CLOSED)

# The published life cycle, each legal move by its states: act, from, to.
OPEN_STATES = (
    "NEW TRIAGE SELF DISPATCHED SIGNED RETURN_REQ JOINT EXT_REQ SUSP_REQ SUSPENDED FEEDBACK "
    "REJECTED_FB REPLIED DONE CALLBACK REDO"
)
LIFE = """
register          -                       NEW
answer            NEW                     ANSWERED
mark-invalid      NEW                     INVALID
decline           NEW                     OUT
appeal            OUT                     TRIAGE
transfer          NEW                     TRANSFERRED
submit            NEW                     TRIAGE
handle-here       TRIAGE                  SELF
dispatch          TRIAGE,REDO             DISPATCHED
sign              DISPATCHED              SIGNED
ask-return        DISPATCHED,SIGNED       RETURN_REQ
grant-return      RETURN_REQ              DISPATCHED
refuse-return     RETURN_REQ              SIGNED
join-units        SIGNED                  JOINT
ask-extension     SIGNED                  EXT_REQ
grant-extension   EXT_REQ                 SIGNED
refuse-extension  EXT_REQ                 SIGNED
ask-suspension    SIGNED                  SUSP_REQ
grant-suspension  SUSP_REQ                SUSPENDED
refuse-suspension SUSP_REQ                SIGNED
resume            SUSPENDED               SIGNED
feed-back         SIGNED,JOINT,REDO       FEEDBACK
reject-feedback   FEEDBACK                REJECTED_FB
take-up-again     REJECTED_FB             SIGNED
reply             FEEDBACK,SELF           REPLIED
settle            REPLIED                 DONE
call-back         DONE,ANSWERED           CALLBACK
archive           CALLBACK                CLOSED
archive-uncalled  DONE,ANSWERED           CLOSED
order-redo        CALLBACK                REDO
find-unreasonable CALLBACK                UNREASONABLE
supervise         open                    -
merge             open                    MERGED
unmerge           MERGED                  TRIAGE
withdraw          open                    WITHDRAWN
reopen            CLOSED                  REDO
call-transferred  NEW                     TRANSFERRED
call-ended        NEW                     CLOSED
call-left-work    TRANSFERRED,CLOSED      NEW
"""


def allowed() -> dict[tuple[Act, TicketState | None], TicketState | None]:
    moves: dict[tuple[Act, TicketState | None], TicketState | None] = {}
    for line in LIFE.strip().splitlines():
        act, sources, to = line.split()
        states = OPEN_STATES.split() if sources == "open" else sources.split(",")
        for state in states:
            source = None if state == "-" else TicketState(state)
            moves[Act(act), source] = None if to == "-" else TicketState(to)
    return moves


ALLOWED = allowed()


def whoever(act: Act) -> Actor:
    return min(MOVES[act].actors)


@pytest.mark.parametrize(("act", "state"), ALLOWED)
def test_an_allowed_move_leads_where_the_table_says(act: Act, state: TicketState | None) -> None:
    row = move(state, act, whoever(act))
    assert row.to == ALLOWED[act, state]


@pytest.mark.parametrize("state", [None, *TicketState])
def test_every_other_move_is_refused_in_a_sentence(state: TicketState | None) -> None:
    for act in (act for act in Act if (act, state) not in ALLOWED):
        with pytest.raises(IllegalMove, match=r"cannot '.*'\. Possible here: [a-z]") as refusal:
            move(state, act, whoever(act))
        assert refusal.value.state == state
        assert act not in acts_in(state)


@pytest.mark.parametrize("act", Act)
def test_a_move_is_refused_to_whom_it_does_not_belong(act: Act) -> None:
    row = MOVES[act]
    state = min(row.sources, key=str)
    for actor in Actor:
        if actor in row.actors:
            assert move(state, act, actor) is row
        else:
            with pytest.raises(NotTheirMove, match=f"'{act}' is for .* to do, not for {actor}"):
                move(state, act, actor)


def test_the_refusal_tells_what_can_be_done_instead() -> None:
    with pytest.raises(IllegalMove) as refusal:
        move(TicketState.RETURN_REQ, Act.SIGN, Actor.UNIT)
    assert str(refusal.value) == (
        "A ticket in state RETURN_REQ cannot 'sign'. Possible here: "
        "grant-return, refuse-return, supervise, merge, withdraw."
    )


def test_all_24_published_rules_are_in_the_table_and_each_act_once() -> None:
    assert {row.rule for row in TABLE} == {None, *range(1, 25)}
    assert sorted(row.act for row in TABLE) == sorted(Act)


def test_every_state_can_be_reached_and_none_is_a_trap() -> None:
    assert {row.to for row in TABLE} - {None} == set(TicketState)
    assert all(acts_in(state) for state in OPEN)


@pytest.mark.parametrize("state", TicketState)
def test_from_every_state_the_archive_or_an_end_can_be_reached(state: TicketState) -> None:
    seen, border = {state}, {state}
    while border:
        border = {row.to for row in TABLE if row.to and row.sources & border} - seen
        seen |= border
    assert seen & ENDED


def test_open_and_ended_share_no_state_and_leave_none_out() -> None:
    assert {TicketState(word) for word in OPEN_STATES.split()} == OPEN
    assert set(TicketState) == OPEN | ENDED
    assert not OPEN & ENDED


@pytest.mark.parametrize(
    ("act", "clock"),
    [
        (Act.DISPATCH, Clock.HANDLING_STARTS),
        (Act.SIGN, Clock.SIGNING_ENDS),
        (Act.ASK_RETURN, Clock.RUNS_ON),
        (Act.GRANT_RETURN, Clock.HANDLING_STARTS),
        (Act.ASK_EXTENSION, Clock.RUNS_ON),
        (Act.GRANT_EXTENSION, Clock.DUE_MOVES),
        (Act.ASK_SUSPENSION, Clock.RUNS_ON),
        (Act.GRANT_SUSPENSION, Clock.PAUSES),
        (Act.RESUME, Clock.RESUMES),
        (Act.FEED_BACK, Clock.STOPS_IF_ACCEPTED),
        (Act.REJECT_FEEDBACK, Clock.NEVER_STOPPED),
        (Act.ORDER_REDO, Clock.HALF_STARTS),
        (Act.MERGE, Clock.EARLIEST),
    ],
)
def test_asking_never_stops_a_clock_only_a_decision_does(act: Act, clock: Clock) -> None:
    assert MOVES[act].clock is clock


@pytest.mark.parametrize(
    ("act", "guards"),
    [
        (Act.DISPATCH, {Guard.CLASSIFIED, Guard.DUPLICATES_CHECKED, Guard.MASKING_SET}),
        (Act.FIND_UNREASONABLE, {Guard.TWO_REVIEWERS}),
        (Act.WITHDRAW, {Guard.OWN_WORDS}),
        (Act.ASK_RETURN, {Guard.WITHIN_RETURN_LIMIT, Guard.NOT_ADJUDICATED}),
        (Act.ORDER_REDO, {Guard.UNSOLVED, Guard.REASONABLE, Guard.REDO_LEFT}),
    ],
)
def test_a_move_names_what_must_hold_first(act: Act, guards: set[Guard]) -> None:
    assert guards <= set(MOVES[act].guards)


def test_every_guard_guards_something_and_says_what_in_a_sentence() -> None:
    assert {guard for row in TABLE for guard in row.guards} == set(Guard)
    assert all(guard.sentence.endswith(".") for guard in Guard)


def test_a_unit_may_neither_withdraw_a_ticket_nor_judge_its_own_answer() -> None:
    for act in (Act.WITHDRAW, Act.GRANT_RETURN, Act.GRANT_EXTENSION, Act.REPLY, Act.MERGE):
        assert Actor.UNIT not in MOVES[act].actors


# The call's own moves


@pytest.mark.parametrize(("before", "after"), list(product(OF_THE_CALL, OF_THE_CALL)))
def test_a_correction_reaches_its_state_by_the_ledgers_moves_only(
    before: TicketState, after: TicketState
) -> None:
    states = [before, *path(before, after)]
    assert states[-1] is after
    for step, goal in pairwise(states):
        by_ledger = [row for row in TABLE if step in row.sources and Actor.LEDGER in row.actors]
        assert goal in {row.to for row in by_ledger}


@pytest.mark.parametrize("state", sorted(set(TicketState) - set(OF_THE_CALL)))
@pytest.mark.parametrize("end", OF_THE_CALL)
def test_a_ticket_that_people_moved_on_is_not_moved_by_its_call(
    state: TicketState, end: TicketState
) -> None:
    with pytest.raises(IllegalMove, match="by its call"):
        path(state, end)


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
