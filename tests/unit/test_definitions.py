"""Each measure says in words what it computes, and computes nothing it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.definitions import MEASURES, Counts, Unit
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit

BY_ID = {measure.id: measure for measure in MEASURES}

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
    answered_in_time=76,
    waited=480.0,
    waited_abandoned=90.0,
)

counts = st.builds(
    lambda classes, running, in_time: Counts(
        arrivals=sum(classes.values()) + running,
        running=running,
        classes=classes,
        answered_in_time=min(in_time, classes[Outcome.ANSWERED]),
    ),
    classes=st.fixed_dictionaries({outcome: st.integers(0, 500) for outcome in Outcome}),
    running=st.integers(0, 50),
    in_time=st.integers(0, 500),
)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("arrivals", 103),
        ("human_requests", 90),
        ("answered", 80),
        ("abandoned_total", 6),
        ("abandoned", 4),
        ("abandoned_short", 2),
        ("answer_rate_gross", 80 / 90),
        ("answer_rate_net", 80 / 88),
        ("answered_in_15s_over_offered", 76 / 90),
        ("answered_in_15s_over_answered", 76 / 80),
        ("mean_wait_answered", 6.0),
        ("mean_wait_abandoned", 15.0),
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
        assert measure.over(first + second) == measure.over(first) + measure.over(second)
    assert (first + second).unexplained == 0


def test_a_call_without_a_class_shows_as_unexplained() -> None:
    assert Counts(arrivals=3, running=1, classes={Outcome.ANSWERED: 1}).unexplained == 1


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
def test_every_measure_is_fully_described_in_both_languages(measure: object) -> None:
    words = ("name_zh", "name_en", "formula", "numerator", "exclusions", "source")
    assert all(getattr(measure, word) for word in words)


def test_a_measure_has_a_denominator_in_words_exactly_when_it_divides() -> None:
    assert all((m.denominator is None) == (m.under is None) for m in MEASURES)


def test_no_two_measures_share_an_id() -> None:
    assert len(BY_ID) == len(MEASURES)
