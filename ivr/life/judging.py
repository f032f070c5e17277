"""Is a text fit for callers? What lint says, and whether the flow's scenarios come true with it."""

import asyncio
from dataclasses import dataclass

from core.errors import ConfigError
from core.settings import Settings
from ivr.compiler import compile_flow, version_of
from ivr.flow import Flow
from ivr.inventory import Inventory
from ivr.life.errors import BrokenPromise, RedFlow
from ivr.lint import REFUSED, Finding, Severity, lint_flow, load_surroundings
from ivr.lint.surroundings import Surroundings
from ivr.scenarios import load_scenarios, run_scenario
from ivr.stocktaking import take_stock


@dataclass(frozen=True, slots=True)
class Trial:
    """One scenario run with the text; `faults` say what did not come true."""

    scenario: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What there is to say of one text, known by its version hash."""

    version: str
    findings: tuple[Finding, ...]
    trials: tuple[Trial, ...]

    @property
    def red(self) -> tuple[Finding, ...]:
        """The findings that keep it from callers."""
        return tuple(one for one in self.findings if one.severity is Severity.RED)

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The scenarios that do not come true."""
        return tuple(trial for trial in self.trials if trial.faults)

    def refuse_what_cannot_run(self, path: object) -> None:
        """Raise ConfigError where the text is no flow at all; with red findings it might run."""
        for one in self.findings:
            if one.rule == REFUSED:
                raise ConfigError(path, one.line, one.sentence)

    def refuse_unfit(self, flow: str, *, tests: bool) -> None:
        """Raise RedFlow, or BrokenPromise where the scenarios count too."""
        if self.red:
            told = "; ".join(f"line {one.line or 1}: {one.sentence}" for one in self.red[:3])
            raise RedFlow(f"{flow} has {len(self.red)} red findings. {told}")
        if tests and self.failed:
            told = "; ".join(f"{one.scenario}: {one.faults[0]}" for one in self.failed[:3])
            raise BrokenPromise(
                f"{len(self.failed)} of {len(self.trials)} scenarios of {flow} do not come true. "
                f"{told} (Mend the flow or {flow}.tests.yaml.)"
            )


async def judge(settings: Settings, flow: str, text: str) -> Judgement:
    """Judge a text as the next version of a flow. Raises ConfigError for other files that are
    wrong. Takes a moment of CPU, in a thread of its own."""
    return await asyncio.to_thread(judge_now, settings, flow, text)


def judge_now(settings: Settings, name: str, text: str) -> Judgement:
    """Judge as `judge` does, where no event loop runs."""
    inventory, around = take_stock(settings), load_surroundings(settings)
    version = version_of(text)
    try:
        flow = compile_flow(text, f"{name}.yaml", name, inventory)
    except ConfigError as error:
        refused = Finding(REFUSED, Severity.RED, "", error.line, error.sentence)
        return Judgement(version, (refused,), ())
    trials = asyncio.run(_trials(settings, flow, inventory, around))
    return Judgement(version, tuple(lint_flow(flow, around)), tuple(trials))


async def _trials(
    settings: Settings, flow: Flow, inventory: Inventory, around: Surroundings
) -> list[Trial]:
    try:
        found = load_scenarios(settings, flow.name, inventory)
    except ConfigError as error:
        return [Trial(f"{flow.name}.tests.yaml", (str(error),))]
    trials = []
    for one in found.scenarios if found else ():
        verdict = await run_scenario(flow, one, around.sounds, around.workdays, around.timetable)
        trials.append(Trial(one.name, verdict.faults))
    return trials
