from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foresight.replay.past import PastCall
from foresight.replay.patience import Patience
from foresight.service import USUAL_PATIENCE
from tests.unit.foresight.replay.stage import a_call
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit

WAITS = st.lists(st.tuples(st.floats(0, 600), st.booleans()), max_size=60)


def waited(seconds: float, gave_up: bool) -> PastCall:
    outcome = Outcome.ABANDONED if gave_up else Outcome.ANSWERED
    return a_call(outcome=outcome, waited=seconds)


def test_the_estimate_is_that_of_the_textbook_example() -> None:
    # Freireich (1963): weeks of remission under 6-MP.
    gave_up = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    answered = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    found = Patience.of([waited(w, True) for w in gave_up] + [waited(w, False) for w in answered])
    assert list(found.times) == [6, 7, 10, 13, 16, 22, 23]
    printed = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert list(found.stays) == pytest.approx(printed, abs=5e-4)
    assert found.mean == pytest.approx(sum(gave_up + answered) / 9)


def test_whoever_was_answered_does_not_count_as_hasty() -> None:
    random = Random(1)
    truth = [random.expovariate(1 / 90) for _ in range(20_000)]
    # An agent comes after 20 s, so only the hasty are seen to give up.
    found = Patience.of(waited(min(p, 20.0), gave_up=p < 20) for p in truth)
    assert found.mean == pytest.approx(90, rel=0.05)
    drawn = [found.beyond(0.0, random) for _ in range(20_000)]
    for seconds in (10, 20, 60, 180):
        share = sum(one > seconds for one in drawn) / len(drawn)
        assert share == pytest.approx(exp(-seconds / 90), abs=0.02)


@given(WAITS, st.floats(0, 900), st.integers())
def test_patience_always_lasts_at_least_as_long_as_was_waited(
    waits: list[tuple[float, bool]], already: float, seed: int
) -> None:
    found = Patience.of(waited(*one) for one in waits)
    assert found.beyond(already, Random(seed)) >= already
    assert list(found.stays) == sorted(found.stays, reverse=True)


def test_where_nobody_gave_up_the_usual_patience_is_taken() -> None:
    found = Patience.of([waited(5.0, gave_up=False)])
    assert (found.mean, found.gave_up, found.waited) == (USUAL_PATIENCE, 0, 1)


def test_who_asked_for_nobody_says_nothing_of_patience() -> None:
    assert Patience.of([a_call(outcome=Outcome.IVR_SERVED)]).waited == 0
