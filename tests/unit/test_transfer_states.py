"""Transfers: what may be done where, and what the switch's channels say of a call."""

from itertools import product

import pytest

from telephony.ami import Event
from transfers.board import Board
from transfers.states import MOVES, Act, IllegalAct, State, move

pytestmark = pytest.mark.unit

CALL = "n-1.0"


def leg(uid: str, name: str, bridge: str, state: int = 6, context: str = "x") -> Event:
    return Event(
        {
            "Event": "CoreShowChannel",
            "Uniqueid": uid,
            "Linkedid": CALL,
            "Channel": name,
            "ChannelState": str(state),
            "Context": context,
            "BridgeId": bridge,
        }
    )


def citizen(bridge: str, context: str = "wait") -> Event:
    return leg(CALL, "PJSIP/trunk-00000000", bridge, context=context)


def agent(bridge: str) -> Event:
    return leg("n-1.1", "PJSIP/8013-00000001", bridge)


def near(bridge: str, state: int = 6) -> Event:
    return leg("n-1.2", "Local/110@transfer-00000000;1", bridge, state)


def far(bridge: str) -> Event:
    return leg("n-1.3", "Local/110@transfer-00000000;2", bridge)


def partner(bridge: str, state: int = 6) -> Event:
    return leg("n-1.4", "PJSIP/demo-00000002", bridge, state)


@pytest.mark.parametrize(
    ("legs", "state"),
    [
        ([], State.OVER),
        ([citizen("")], State.ALONE),
        ([citizen(""), agent("")], State.ALONE),
        ([citizen("a"), agent("a")], State.TALKING),
        ([citizen("a"), agent("b"), near("b", 5), far(""), partner("", 5)], State.RINGING),
        ([citizen("a"), agent("a"), near("b", 5), far(""), partner("", 5)], State.RINGING),
        ([citizen("a"), agent("b"), near("b"), far("c"), partner("c")], State.CONSULTING),
        ([citizen("a"), agent("b"), partner("b")], State.CONSULTING),
        ([citizen("a"), agent("a"), partner("b")], State.CHECKING),
        ([citizen("a"), agent("a"), partner("a")], State.JOINED),
        ([citizen("a"), agent("a"), near("a"), far("c"), partner("c")], State.JOINED),
        ([citizen("", "transfer-hold"), agent("a"), partner("a")], State.PARTED),
        ([citizen("a", "transfer-hold"), agent("a"), partner("a")], State.JOINED),
        ([citizen("a"), partner("a")], State.HANDED_OVER),
        ([citizen("a"), near("a", 5), far(""), partner("", 5)], State.LET_GO),
        ([citizen("a"), agent("a"), far(""), partner("", 5)], State.TALKING),
    ],
)
def test_the_channels_say_where_a_call_stands(legs: list[Event], state: State) -> None:
    board = Board()
    board.replace(legs)
    assert board.situation(CALL).state is state


def test_events_move_the_picture_as_the_switch_tells_them() -> None:
    board = Board()
    board.replace([citizen("a"), agent("a")])
    headers = dict(agent("").headers)
    board.take(Event({**headers, "Event": "BridgeLeave", "BridgeUniqueid": "a"}))
    assert board.situation(CALL).state is State.ALONE
    board.take(Event({**headers, "Event": "BridgeEnter", "BridgeUniqueid": "a"}))
    assert board.situation(CALL).state is State.TALKING
    leg = board.of_agent("8013")
    assert leg is not None
    assert leg.call == CALL
    board.take(Event({**headers, "Event": "Hangup"}))
    assert board.of_agent("8013") is None


def test_a_leg_that_left_for_another_bridge_is_not_taken_out_of_it() -> None:
    board = Board()
    board.replace([citizen("a"), agent("b")])
    board.take(Event({**agent("").headers, "Event": "BridgeLeave", "BridgeUniqueid": "a"}))
    assert board.channels["n-1.1"].bridge == "b"


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_only_what_the_table_allows_can_be_done(state: State, act: Act) -> None:
    if (state, act) in MOVES:
        assert move(state, act) is MOVES[state, act]
        return
    with pytest.raises(IllegalAct) as refused:
        move(state, act)
    assert str(act) in str(refused.value)


def test_whoever_left_a_call_can_do_nothing_more_with_it() -> None:
    left = {State.ALONE, State.LET_GO, State.HANDED_OVER, State.OVER}
    assert not left & {state for state, _ in MOVES}
