import pytest
from hypothesis import given
from hypothesis import strategies as st

from foresight.erlang import Demand, outlook
from foresight.size_table import abandon_table, size_table
from foresight.sizing import Goal, GoalBeyondReach, agents_for, scheduled

pytestmark = pytest.mark.unit


def test_the_table_of_sizes_is_the_one_cities_plan_by() -> None:
    found = [
        (round(one.case.calls), round(one.load, 1), one.strict.agents, one.usual.agents)
        for one in size_table()
    ]
    assert found == [
        (330, 28.3, 38, 34),
        (380, 32.5, 42, 38),
        (378, 32.4, 42, 38),
        (1_140, 97.5, 113, 106),
        (4_559, 390.0, 414, 403),
        (1_900, 162.6, 181, 172),
        (2_599, 222.4, 243, 233),
        (9_657, 826.2, 857, 841),
        (415_150, 35_518.4, 35_573, 35_541),
    ]
    assert size_table()[0].strict.occupancy == pytest.approx(0.74, abs=5e-3)


def test_callers_who_give_up_are_lost_as_the_table_says() -> None:
    lost = {(calls, one.agents): one.abandon for calls, one in abandon_table()}
    assert lost[330, 24] == pytest.approx(0.19, abs=5e-3)
    assert lost[330, 30] == pytest.approx(0.067, abs=5e-4)
    assert lost[330, 33] == pytest.approx(0.032, abs=5e-4)
    assert lost[330, 36] == pytest.approx(0.013, abs=5e-4)
    assert lost[330, 40] == pytest.approx(0.0028, abs=5e-5)
    assert lost[990, 40] == pytest.approx(0.53, abs=5e-3)
    assert lost[990, 80] == pytest.approx(0.09, abs=5e-4)
    assert lost[990, 100] == pytest.approx(0.005, abs=5e-4)


@given(
    st.builds(Demand, st.floats(0, 2_000), st.floats(10, 900)),
    st.floats(0.1, 0.999),
    st.floats(0, 120),
    st.none() | st.floats(20, 600),
)
def test_one_agent_fewer_would_not_do(
    demand: Demand, share: float, limit: float, patience: float | None
) -> None:
    goal = Goal(share, limit)
    found = agents_for(demand, goal, patience)
    assert goal.met(found)
    if found.agents:
        assert not goal.met(outlook(demand, found.agents - 1, limit, patience))


def test_agents_are_given_room_to_breathe() -> None:
    busy = agents_for(Demand(1_900, 308), Goal())
    rested = agents_for(Demand(1_900, 308), Goal(occupancy=0.85))
    assert busy.occupancy > 0.85 >= rested.occupancy


def test_somebody_is_there_at_night() -> None:
    assert agents_for(Demand(0, 308), Goal(least=2)).agents == 2
    assert agents_for(Demand(0, 308), Goal(least=2), patience=90).agents == 2


def test_a_goal_that_no_staff_reaches_is_refused() -> None:
    with pytest.raises(GoalBeyondReach, match="lower the share"):
        agents_for(Demand(10, 308), Goal(share=1.1))


def test_breaks_are_added_to_the_roster_and_rounded_only_up() -> None:
    assert scheduled(38, 0.0) == 38
    assert scheduled(38, 0.3) == 55
    # 0.95 is no binary fraction.
    assert scheduled(19, 0.05) == 20
    assert scheduled(0, 0.3) == 0
