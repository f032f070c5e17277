"""What a flow promises, told as stories: `<flow>.tests.yaml` beside the flow, run on the simulator
here and on real phones by the call tests."""

from ivr.scenarios.format import Fate, Given, Scenario, ScenarioFile, Step, Tells
from ivr.scenarios.reader import read_scenarios
from ivr.scenarios.runner import Verdict, load_scenarios, run_scenario
from ivr.scenarios.trying import try_story

__all__ = [
    "Fate",
    "Given",
    "Scenario",
    "ScenarioFile",
    "Step",
    "Tells",
    "Verdict",
    "load_scenarios",
    "read_scenarios",
    "run_scenario",
    "try_story",
]
