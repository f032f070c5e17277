"""Times, people and keys of a call: to the microsecond, by whoever knows best, never negative."""

import pytest

from queues.ledger.fold import fold
from queues.ledger.story import Story
from queues.models import EndedBy, Stream
from tests.folding import RULES, folded
from tests.switch_lines import NOON, ACall, answered_call
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit


def test_a_usual_call_is_told_whole() -> None:
    facts = folded(answered_call(talk=60))
    assert (facts.line, facts.did, facts.caller) == ("12345", "12345", "13800000000")
    assert (facts.flow, facts.flow_version, facts.query_code) == ("direct", "3", "048213")
    assert (facts.queue, facts.queue_visits, facts.agent) == ("GEN", 1, "8013")
    assert facts.wait_seconds == pytest.approx(5, abs=0.01)
    assert facts.ring_seconds == pytest.approx(3, abs=0.01)
    assert facts.talk_seconds == pytest.approx(60, abs=0.01)
    assert (facts.rating, facts.ended_by, facts.has_audio) == (5, EndedBy.AGENT, True)


def test_a_channel_that_did_not_come_from_a_citizen_is_no_arrival() -> None:
    call = ACall(context="from-agent").cel("CHAN_START", context="from-agent", exten="*11")
    story = Story(call.uid, call.node)
    assert fold(story, RULES) is None


def test_a_call_over_midnight_belongs_to_the_day_it_began() -> None:
    call = ACall(began=NOON + 10 * 3600 - 1).arrives().in_menu().queues().wait(30).abandons()
    facts = folded(call)
    assert str(facts.day) == "2026-11-24"
    assert facts.ended_at is not None
    assert facts.ended_at.hour == 16  # past midnight in the city


def test_a_call_told_by_queue_log_alone_in_its_talk_is_answered_all_the_same() -> None:
    call = answered_call(talk=60)
    call.lines = [one for one in call.lines if b"BRIDGE_" not in one[2]]
    facts = folded(call)
    assert (facts.outcome, facts.agent, facts.talk_seconds) == (Outcome.ANSWERED, "8013", 60.0)
    assert (facts.ring_seconds, facts.ended_by) == (3.0, EndedBy.AGENT)


def test_the_cut_off_second_of_queue_log_never_makes_a_wait_negative() -> None:
    call = ACall(began=NOON + 0.9).arrives().queues().rings().connects().hangs_up_on_agent(1)
    call.lines = [one for one in call.lines if b"BRIDGE_" not in one[2]]
    facts = folded(call)
    assert facts.wait_seconds == 0.0
    assert facts.answered_at == facts.human_requested_at


def test_without_queue_log_the_agent_is_known_by_the_channel() -> None:
    call = answered_call()
    call.lines = [one for one in call.lines if one[1] is not Stream.QUEUE_LOG]
    facts = folded(call)
    assert (facts.agent, facts.outcome) == ("8013", Outcome.ANSWERED)


def test_the_agent_is_the_one_who_answered_not_the_one_who_was_rung_first() -> None:
    call = ACall().arrives().queues().rings("8013").wait(15).rings_out()
    facts = folded(call.rings("8014").wait(2).connects().wait(1).agent_hangs_up().hangs_up())
    assert facts.agent == "8014"
    assert facts.ring_seconds == pytest.approx(2, abs=0.01)
    assert facts.wait_seconds == pytest.approx(17, abs=0.01)


def test_the_agent_is_the_one_who_stayed_not_the_one_who_was_lost() -> None:
    call = ACall().arrives().in_menu().queues().rings("8013").loses_agent()
    asked = folded(call).human_requested_at
    facts = folded(call.wait(2).queues().rings("8014").wait(2).connects().wait(1).agent_hangs_up())
    assert (facts.agent, facts.queue_visits) == ("8014", 2)
    assert facts.ring_seconds == pytest.approx(2, abs=0.01)
    assert facts.human_requested_at == asked
    assert facts.wait_seconds == pytest.approx(4, abs=0.01)


def test_an_agent_joined_for_an_instant_is_not_the_one_who_answered() -> None:
    call = ACall().arrives().in_menu().queues().rings("8013").is_joined_too_late()
    assert folded(call).answered_at is None
    facts = folded(call.wait(1).queues().rings("8014").wait(2).connects().wait(20).hangs_up())
    assert facts.agent == "8014"
    # What queue_log adds of the first one at the end belongs to the first one.
    late = call.queue_log("COMPLETECALLER", 2, 30, 1, agent="8013")
    assert folded(late) == facts


def test_an_agent_lost_after_the_first_word_has_answered_all_the_same() -> None:
    call = ACall().arrives().queues().rings("8013").connects().wait(40).agent_hangs_up(40)
    call.mark("HL-AGENT-LOST", "GEN|44").queues().wait(9).abandons(9)
    facts = folded(call)
    assert (facts.outcome, facts.agent) == (Outcome.ANSWERED, "8013")
    assert facts.talk_seconds == pytest.approx(40, abs=0.01)


def test_a_pick_up_of_which_nothing_came_is_no_answer_by_queue_log_alone() -> None:
    call = ACall().arrives().queues().wait(9).rings()
    call.queue_log("CONNECT", 9, f"{call.uid}1", 3, agent="8013")
    assert folded(call).answered_at is None
    call.queue_log("COMPLETECALLER", 9, 0, 1, agent="8013")
    facts = folded(call.hangs_up())
    assert (facts.outcome, facts.agent, facts.talk_seconds) == (Outcome.ABANDONED, None, None)


def test_a_talk_of_three_lasts_until_the_caller_is_alone() -> None:
    call = ACall().arrives().queues().rings().connects().wait(10)
    call.cel("BRIDGE_ENTER", "12348", call._in_bridge())
    call.cel("BRIDGE_EXIT", "8013", call._in_bridge()).queue_log(
        "COMPLETEAGENT", 5, 10, 1, agent="8013"
    )
    call.wait(30).cel("BRIDGE_EXIT", extra=call._in_bridge()).hangs_up()
    facts = folded(call)
    assert facts.talk_seconds == pytest.approx(40, abs=0.01)
    assert facts.ended_by is EndedBy.CALLER  # though queue_log only knows that the agent left


def test_a_talk_with_a_partner_is_not_counted_as_an_agents() -> None:
    facts = folded(ACall().arrives().dials_partner().joins("12348").wait(60).hangs_up())
    assert (facts.talk_seconds, facts.agent, facts.answered_at) == (None, None, None)
    assert (facts.partner, facts.has_audio) == ("12348", True)


def test_who_gives_up_while_a_partner_rings_had_asked_for_a_human() -> None:
    call = ACall().arrives().in_menu().dials_partner()
    asked = call.at
    facts = folded(call.wait(15).hangs_up())
    assert facts.human_requested_at is not None
    assert facts.human_requested_at.timestamp() == pytest.approx(asked, abs=0.01)
    assert facts.wait_seconds == pytest.approx(15, abs=0.01)


def test_a_talk_with_a_partner_is_not_waited_for_our_own_agent() -> None:
    call = ACall().arrives().dials_partner().wait(5).joins("12348").wait(300)
    call.cel("BRIDGE_EXIT", "12348", call._in_bridge()).partner_done("ANSWER")
    facts = folded(call.queues().rings().wait(4).connects().wait(1).agent_hangs_up().hangs_up())
    assert facts.outcome is Outcome.ANSWERED
    assert facts.wait_seconds == pytest.approx(9, abs=0.01)


def test_what_passes_in_a_menu_after_the_queue_is_not_waited() -> None:
    call = ACall().arrives().queues().wait(9).leaves_queue("key-1").wait(200).hangs_up()
    assert folded(call).wait_seconds == pytest.approx(9, abs=0.01)


def test_a_callback_ordered_in_the_menu_asks_for_a_human_and_waits_for_none() -> None:
    facts = folded(ACall().arrives().in_menu().journal("callback", number="138").hangs_up())
    assert facts.human_requested_at is not None
    assert facts.wait_seconds is None


@pytest.mark.parametrize(
    ("ended_by", "call"),
    [
        (EndedBy.CALLER, ACall().arrives().queues().wait(9).abandons(9)),
        (EndedBy.SYSTEM, ACall().arrives().in_menu().is_hung_up()),
        (EndedBy.AGENT, answered_call()),
        (EndedBy.CALLER, ACall().arrives().queues().rings().connects().hangs_up_on_agent()),
    ],
)
def test_who_ended_it_is_told(ended_by: EndedBy, call: ACall) -> None:
    assert folded(call).ended_by is ended_by


def test_keys_of_menu_and_queue_stand_in_the_order_they_were_pressed() -> None:
    call = ACall().arrives().in_menu(keys="31").queues().leaves_queue("key-star")
    assert folded(call.wait(1).in_menu(keys="2").hangs_up()).keys == "31*2"


def test_a_key_pressed_while_waiting_is_told_by_switch_and_journal_and_counted_once() -> None:
    call = ACall().arrives().queues().leaves_queue("key-8")
    call.journal("step", node="wait", verb="queue", outcome="key-8", ms=900, keys="8")
    assert folded(call.hangs_up()).keys == "8"


@pytest.mark.parametrize(
    ("outcome", "seconds", "verdict"),
    [("recorded", 2.0, Outcome.VOICEMAIL), ("too-short", 3.4, Outcome.IVR_HANGUP)],
)
def test_the_dialplan_decides_what_is_too_short_for_a_message(
    outcome: str, seconds: float, verdict: Outcome
) -> None:
    call = ACall().arrives().in_menu().speaks(seconds)
    call.journal("step", node="m", verb="message", outcome=outcome, ms=0, keys="")
    assert folded(call.is_hung_up()).outcome is verdict


def test_ringing_ends_when_the_phone_is_picked_up_and_waiting_when_they_meet() -> None:
    call = ACall().arrives().queues().rings().wait(4).cel("ANSWER", "8013").wait(2)
    facts = folded(call.joins("8013").hangs_up_on_agent())
    assert facts.ring_seconds == pytest.approx(4, abs=0.01)
    assert facts.wait_seconds == pytest.approx(6, abs=0.01)


def test_a_queue_that_speaks_to_the_caller_in_between_is_still_one_visit() -> None:
    call = ACall().arrives().queues().rings().cel("APP_END", app="Queue").wait(2)
    call.cel("APP_START", app="Queue", data="GEN,cCt,,,600").connects()
    assert folded(call.hangs_up_on_agent()).queue_visits == 1


def test_each_entry_into_a_queue_is_counted_and_the_last_one_is_named() -> None:
    call = ACall().arrives().queues("EN").leaves_queue("TIMEOUT", "EN").queues("GEN").wait(9)
    facts = folded(call.abandons())
    assert (facts.queue_visits, facts.queue) == (2, "GEN")


def test_survival_is_remembered_with_its_reason() -> None:
    call = ACall().arrives().mark("HL-SURVIVAL", "FAILURE").queues().wait(9)
    assert folded(call.abandons()).survival == "FAILURE"


def test_the_facts_of_a_running_call_have_no_end_and_no_class() -> None:
    facts = folded(ACall().arrives().in_menu().queues().rings().connects().wait(5))
    assert (facts.ended_at, facts.outcome, facts.ended_by) == (None, None, None)
    assert facts.answered_at is not None


def test_a_clock_set_back_in_mid_call_gives_no_negative_times() -> None:
    call = ACall().arrives().in_menu().queues().wait(10).rings().connects()
    facts = folded(call.wait(-3600).agent_hangs_up().hangs_up())
    assert facts.outcome is Outcome.ANSWERED
    assert facts.ended_at == facts.started_at
    assert facts.talk_seconds == 0.0


@pytest.mark.parametrize("score", [0, 6, -1, "5", None, True, 4.5, [5]])
def test_only_one_to_five_is_a_rating(score: object) -> None:
    assert folded(ACall().arrives().journal("rating", score=score)).rating is None


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", 123456, None, "\uff11" * 6])
def test_only_six_digits_are_a_query_code(code: object) -> None:
    assert folded(ACall().arrives().journal("code", code=code)).query_code is None
