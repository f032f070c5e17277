"""Every scenario that we ship comes true on the simulator."""

from functools import cache

import pytest

from ivr.scenarios import Scenario, read_scenarios, run_scenario
from ivr.sounds import Sounds
from tests.unit.fake_channel import CONFIG, shipped_flow, shipped_inventory
from tests.unit.lint.case import TEXTS
from tickets.calendar import load_workdays

pytestmark = pytest.mark.unit

FLOWS = ("direct", "menu", "police")


@cache
def scenarios(flow: str) -> tuple[Scenario, ...]:
    path = CONFIG / f"flows/{flow}.tests.yaml"
    return read_scenarios(path.read_text(), path, shipped_inventory()).scenarios


@pytest.mark.parametrize(
    ("flow", "scenario"),
    [
        pytest.param(flow, scenario, id=f"{flow}: {scenario.name}")
        for flow in FLOWS
        for scenario in scenarios(flow)
    ],
)
async def test_it_comes_true(flow: str, scenario: Scenario) -> None:
    workdays = load_workdays(CONFIG / "calendar.toml")
    verdict = await run_scenario(shipped_flow(flow), scenario, Sounds(TEXTS), workdays)
    assert verdict.faults == ()


@pytest.mark.parametrize("flow", FLOWS)
def test_a_scenario_is_known_by_its_name(flow: str) -> None:
    names = [scenario.name for scenario in scenarios(flow)]
    assert len(set(names)) == len(names) >= 7
