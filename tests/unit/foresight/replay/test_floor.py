"""The floor against the formulas, and the rules of who is next."""

from math import inf, sqrt
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foresight.erlang import Demand, erlang_a, erlang_c
from foresight.replay.past import PastCall
from foresight.replay.person import Traits
from foresight.replay.roster import Roster
from tests.unit.foresight.replay.stage import QUEUE_ONLY, a_call, flow, lived, someone
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit

CALLS, HANDLING, AGENTS, PATIENCE = 330.0, 308.0, 32, 90.0
PLAIN = flow(QUEUE_ONLY)
HOUR = 3600.0


def poisson_day(seed: int, patience: float, hours: int = 12) -> list[tuple[PastCall, Traits]]:
    random, at, cast = Random(seed), 0.0, []
    while (at := at + random.expovariate(CALLS / HOUR)) < hours * HOUR:
        stays = random.expovariate(1 / patience) if patience < inf else inf
        talk = random.expovariate(1 / HANDLING)
        cast.append((a_call(at), someone(patience=stays, ring=0.0, talk=talk)))
    return cast


def measured(patience: float, days: int) -> tuple[list[float], list[float], list[float]]:
    """Shares answered in 15 s and given up, and mean waits, of days without their first hour."""
    in_time, lost, waits = [], [], []
    for seed in range(days):
        found = lived(poisson_day(seed, patience), PLAIN, AGENTS)
        calls = [call.lived for call in found.calls if call.lived.at > HOUR]
        heard = [c.waited or 0.0 for c in calls if c.answered_at is not None]
        in_time.append(sum(wait <= 15 for wait in heard) / len(calls))
        lost.append(1 - len(heard) / len(calls))
        waits.append(fmean(heard))
    return in_time, lost, waits


def agrees(values: list[float], formula: float) -> bool:
    """Whether the mean lies within four standard errors: once in sixteen thousand by chance."""
    return abs(fmean(values) - formula) <= 4 * stdev(values) / sqrt(len(values))


def test_patient_callers_wait_as_erlang_c_says() -> None:
    in_time, lost, waits = measured(inf, days=10)
    formula = erlang_c(Demand(CALLS, HANDLING), AGENTS, 15)
    assert sum(lost) == 0
    assert agrees(in_time, formula.within)
    assert agrees(waits, formula.mean_wait)


def test_impatient_callers_give_up_as_erlang_a_says() -> None:
    in_time, lost, waits = measured(PATIENCE, days=10)
    formula = erlang_a(Demand(CALLS, HANDLING), AGENTS, 15, PATIENCE)
    assert agrees(in_time, formula.within)
    assert agrees(lost, formula.abandon)
    assert agrees(waits, formula.mean_wait)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(27, 40))
def test_one_more_agent_lets_no_patient_caller_wait_longer(seed: int, agents: int) -> None:
    day = poisson_day(seed, inf, hours=1)
    fewer, more = (lived(day, PLAIN, n).calls for n in (agents, agents + 1))
    for before, after in zip(fewer, more, strict=True):
        assert (after.lived.answered_at or inf) <= (before.lived.answered_at or inf) + 1e-6


def test_priority_goes_first_and_then_the_longest_wait() -> None:
    text = QUEUE_ONLY.replace("timeout: 3600", "timeout: 3600, keys: {'*': elderly}").replace(
        "  end:", "  elderly: {verb: queue, queue: GEN, priority: 10, edges: {else: end}}\n  end:"
    )
    cast = [
        (a_call(0.0), someone()),
        (a_call(1.0), someone()),
        (a_call(2.0), someone()),
        (a_call(3.0, keys="*"), someone()),
    ]
    found = lived(cast, flow(text)).calls
    order = sorted(range(4), key=lambda n: found[n].lived.answered_at or inf)
    assert order == [0, 3, 1, 2]


def test_a_caller_who_leaves_while_a_phone_rings_sets_the_agent_free() -> None:
    cast = [
        (a_call(0.0), someone(ring=10.0, patience=4.0)),
        (a_call(1.0), someone(ring=2.0)),
    ]
    first, second = lived(cast, PLAIN).calls
    assert first.lived.answered_at is None
    assert second.lived.answered_at == 6.0


def test_agents_who_go_home_finish_their_call_and_the_line_is_sent_away() -> None:
    roster = Roster(((0.0, 1), (50.0, 0)))
    cast = [(a_call(0.0), someone()), (a_call(1.0), someone()), (a_call(60.0), someone())]
    found = lived(cast, PLAIN, roster)
    assert dict(found.counts.classes) == {
        Outcome.ANSWERED: 1,
        Outcome.LEFT_EMPTY: 1,
        Outcome.NO_AGENT_AT_JOIN: 1,
    }


def test_a_second_agent_who_comes_serves_the_line_at_once() -> None:
    roster = Roster(((0.0, 1), (50.0, 2)))
    found = lived([(a_call(0.0), someone()), (a_call(1.0), someone())], PLAIN, roster)
    assert found.calls[1].lived.answered_at == 52.0


def test_a_roster_is_the_sum_of_who_was_there() -> None:
    roster = Roster.of_spells([(-5.0, 100.0), (50.0, 200.0), (50.0, 60.0)])
    assert [roster.at(at) for at in (0, 49.9, 50, 60, 100, 199, 200)] == [1, 1, 3, 2, 1, 1, 0]
    assert roster.most == 3
