from math import exp, fsum, inf, isfinite, log

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foresight.erlang import Demand, erlang_a, erlang_b, erlang_c, outlook

pytestmark = pytest.mark.unit

DEMANDS = st.builds(Demand, st.floats(0.1, 20_000), st.floats(1, 3_600)).filter(
    lambda demand: demand.load < 5_000
)


def test_losses_are_those_of_the_printed_tables() -> None:
    assert erlang_b(10, 10) == pytest.approx(0.2146, abs=5e-5)
    assert erlang_b(5, 11) == pytest.approx(0.0083, abs=5e-5)
    assert erlang_b(100, 117) == pytest.approx(0.01, abs=5e-4)


def test_waits_are_those_of_the_textbook_example() -> None:
    # 100 calls in half an hour of 180 s each, 14 agents.
    found = erlang_c(Demand(200, 180), 14, 20)
    assert found.must_wait == pytest.approx(0.174, abs=5e-4)
    assert found.within == pytest.approx(0.888, abs=5e-4)
    assert found.mean_wait == pytest.approx(7.8, abs=0.05)
    assert found.occupancy == pytest.approx(0.714, abs=5e-4)


def test_impatience_is_that_of_the_published_comparison() -> None:
    # Gans, Koole, Mandelbaum (2003), table 1: 48 calls a minute of a minute, 50 agents, 2 minutes
    # of patience.
    demand = Demand(48 * 60, 60)
    patient, impatient = erlang_c(demand, 50, 20), erlang_a(demand, 50, 20, 120)
    assert patient.mean_wait == pytest.approx(20.8, abs=0.05)
    assert patient.occupancy == pytest.approx(0.96, abs=5e-3)
    assert impatient.abandon == pytest.approx(0.031, abs=5e-4)
    assert impatient.occupancy == pytest.approx(0.93, abs=5e-3)
    # By Little's law those who gave up left at the rate of their patience.
    assert impatient.abandon * 120 == pytest.approx(3.7, abs=0.05)


@given(DEMANDS, st.integers(1, 400), st.floats(5, 3_600))
@example(Demand(1, 2), 68, 5)
@example(Demand(1, 1), 400, 5)
def test_giving_up_and_waiting_are_those_of_the_states_one_by_one(
    demand: Demand, agents: int, patience: float
) -> None:
    found = erlang_a(demand, agents, 15, patience)
    must_wait, abandon = by_states(demand, agents, patience)
    assert found.must_wait == pytest.approx(must_wait, rel=1e-6, abs=1e-9)
    assert found.abandon == pytest.approx(abandon, rel=1e-6, abs=1e-9)


def by_states(demand: Demand, agents: int, patience: float) -> tuple[float, float]:
    """Must wait and abandon, from the probability of each number of calls in the system."""
    rate, service = demand.calls / 3600, 1 / demand.handling
    logs, most = [0.0], 0.0
    while logs[-1] > most - 60 or len(logs) <= max(agents, demand.load):
        n = len(logs)
        leaving = min(n, agents) * service + max(0, n - agents) / patience
        logs.append(logs[-1] + log(rate / leaving))
        most = max(most, logs[-1])
    chances = [exp(value - most) for value in logs]
    total = fsum(chances)
    waiting = fsum(max(0, n - agents) * chance for n, chance in enumerate(chances)) / total
    return fsum(chances[agents:]) / total, waiting / patience / rate


@given(DEMANDS, st.integers(0, 400), st.floats(0, 300), st.none() | st.floats(5, 3_600))
def test_one_more_agent_is_never_worse_for_anybody_who_calls(
    demand: Demand, agents: int, limit: float, patience: float | None
) -> None:
    before = outlook(demand, agents, limit, patience)
    after = outlook(demand, agents + 1, limit, patience)
    assert after.within >= before.within - 1e-9
    assert after.abandon <= before.abandon + 1e-9
    assert after.must_wait <= before.must_wait + 1e-9
    assert after.occupancy <= before.occupancy + 1e-9


@given(DEMANDS, st.integers(0, 400), st.floats(0, 300), st.floats(5, 3_600))
def test_every_share_is_a_share(demand: Demand, agents: int, limit: float, patience: float) -> None:
    found = erlang_a(demand, agents, limit, patience)
    for share in (found.must_wait, found.within, found.abandon, found.answer, found.occupancy):
        assert -1e-9 <= share <= 1 + 1e-9
    assert found.within <= found.answer + 1e-12


def test_endless_patience_is_erlang_c() -> None:
    demand = Demand(330, 308)
    patient, almost = erlang_c(demand, 32, 15), erlang_a(demand, 32, 15, 1e7)
    assert almost.within == pytest.approx(patient.within, rel=1e-3)
    assert almost.mean_wait == pytest.approx(patient.mean_wait, rel=1e-3)


def test_without_agents_nobody_is_answered() -> None:
    demand = Demand(10, 300)
    assert erlang_c(demand, 0, 15).mean_wait == inf
    lost = erlang_a(demand, 0, 15, 90)
    assert (lost.answer, lost.within, lost.abandon) == (0, 0, 1)


def test_with_as_many_agents_as_erlang_the_line_grows_without_end() -> None:
    found = erlang_c(Demand(3600, 10), 10, 15)
    assert (found.must_wait, found.within, found.mean_wait) == (1, 0, inf)
    assert isfinite(erlang_a(Demand(3600, 10), 10, 15, 90).mean_wait)


def test_nobody_calls_and_nobody_waits() -> None:
    for patience in (None, 90.0):
        found = outlook(Demand(0, 308), 0, 15, patience)
        assert (found.within, found.abandon, found.occupancy) == (1, 0, 0)


def test_a_whole_country_is_no_harder_than_a_town() -> None:
    demand = Demand(415_150, 308)
    assert erlang_c(demand, 35_573, 15).within == pytest.approx(0.95, abs=3e-3)
    crowd = erlang_a(demand, 30_000, 15, 90)
    # Far beyond its agents, a hotline loses what they cannot handle.
    assert crowd.abandon == pytest.approx(1 - 30_000 / demand.load, rel=1e-6)
    assert erlang_a(Demand(415_150, 308), 1, 15, 90).abandon == pytest.approx(1, abs=1e-4)
