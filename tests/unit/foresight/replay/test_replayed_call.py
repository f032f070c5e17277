"""Callers of a past day in the shipped flows: they do what they did, where it means something."""

from dataclasses import replace

import pytest

from foresight.replay.past import KeyPress
from tests.unit.foresight.replay.stage import (
    QUEUE_ONLY,
    a_call,
    flow,
    lived,
    outcome_of,
    shipped,
    someone,
)
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit


def test_a_silent_caller_is_answered_and_waits_as_long_as_it_rings() -> None:
    found = lived([(a_call(), someone(ring=3.0))], shipped("direct"))
    assert found.counts.of(Outcome.ANSWERED) == 1
    assert found.counts.waited == 3.0
    assert found.counts.answered_in_time == 1


def test_the_menu_costs_its_prompts_before_a_human() -> None:
    counts = lived([(a_call(), someone())], shipped("menu")).counts
    assert counts.of(Outcome.ANSWERED) == 1
    assert counts.reached > counts.waited + 10


def test_nine_is_the_police_in_both_profiles() -> None:
    for name in ("direct", "menu"):
        call = a_call(keys="9")
        assert outcome_of(call, someone(ring=30.0), shipped(name)) is Outcome.HANDED_TO_EMERGENCY


def test_where_the_police_did_not_answer_a_human_does() -> None:
    call = a_call(keys="9", partner_answers=False)
    assert outcome_of(call, someone(ring=30.0), shipped("direct")) is Outcome.ANSWERED


def test_a_key_without_a_meaning_here_is_not_pressed_later_elsewhere() -> None:
    # 1 is no key of the queue; in the menu after a long wait it would be a call-back.
    call, traits = a_call(keys="1"), someone(ring=500.0, patience=300.0)
    assert outcome_of(call, traits, shipped("direct")) is Outcome.ABANDONED


def test_whoever_asks_for_progress_is_served_as_that_day() -> None:
    keys = (KeyPress("3", 3.0), *(KeyPress(digit, 1.0) for digit in "427815"))
    call = replace(a_call(served=True), keys=keys)
    assert outcome_of(call, someone(stays=70.0), shipped("menu")) is Outcome.IVR_SERVED


def test_a_caller_without_patience_is_lost_when_nobody_is_free() -> None:
    cast = [(a_call(0.0), someone()), (a_call(1.0), someone(patience=30.0))]
    counts = lived(cast, shipped("direct")).counts
    assert counts.of(Outcome.ABANDONED) == 1
    assert counts.waited_abandoned == 30.0


def test_giving_up_at_once_is_counted_apart() -> None:
    cast = [(a_call(0.0), someone()), (a_call(1.0), someone(patience=2.0))]
    assert lived(cast, shipped("direct")).counts.of(Outcome.ABANDONED_SHORT) == 1


def test_patience_runs_on_in_the_menus_after_the_first_wait() -> None:
    # Nobody is there, and silence leads back to the queue again and again.
    found = lived([(a_call(0.0), someone(patience=60.0))], shipped("direct"), agents=0)
    assert found.counts.of(Outcome.NO_AGENT_AT_JOIN) == 1
    assert found.calls[0].seconds == pytest.approx(60.0, abs=0.01)


def test_a_full_queue_sends_the_next_caller_on() -> None:
    day = [(a_call(float(n)), someone(talk=9_000.0, patience=800.0)) for n in range(602)]
    counts = lived(day, flow(QUEUE_ONLY)).counts
    assert counts.of(Outcome.QUEUE_FULL) == 1
    assert counts.of(Outcome.ANSWERED) == 1


def test_a_flow_that_breaks_leaves_its_callers_to_a_human() -> None:
    text = QUEUE_ONLY.replace("start: human", "start: lost").replace(
        # More than the switch can keep for us.
        "nodes:",
        "variables: {a: x, b: x}\n"
        f"nodes:\n  lost: {{verb: set, values: {{a: {'长' * 64}, b: {'长' * 64}}}, next: human}}",
    )
    assert outcome_of(a_call(), someone(), flow(text)) is Outcome.ANSWERED


def test_an_endless_flow_ends_with_a_human_and_not_never() -> None:
    text = QUEUE_ONLY.replace(
        "timeout: 3600, edges: {else: end}", "timeout: 10, edges: {else: human}"
    )
    cast = [(a_call(0.0), someone(talk=5_000.0)), (a_call(1.0), someone())]
    assert lived(cast, flow(text)).counts.of(Outcome.ANSWERED) == 2


def test_every_call_of_a_day_is_in_exactly_one_class() -> None:
    cast = [
        (a_call(float(n), keys="0123489*#"[n % 9]), someone(patience=float(n % 50)))
        for n in range(300)
    ]
    for name in ("direct", "menu"):
        counts = lived(cast, shipped(name), agents=3).counts
        assert counts.arrivals == 300
        assert counts.unexplained == 0
