"""The scenarios beside the flows come true on a real switch too, step by step as simulated."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from core.settings import CHECKOUT, Settings
from ivr.outcomes import Outcome
from ivr.scenarios import Scenario, Tells, load_scenarios, run_scenario
from ivr.simulator import End, Story
from ivr.sounds import load_sounds
from ivr.stocktaking import take_stock
from ivr.store import flow_store
from phones.agent import Agent
from phones.citizen import Citizen
from phones.partner import Partner
from phones.states import CallState
from tests.calls.announcing import on_air
from tests.calls.city import PARTNER, City
from tests.calls.ears import Ears, listening
from tickets.calendar import Workdays
from transfers.partners import load_partners

pytestmark = pytest.mark.call

NUMBERS = {"direct": "12345", "menu": "8212345"}
# The classes of an answer rate that an end may be counted in; any other is a caller who left.
OUTCOMES = {
    End.HUMAN: {"answered"},
    End.PARTNER: {"handed_to_emergency", "diverted"},
    End.CALLBACK: {"callback_taken"},
    End.MESSAGE: {"voicemail"},
    End.SERVED: {"ivr_served"},
    End.COUNTED: {"ivr_served"},
}
PARTNER_LINES = {partner.code for partner in load_partners(CHECKOUT / "config")}
REACTION = 1.0
# Who presses nothing hears all of a menu and its pause.
LONGEST_MENU = 45.0
# A city's phones ring for five seconds.
LONGEST_RINGING = 4.0


def _scenarios() -> list[object]:
    settings = Settings(config_dir=CHECKOUT / "config")
    found: list[object] = []
    for flow in NUMBERS:
        file = load_scenarios(settings, flow, take_stock(settings))
        assert file is not None
        found += [
            pytest.param(flow, one, id=f"{flow}: {one.name}")
            for one in file.scenarios
            if _needs_nothing_special(one)
        ]
    return found


def _needs_nothing_special(scenario: Scenario) -> bool:
    """One agent who answers, does not, or is not there; partner lines that are all alike."""
    given = scenario.given
    queues, partners = list(given.queues.values()), list(given.partners.values())
    agents = {fates[0].outcome for fates in queues} or {Outcome.TIMEOUT}
    waits = {step.what for step in scenario.story if step.tells is Tells.WAITS}
    return (
        bool(given.caller)
        and not given.tickets
        and all(len(fates) == 1 for fates in [*queues, *partners])
        and len(agents) == 1
        and agents <= {Outcome.ANSWERED, Outcome.NO_AGENT, Outcome.TIMEOUT}
        and (not queues or waits <= set(given.queues))
        and len({fates[0].outcome for fates in partners}) < 2
    )


@dataclass(frozen=True)
class Town:
    """Who is there for one scenario."""

    city: City
    citizen: Citizen
    agent: Agent | None
    partner: Partner | None
    ears: Ears


@asynccontextmanager
async def _people(city: City, flow: str, scenario: Scenario) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        agent = await _agent(city, scenario, stack)
        partner = await _partner(city, scenario, stack)
        for key in scenario.given.incidents:
            await stack.enter_async_context(on_air(city, key))
        citizen = await stack.enter_async_context(city.citizen(NUMBERS[flow]))
        yield Town(city, citizen, agent, partner, await stack.enter_async_context(listening(city)))


async def _agent(city: City, scenario: Scenario, stack: AsyncExitStack) -> Agent | None:
    fates = {queue: fates[0] for queue, fates in scenario.given.queues.items()}
    if any(fate.outcome == Outcome.NO_AGENT for fate in fates.values()):
        return None
    talks = [step.what for step in scenario.story if step.tells is Tells.TALKS]
    answered = [fates[name].after for name in talks if name in fates]
    how = {"answer_after": min(answered[0], LONGEST_RINGING)} if answered else {"behaviour": "ring"}
    return await stack.enter_async_context(city.agent("8013", **how))


async def _partner(city: City, scenario: Scenario, stack: AsyncExitStack) -> Partner | None:
    given = scenario.given.partners
    if not given:
        return None
    (fate,) = {fates[0] for fates in given.values()}
    numbers = {
        number
        for partner in load_partners(city.settings.config_dir)
        if partner.code in given
        for number in partner.numbers
    }
    behaviour = "answer" if fate.outcome == Outcome.ANSWERED else fate.outcome
    how = {"behaviour": behaviour, "answer_after": max(0.2, fate.after)}
    return await stack.enter_async_context(city.partners(*numbers, **how))


async def _live(town: Town, scenario: Scenario) -> None:
    await town.citizen.dial()
    await town.citizen.answered()
    for number, step in enumerate(scenario.story):
        match step.tells:
            case Tells.HEARS:
                await town.ears.until(step.what)
            case Tells.WAITS if town.agent is not None:
                await _waits(town.city, step.what)
            case Tells.WAITS:
                pass  # where nobody is on duty, the switch lets nobody wait
            case Tells.TALKS:
                leaves = [each.tells for each in scenario.story[number + 1 :]][:1]
                await _talk(town, step.what, citizen_leaves=leaves == [Tells.HANGS_UP])
            case Tells.PRESSES:
                await asyncio.sleep(REACTION)
                await town.citizen.press(step.what, gap=0.2)
                await asyncio.sleep(REACTION)
            case Tells.SPEAKS:
                await town.city.leaves_message(town.citizen, float(step.what))
            case Tells.SILENT:
                await asyncio.sleep(float(step.what))
            case Tells.HANGS_UP:
                await town.citizen.hangup()
                return
    await town.citizen.hung_up(40)


async def _waits(city: City, queue: str) -> None:
    await city.until(
        lambda: f"{queue} has 1 calls" in city.console(f"queue show {queue}"),
        f"caller in {queue}",
        LONGEST_MENU,
    )


async def _talk(town: Town, to: str, *, citizen_leaves: bool) -> None:
    """Talk to an agent or a partner line, who hangs up first unless the citizen does."""
    if town.agent is not None and to not in PARTNER_LINES:
        talk = await town.city.talking(town.citizen, town.agent)
        if not citizen_leaves:
            await asyncio.sleep(REACTION)
            await talk.hang_up()
        return
    await town.citizen.until_hears({PARTNER}, seconds=20)
    if town.partner is not None and not citizen_leaves:
        (call,) = [each for each in town.partner.calls if each.state == CallState.TALKING]
        await call.hang_up()


async def _simulated(city: City, flow: str, scenario: Scenario) -> Story:
    current = flow_store(city.settings).current(flow)
    verdict = await run_scenario(current, scenario, load_sounds(city.settings), Workdays())
    assert verdict.faults == ()
    assert verdict.story is not None
    return verdict.story


def _steps(city: City, uid: str) -> list[tuple[str, str]]:
    """Node and outcome of each step of a call, from the journal."""
    lines = map(json.loads, city.settings.journal.read_text().splitlines())
    return [
        (line["node"], line["outcome"])
        for line in lines
        if line["call"] == uid and line["kind"] == "step"
    ]


@pytest.mark.parametrize(("flow", "scenario"), _scenarios())
async def test_both_runners_agree(city: City, flow: str, scenario: Scenario) -> None:
    simulated = await _simulated(city, flow, scenario)
    async with _people(city, flow, scenario) as town:
        await _live(town, scenario)
    row = await city.row(town.citizen.number)
    assert _steps(city, row["uid"]) == simulated.journal.steps
    expected = OUTCOMES.get(scenario.end) if scenario.end else None
    if expected is not None:
        assert row["outcome"] in expected
