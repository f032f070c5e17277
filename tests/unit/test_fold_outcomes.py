"""Every way a call can end has its one class, told by real sequences of lines."""

from collections.abc import Callable

import pytest

from queues.ledger.fold import fold
from queues.ledger.outcome import PRECEDENCE, Signs, classify
from queues.ledger.story import Restart, Story
from tests.folding import RULES, folded, story_of
from tests.switch_lines import NOON, ACall, answered_call
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit


def here() -> ACall:
    return ACall().arrives().in_menu()


ENDINGS: dict[str, tuple[Outcome, Callable[[], ACall]]] = {
    "talked, agent hung up": (Outcome.ANSWERED, answered_call),
    "talked, caller hung up": (
        Outcome.ANSWERED,
        lambda: here().queues().rings().connects().wait(60).hangs_up_on_agent(),
    ),
    "hung up in the second of the answer": (
        Outcome.ANSWERED,
        lambda: here().queues().rings().connects().hangs_up_on_agent(0),
    ),
    "agent hung up during the announcement, the next stayed": (
        Outcome.ANSWERED,
        lambda: here().queues().rings().loses_agent().queues().rings("8014").connects().wait(9)
        .agent_hangs_up().is_hung_up(),
    ),
    "agent hung up during the announcement, nobody else came": (
        Outcome.ABANDONED,
        lambda: here().queues().wait(9).rings().loses_agent().queues().wait(9).abandons(9),
    ),
    "agent was joined for an instant, the next stayed": (
        Outcome.ANSWERED,
        lambda: here().queues().rings().is_joined_too_late().queues().rings("8014").connects()
        .wait(9).hangs_up_on_agent(),
    ),
    "agent was joined for an instant, nobody else came": (
        Outcome.ABANDONED,
        lambda: here().queues().wait(9).rings().is_joined_too_late().queues().wait(9).abandons(9),
    ),
    "agent hung up during the announcement, and the caller too": (
        Outcome.ABANDONED,
        lambda: here().queues().wait(9).rings().picks_up_and_leaves().hangs_up(),
    ),
    "counted with an incident, by its key while waiting": (
        Outcome.IVR_SERVED,
        lambda: here().queues().wait(20).leaves_queue("key-1").journal("counted", incident=7)
        .wait(3).is_hung_up(),
    ),
    "counted with an incident in the menu": (
        Outcome.IVR_SERVED,
        lambda: here().journal("counted", incident=7).wait(3).hangs_up(),
    ),
    "first seat did not pick up, the next did": (
        Outcome.ANSWERED,
        lambda: here().queues().rings().wait(15).rings_out().rings("8014").connects().wait(9)
        .agent_hangs_up().is_hung_up(),
    ),
    "timed out, came back and was answered": (
        Outcome.ANSWERED,
        lambda: here().queues().wait(60).leaves_queue("TIMEOUT").queues().rings().connects().wait(1)
        .agent_hangs_up().hangs_up(),
    ),
    "pressed 3 for a callback while waiting, then stayed and was answered": (
        Outcome.ANSWERED,
        lambda: here().journal("callback", number="13800000000").queues().rings().connects().wait(1)
        .agent_hangs_up().hangs_up(),
    ),
    "gave up after a while": (Outcome.ABANDONED, lambda: here().queues().wait(30).abandons()),
    "gave up while a phone rang": (
        Outcome.ABANDONED,
        lambda: here().queues().wait(4).rings().wait(6).abandons(10),
    ),
    "gave up at once": (Outcome.ABANDONED_SHORT, lambda: here().queues().wait(4.9).abandons(4)),
    "gave up at once, but after a first long wait": (
        Outcome.ABANDONED,
        lambda: here().queues().wait(60).leaves_queue("key-2").queues().wait(2).abandons(2),
    ),
    "left the queue by a key and hung up in the menu": (
        Outcome.ABANDONED,
        lambda: here().queues().wait(9).leaves_queue("key-1").wait(5).hangs_up(),
    ),
    "waited too long": (
        Outcome.TIMED_OUT,
        lambda: here().queues().wait(60).leaves_queue("TIMEOUT").wait(1).is_hung_up(),
    ),
    "all agents left": (
        Outcome.LEFT_EMPTY,
        lambda: here().queues().wait(9).leaves_queue("LEAVEEMPTY").is_hung_up(),
    ),
    "all agents unavailable meanwhile": (
        Outcome.LEFT_EMPTY,
        lambda: here().queues().wait(9).leaves_queue("LEAVEUNAVAIL").is_hung_up(),
    ),
    "queue full": (Outcome.QUEUE_FULL, lambda: here().turned_away("FULL").hangs_up()),
    "no agent": (Outcome.NO_AGENT_AT_JOIN, lambda: here().turned_away("JOINEMPTY").hangs_up()),
    "no agent free": (
        Outcome.NO_AGENT_AT_JOIN,
        lambda: here().turned_away("JOINUNAVAIL").hangs_up(),
    ),
    "timed out, then a message": (
        Outcome.VOICEMAIL,
        lambda: here().queues().wait(60).leaves_queue("TIMEOUT").speaks(12).is_hung_up(),
    ),
    "message ended by hanging up": (
        Outcome.VOICEMAIL,
        lambda: here().mark("HL-MESSAGE", "/spool/m.wav").wait(9).hangs_up(),
    ),
    "a cough is no message": (
        Outcome.IVR_HANGUP,
        lambda: here().mark("HL-MESSAGE", "/spool/m.wav").wait(1).hangs_up(),
    ),
    "callback asked for": (
        Outcome.CALLBACK_TAKEN,
        lambda: here().queues().wait(30).leaves_queue("key-2").journal("callback", number="138")
        .is_hung_up(),
    ),
    "put through to 12348": (
        Outcome.DIVERTED,
        lambda: here().dials_partner().joins("12348").wait(60).hangs_up(),
    ),
    "put through to 110": (
        Outcome.HANDED_TO_EMERGENCY,
        lambda: here().dials_partner("110").joins("110").wait(9).hangs_up(),
    ),
    "partner talked, dialplan says so": (
        Outcome.DIVERTED,
        lambda: here().dials_partner().wait(9).partner_done("ANSWER").is_hung_up(),
    ),
    "110 did not answer, a human of ours did": (
        Outcome.ANSWERED,
        lambda: here().dials_partner("110").wait(20).partner_done("NOANSWER", "110").queues()
        .rings().connects().wait(1).agent_hangs_up().hangs_up(),
    ),
    "hung up while the partner's phone rang": (
        Outcome.ABANDONED,
        lambda: here().dials_partner().wait(15).hangs_up(),
    ),
    "hung up in the menu": (Outcome.IVR_HANGUP, lambda: here().hangs_up()),
    "hung up before the menu had begun": (Outcome.IVR_HANGUP, lambda: ACall().arrives().hangs_up()),
    "the menu said goodbye": (Outcome.IVR_HANGUP, lambda: here().is_hung_up()),
    "served by the menu": (
        Outcome.IVR_SERVED,
        lambda: here().journal("served", what="progress").hangs_up(),
    ),
    "called at night": (Outcome.CLOSED, lambda: here().journal("closed").is_hung_up()),
    "ended by the switch before we picked up": (
        Outcome.BLOCKED_TRUNK,
        lambda: ACall().rings_at("12345").is_hung_up(),
    ),
    "ended by the switch, and nobody knows why": (
        Outcome.TECHNICAL_FAILURE,
        lambda: ACall().arrives().is_hung_up(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_ending_has_its_class(ending: str) -> None:
    outcome, tell = ENDINGS[ending]
    assert folded(tell()).outcome is outcome


def test_a_number_that_is_not_ours_is_no_arrival() -> None:
    call = ACall().rings_at("999").mark("HL-REFUSED", "999").is_hung_up()
    assert fold(story_of(call), RULES) is None


def test_every_class_has_an_ending() -> None:
    assert {outcome for outcome, _ in ENDINGS.values()} == set(Outcome)


def test_every_class_stands_in_the_table_and_the_last_row_takes_the_rest() -> None:
    assert {outcome for outcome, _ in PRECEDENCE} == set(Outcome)
    assert classify(Signs()) is Outcome.TECHNICAL_FAILURE


RESTART = Restart(NOON + 100, NOON + 101)


@pytest.mark.parametrize(
    ("outcome", "call"),
    [
        (Outcome.TECHNICAL_FAILURE, here().queues().wait(30)),
        (Outcome.TECHNICAL_FAILURE, here()),
        (Outcome.TECHNICAL_FAILURE, here().queues().wait(9).leaves_queue("TIMEOUT")),
        (Outcome.ANSWERED, here().queues().rings().connects()),
        (Outcome.DIVERTED, here().dials_partner().joins("12348")),
        (Outcome.CALLBACK_TAKEN, here().journal("callback", number="138")),
    ],
)
def test_a_restart_fails_those_whom_nobody_had_helped(outcome: Outcome, call: ACall) -> None:
    assert folded(call).outcome is None
    orphan = folded(call, [RESTART])
    assert (orphan.outcome, orphan.orphaned) == (outcome, True)
    assert orphan.ended_at is not None
    assert orphan.ended_at.timestamp() == RESTART.since


SILENCE = 12 * 3600


@pytest.mark.parametrize(
    ("outcome", "call"),
    [
        (Outcome.TECHNICAL_FAILURE, here().queues().wait(30)),
        (Outcome.ANSWERED, here().queues().rings().connects().wait(5)),
        (Outcome.VOICEMAIL, here().speaks(5)),
    ],
)
def test_a_call_whose_end_was_never_written_is_over_when_it_was_silent_for_hours(
    outcome: Outcome, call: ACall
) -> None:
    story = story_of(call)
    assert not _ended(story, story.last + SILENCE)
    over = fold(story, RULES, (), story.last + SILENCE + 1)
    assert over is not None
    assert (over.outcome, over.orphaned) == (outcome, True)
    assert over.ended_at is not None
    assert over.ended_at.timestamp() == pytest.approx(story.last)
    # However much later it is asked again.
    assert fold(story, RULES, (), story.last + 10 * SILENCE) == over


def test_whoever_speaks_last_keeps_a_silent_call_alive() -> None:
    story = story_of(here().queues().wait(20_000).journal("rating", score=5))
    assert not _ended(story, NOON + 20_000 + SILENCE)


def test_a_call_whose_end_was_written_is_untouched_by_silence() -> None:
    story = story_of(here().queues().wait(30).abandons())
    assert fold(story, RULES, (), NOON + 10 * SILENCE) == fold(story, RULES)


def _ended(story: Story, as_of: float) -> bool:
    facts = fold(story, RULES, (), as_of)
    return facts is not None and facts.ended_at is not None


def test_a_call_that_ended_before_the_restart_is_untouched_by_it() -> None:
    call = here().queues().wait(30).abandons()
    assert folded(call, [RESTART]) == folded(call)


def test_a_call_of_the_new_life_is_untouched_by_its_beginning() -> None:
    fresh = ACall(began=NOON + 100.9).arrives().in_menu().queues()
    restarts = [Restart(NOON + 100, NOON + 101), Restart(NOON + 100.8, NOON + 100.8)]
    assert folded(fresh, restarts).ended_at is None


def test_a_call_alive_in_the_very_second_of_the_restart_is_closed_by_it() -> None:
    call = here().wait(NOON + 100.1 - NOON - 2).queues()
    assert call.at > RESTART.since
    assert folded(call, [RESTART]).orphaned


def test_a_call_that_began_in_the_second_of_the_restart_belongs_to_the_old_life() -> None:
    """Every life's first channel is seen before its other calls; without one, no new life yet."""
    call = ACall(began=NOON + 100.1).arrives()
    assert folded(call, [RESTART]).orphaned
    assert folded(call, [RESTART, Restart(NOON + 400, NOON + 400)]).orphaned
    assert not folded(call, [RESTART, Restart(NOON + 100.05, NOON + 100.05)]).orphaned


def test_what_goes_on_after_a_restart_was_not_ended_by_it() -> None:
    call = here().queues().wait(300).rings()
    assert folded(call, [RESTART]).ended_at is None
