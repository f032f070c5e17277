"""Runs scenarios on the simulator and says what did not come true."""

from dataclasses import dataclass
from datetime import timedelta

from core.clock import local_day
from core.errors import ConfigError
from core.settings import Settings
from ivr.flow import Flow
from ivr.inventory import Inventory
from ivr.progress import Progress
from ivr.scenarios.format import Scenario, ScenarioFile
from ivr.scenarios.people import ScriptedPeople
from ivr.scenarios.reader import read_scenarios
from ivr.simulator import Arrival, SimulatedTicket, Story, simulate
from ivr.simulator.simulation import GoesInCircles
from ivr.sounds import Sounds
from ivr.ticket_lookup import STATUS
from ivr.timetable import Timetable
from tickets.calendar import Workdays

# Filed so many days before the call.
_TICKET_AGE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are sentences, none when all came true; no story when the call never ended."""

    scenario: Scenario
    faults: tuple[str, ...]
    story: Story | None


async def run_scenario(
    flow: Flow,
    scenario: Scenario,
    sounds: Sounds,
    workdays: Workdays,
    timetable: Timetable | None = None,
) -> Verdict:
    """Live the scenario's call and compare."""
    people = ScriptedPeople(scenario)
    try:
        story = await simulate(
            flow, people, sounds, _arrival(scenario, workdays, timetable or Timetable())
        )
    except GoesInCircles as fault:
        return Verdict(scenario, (f"The call never ended: {fault}",), None)
    faults = []
    if people.left:
        step = people.left[0]
        faults.append(f"Line {step.line}: '{step}' did not come to pass.")
    if scenario.end not in (None, story.end):
        faults.append(f"The call ended as '{story.end}', not as '{scenario.end}'.")
    return Verdict(scenario, tuple(faults), story)


def load_scenarios(settings: Settings, flow: str, inventory: Inventory) -> ScenarioFile | None:
    """Read the file beside a flow; None when there is none. Raises ConfigError."""
    path = settings.config_dir / "flows" / f"{flow}.tests.yaml"
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(path, None, "The file is not UTF-8; save it as UTF-8.") from None
    found = read_scenarios(text, path, inventory)
    if found.flow != flow:
        raise ConfigError(path, 1, f"These are scenarios of '{found.flow}', not of '{flow}'.")
    return found


def _arrival(scenario: Scenario, workdays: Workdays, timetable: Timetable) -> Arrival:
    given = scenario.given
    filed = local_day(given.at - _TICKET_AGE)
    tickets = {
        code: SimulatedTicket(given.caller, Progress(filed, "0427", STATUS[state]))
        for code, state in given.tickets.items()
    }
    return Arrival(
        given.caller,
        given.at,
        tickets=tickets,
        workdays=workdays,
        timetable=timetable,
        incidents=given.incidents,
    )
