"""Each measure says in words what it computes, and computes nothing it does not know."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.counts import Counts
from reports.definitions import BY_ID, EVERY, MEASURES, CallMeasure, Measure, Unit
from reports.definitions.volumes import FATES
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit

# A made-up day, small enough to add up by hand.
A_DAY = Counts(
    arrivals=103,
    running=3,
    classes={
        Outcome.IVR_HANGUP: 5,
        Outcome.IVR_SERVED: 4,
        Outcome.CLOSED: 1,
        Outcome.ANSWERED: 80,
        Outcome.ABANDONED_SHORT: 2,
        Outcome.ABANDONED: 4,
        Outcome.TIMED_OUT: 3,
        Outcome.CALLBACK_TAKEN: 1,
    },
    requests=95,
    queued=88,
    answered_in_time=76,
    answered_in_time_of_call=40,
    abandoned_in_time=3,
    waited=480.0,
    waited_abandoned=90.0,
    waited_all=880.0,
    reached=1200.0,
    rang=320.0,
    talked=17_440.0,
    rated=50,
    satisfied=49,
    longest_wait=299.5,
    longest_talk=4751.0,
)

counts = st.builds(
    lambda classes, running, some: Counts(
        arrivals=sum(classes.values()) + running,
        running=running,
        classes=classes,
        requests=classes[Outcome.ANSWERED] + some,
        answered_in_time=min(some, classes[Outcome.ANSWERED]),
        answered_in_time_of_call=min(some, classes[Outcome.ANSWERED]) // 2,
        abandoned_in_time=min(some, classes[Outcome.ABANDONED_SHORT]),
        rated=min(some, classes[Outcome.ANSWERED]),
        satisfied=min(some, classes[Outcome.ANSWERED]) // 3,
        longest_wait=some or None,
    ),
    classes=st.fixed_dictionaries({outcome: st.integers(0, 500) for outcome in Outcome}),
    running=st.integers(0, 50),
    some=st.integers(0, 500),
)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("arrivals", 103),
        ("human_requests", 90),
        ("answered", 80),
        ("menu_hangups", 5),
        ("menu_served", 4),
        ("closed_hours", 1),
        ("queue_entries", 95),
        ("timed_out", 3),
        ("not_admitted", 0),
        ("voicemails", 0),
        ("callbacks_taken", 1),
        ("sent_on", 0),
        ("failures", 0),
        ("mean_ring", 4.0),
        ("abandoned_total", 6),
        ("abandoned", 4),
        ("abandoned_short", 2),
        ("answer_rate_gross", 80 / 90),
        ("answer_rate_net", 80 / 88),
        ("answered_in_15s_over_offered", 76 / 90),
        ("answered_in_15s_over_answered", 76 / 80),
        ("mean_wait_answered", 6.0),
        ("mean_wait_abandoned", 15.0),
        ("answer_rate_per_request", 80 / 95),
        ("answer_rate_of_arrivals", 80 / 100),
        ("answered_in_15s_of_call_over_offered", 40 / 90),
        ("service_level_with_early_abandons", 79 / 86),
        ("service_level_over_answered_and_abandoned", 76 / 86),
        ("service_level_without_early_abandons", 76 / 83),
        ("abandon_rate", 6 / 86),
        ("abandon_rate_without_short", 4 / 84),
        ("mean_wait_from_call", 15.0),
        ("mean_wait_all", 10.0),
        ("longest_wait", 299.5),
        ("mean_talk", 218.0),
        ("longest_talk", 4751.0),
        ("rating_share", 50 / 80),
        ("satisfaction", 49 / 50),
    ],
)
def test_a_day_added_up_by_hand_gives_the_same_figures(measure: str, value: float) -> None:
    assert BY_ID[measure].value(A_DAY) == pytest.approx(value)


def test_without_calls_no_rate_is_made_up() -> None:
    rates = [measure for measure in MEASURES if measure.unit is not Unit.CALLS]
    assert {measure.value(Counts()) for measure in rates} == {None}


def test_when_all_gave_up_at_once_the_net_rate_is_unknown_not_perfect() -> None:
    only_short = Counts(arrivals=2, classes={Outcome.ABANDONED_SHORT: 2})
    assert BY_ID["answer_rate_net"].value(only_short) is None
    assert BY_ID["answer_rate_gross"].value(only_short) == 0


@given(counts)
def test_no_share_leaves_the_range_from_none_to_all(day: Counts) -> None:
    shares = [measure.value(day) for measure in MEASURES if measure.unit is Unit.SHARE]
    assert all(share is None or 0 <= share <= 1 for share in shares)


@given(counts, counts)
def test_two_days_add_up_to_their_sum(first: Counts, second: Counts) -> None:
    for measure in (m for m in MEASURES if m.unit is Unit.CALLS):
        assert calls(measure, first + second) == calls(measure, first) + calls(measure, second)
    assert (first + second).unexplained == 0


@given(counts, counts)
def test_the_longest_of_two_days_is_the_longer_one(first: Counts, second: Counts) -> None:
    waits = [day.longest_wait for day in (first, second) if day.longest_wait is not None]
    assert (first + second).longest_wait == max(waits, default=None)


@given(counts)
def test_whoever_asked_for_a_human_is_in_one_counter_and_whoever_arrived_too(day: Counts) -> None:
    fates = sum(calls(BY_ID[name], day) for name in FATES)
    assert fates == calls(BY_ID["human_requests"], day)
    menu = sum(calls(BY_ID[name], day) for name in ("menu_hangups", "menu_served", "closed_hours"))
    assert menu + fates == day.arrivals - day.running


def test_a_call_without_a_class_shows_as_unexplained() -> None:
    assert Counts(arrivals=3, running=1, classes={Outcome.ANSWERED: 1}).unexplained == 1


def calls(measure: CallMeasure, day: Counts) -> float:
    value = measure.value(day)
    assert value is not None
    return value


@pytest.mark.parametrize("measure", EVERY, ids=lambda measure: measure.id)
def test_every_measure_is_fully_described_in_both_languages(measure: object) -> None:
    words = ("name_zh", "name_en", "formula", "numerator", "exclusions", "source")
    assert all(getattr(measure, word) for word in words)


def test_the_strictest_service_level_is_never_above_the_others() -> None:
    names = "with_early_abandons", "over_answered_and_abandoned", "without_early_abandons"
    loose, strict, left_out = (calls(BY_ID[f"service_level_{name}"], A_DAY) for name in names)
    assert strict <= left_out <= loose


def test_a_measure_has_a_denominator_in_words_exactly_when_it_divides() -> None:
    assert all((m.denominator is None) == (m.under is None) for m in EVERY)


def test_no_two_measures_share_an_id() -> None:
    assert len({measure.id for measure in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    "ids",
    [
        # The readings of 接通率 in use; the rolling 24 hours are the second one's.
        "answer_rate_per_request answer_rate_gross answer_rate_of_arrivals answer_rate_net",
        "answered_in_15s_over_answered answered_in_15s_over_offered answer_rate_with_callbacks",
        # The four textbook forms of the service level.
        "service_level_with_early_abandons answered_in_15s_over_answered",
        "service_level_over_answered_and_abandoned service_level_without_early_abandons",
        # Phones and people.
        "abandon_rate abandon_rate_without_short mean_wait_answered mean_wait_all mean_talk",
        "mean_wrap_up mean_handling occupancy adherence answered_per_agent_day break_seconds",
        "signed_in_seconds satisfaction rating_share transfer_success_rate",
        "repeat_rate_24h repeat_rate_7d callback_reach_rate callback_in_time_rate",
    ],
)
def test_what_hotlines_are_judged_by_is_defined(ids: str) -> None:
    known: dict[str, Measure[Any]] = {measure.id: measure for measure in EVERY}
    assert set(ids.split()) <= known.keys()
    assert all(known[name].version >= 1 for name in ids.split())
