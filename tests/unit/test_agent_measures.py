"""What an agent's shift comes to, added up by hand."""

import pytest

from reports.agent_times import AgentTimes
from reports.definitions.agents import AGENT_MEASURES

pytestmark = pytest.mark.unit

# Eight hours: 80 calls of 218 s with 131 s of writing after each, half an hour of lunch.
A_SHIFT = AgentTimes(
    answered=80,
    days=1,
    scheduled=28_800.0,
    talking=17_440.0,
    ringing=320.0,
    wrap_up=8_000.0,
    on_break=1_800.0,
    idle=1_140.0,
    unreachable=100.0,
)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("agent_answered", 80),
        ("agent_days", 1),
        ("answered_per_agent_day", 80),
        ("signed_in_seconds", 28_800),
        ("break_seconds", 1_800),
        ("mean_wrap_up", 100),
        ("mean_handling", 318),
        ("occupancy", 25_760 / 27_000),
        ("availability", 26_900 / 28_800),
        ("adherence", 1.0),
    ],
)
def test_a_shift_added_up_by_hand_gives_the_same_figures(measure: str, value: float) -> None:
    known = {m.id: m for m in AGENT_MEASURES}
    assert known[measure].value(A_SHIFT) == pytest.approx(value)


def test_two_agents_are_measured_by_their_sums_and_not_by_the_mean_of_their_shares() -> None:
    idle = AgentTimes(days=1, idle=27_000.0)
    occupancy = next(m for m in AGENT_MEASURES if m.id == "occupancy")
    assert occupancy.value(A_SHIFT + idle) == pytest.approx(25_760 / 54_000)


def test_of_nobody_no_share_is_made_up() -> None:
    assert {m.value(AgentTimes()) for m in AGENT_MEASURES if m.under} == {None}


@pytest.mark.parametrize("measure", AGENT_MEASURES, ids=lambda measure: measure.id)
def test_every_measure_is_fully_described(measure: object) -> None:
    words = ("name_zh", "name_en", "formula", "numerator", "exclusions", "source", "short")
    assert all(getattr(measure, word) for word in words)
