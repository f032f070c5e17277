"""A call-back stands in one state, moves as the table says, and is told alike in any order."""

from random import Random

import pytest

from core.clock import from_epoch
from queues.callbacks.models import CallbackSource
from queues.callbacks.states import CallbackAct, CallbackState, IllegalCallbackMove, move
from queues.callbacks.story import CallbackStory, Line, tell
from queues.callbacks.uids import Try, read_try
from queues.journal import JournalEvent, JournalKind
from telephony.cel import ChannelEvent, Marker

pytestmark = pytest.mark.unit

CALL = "node1-1795500000.12"
S = CallbackState


def noted(at: float, kind: JournalKind, call: str = Try(CALL, 0).uid, **fields: object) -> Line:
    return JournalEvent(1_795_500_000 + at, call, kind, dict(fields))


def marked(at: float, marker: Marker, words: str = "", number: int = 1) -> Line:
    uid = Try(CALL, number).uid
    extra = f'{{"extra":"{words}"}}'
    columns = (uid, uid, "Local/s@callback-line-1;1", "callback-wait", "s", "", "", "", "", "")
    return ChannelEvent(1_795_500_000 + at, marker, *columns, extra)


TAKEN = [
    noted(0, JournalKind.CALLBACK_OFFERED, CALL),
    noted(5, JournalKind.CALLBACK, CALL, number="13800000000", language="zh", priority=10),
]
RINGING = [
    *TAKEN,
    noted(10, JournalKind.CALLBACK_PLACED, number=1, since=1_795_499_990.5),
    marked(20, Marker.CALLBACK_TOLD, "8013"),
    marked(23, Marker.CALLBACK_RINGS),
]
REACHED = [*RINGING, marked(30, Marker.CALLBACK_REACHED)]
MISSED = [*RINGING, marked(40, Marker.CALLBACK_DIALLED, "NOANSWER")]


def told(*lines: Line) -> CallbackStory:
    return tell(CALL, lines)


def test_a_callback_that_is_reached_keeps_what_was_promised() -> None:
    story = told(*REACHED, marked(90, Marker.CALLBACK_LEFT, "CONTINUE"))
    assert (story.state, story.number, story.priority) == (S.REACHED, "13800000000", 10)
    assert (story.agent, story.tries, story.missed) == ("8013", 1, 0)
    assert story.since == from_epoch(1_795_499_990.5)
    assert story.ended_at == story.reached_at == from_epoch(1_795_500_030)


def test_lines_tell_the_same_in_whatever_order_they_are_read() -> None:
    whole = told(*MISSED, noted(50, JournalKind.CALLBACK_PLACED, number=2))
    for seed in range(20):
        lines = [*MISSED, noted(50, JournalKind.CALLBACK_PLACED, number=2)]
        Random(seed).shuffle(lines)
        assert told(*lines) == whole


@pytest.mark.parametrize(
    ("status", "state", "missed"),
    [
        ("NOANSWER", S.PAUSED, 1),
        ("BUSY", S.PAUSED, 1),
        ("CHANUNAVAIL", S.PAUSED, 1),
        ("ANSWER", S.PAUSED, 1),  # picked up and gone before a word was said
        ("CANCEL", S.TAKEN, 0),
        ("", S.TAKEN, 0),
    ],
)
def test_only_a_phone_that_rang_in_vain_uses_up_a_try(
    status: str, state: CallbackState, missed: int
) -> None:
    story = told(*RINGING, marked(40, Marker.CALLBACK_DIALLED, status))
    assert (story.state, story.missed) == (state, missed)


def test_a_citizen_whose_phone_rings_is_not_cancelled_any_more() -> None:
    story = told(*RINGING, noted(24, JournalKind.CALLBACK_CANCELLED, reason="called-again"))
    assert story.state is S.RINGING


def test_a_place_lost_with_the_switch_is_owed_again() -> None:
    story = told(*RINGING[:3], noted(15, JournalKind.CALLBACK_LOST, reason="not-in-switch"))
    assert (story.state, story.tries, story.reason) == (S.TAKEN, 1, "not-in-switch")


def test_what_an_earlier_try_has_to_say_late_says_nothing_of_the_present_one() -> None:
    again = noted(50, JournalKind.CALLBACK_PLACED, number=2)
    story = told(*MISSED, again, marked(51, Marker.CALLBACK_LEFT, number=1))
    assert (story.state, story.tries) == (S.WAITING, 2)


def test_lines_that_come_twice_change_nothing() -> None:
    story, twice = told(*MISSED), told(*(line for line in MISSED for _ in range(2)))
    assert (story.state, story.missed, story.tries) == (twice.state, twice.missed, twice.tries)


def test_an_abandoned_call_that_a_person_rings_back_names_the_person() -> None:
    story = told(
        noted(0, JournalKind.CALLBACK_ASSIGNED, number="13800000000", agent="8013", by="wang")
    )
    assert (story.state, story.source) == (S.TAKEN, CallbackSource.ABANDONED)
    assert (story.agent, story.by) == ("8013", "wang")


ORDERED = [
    noted(0, JournalKind.CALLBACK_ASSIGNED, number="13800000000", agent="8013", by="wang"),
    noted(1, JournalKind.CALLBACK_PLACED, number=1),
    marked(5, Marker.CALLBACK_TOLD, "8013"),
    marked(8, Marker.CALLBACK_RINGS),
]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("BUSY", "busy"),
        ("NOANSWER", "no-answer"),
        ("REJECTED", "declined"),
        ("CHANUNAVAIL", "unavailable"),
        ("ANSWER", "no-answer"),
    ],
)
def test_an_attempt_keeps_who_ordered_it_and_what_the_phone_said(status: str, result: str) -> None:
    story = told(
        *ORDERED,
        marked(20, Marker.CALLBACK_DIALLED, status),
        noted(21, JournalKind.CALLBACK_GIVEN_UP, reason=result),
    )
    (attempt,) = story.attempts
    assert (attempt["agent"], attempt["by"], attempt["result"]) == ("8013", "wang", result)
    assert (story.state, story.reason) == (S.NOT_REACHED, result)


def test_a_second_order_adds_an_attempt_and_keeps_the_first() -> None:
    story = told(
        *ORDERED,
        marked(20, Marker.CALLBACK_DIALLED, "BUSY"),
        noted(21, JournalKind.CALLBACK_GIVEN_UP, reason="busy"),
        noted(60, JournalKind.CALLBACK_ASSIGNED, number="13800000000", agent="8014", by="li"),
        noted(61, JournalKind.CALLBACK_PLACED, number=2),
        marked(65, Marker.CALLBACK_TOLD, "8014", 2),
        marked(68, Marker.CALLBACK_RINGS, number=2),
        marked(70, Marker.CALLBACK_REACHED, number=2),
    )
    assert [a["result"] for a in story.attempts] == ["busy", "reached"]
    assert [a["agent"] for a in story.attempts] == ["8013", "8014"]
    assert (story.state, story.reason) == (S.REACHED, None)


def test_a_person_settles_what_nobody_tried_and_adds_to_what_was_reached() -> None:
    settled = noted(
        5, JournalKind.CALLBACK_SETTLED, reason="already-helped", by="wang", number="13800000000"
    )
    untried = told(settled)
    assert (untried.state, untried.source) == (S.SETTLED, CallbackSource.ABANDONED)
    assert (untried.reason, untried.by) == ("already-helped", "wang")
    later = noted(90, JournalKind.CALLBACK_SETTLED, reason="declined", by="8013", note="no need")
    reached = told(*REACHED, later)
    assert (reached.state, reached.reason) == (S.REACHED, "declined")
    assert reached.attempts[-1]["note"] == "no need"
    assert reached.ended_at == reached.reached_at


def test_nobody_settles_what_rings_just_now() -> None:
    story = told(*RINGING, noted(24, JournalKind.CALLBACK_SETTLED, reason="declined", by="wang"))
    assert story.state is S.RINGING


def test_every_move_that_the_table_does_not_name_is_refused() -> None:
    with pytest.raises(IllegalCallbackMove, match="'reach'"):
        move(S.TAKEN, CallbackAct.REACH)
    ends = (S.REACHED, S.NOT_REACHED, S.CANCELLED, S.EXPIRED)
    for state in ends:
        for act in set(CallbackAct) - {CallbackAct.TAKE, CallbackAct.SETTLE}:
            with pytest.raises(IllegalCallbackMove):
                move(state, act)
    with pytest.raises(IllegalCallbackMove):
        move(S.REACHED, CallbackAct.TAKE)


@pytest.mark.parametrize("call", [CALL, "1795500000.0", "city-a-1795500000.1234567"])
def test_a_try_is_named_after_its_call_and_its_number(call: str) -> None:
    for number in (0, 1, 12, 999):
        assert read_try(Try(call, number).uid) == Try(call, number)
    assert read_try(call) is None
