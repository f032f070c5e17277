"""A caller made of a script, and a switch that reports what a test says, command by command.

For tests of flows and verbs, on the simulator's channel: no Asterisk, no time, no disk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from core.clock import from_epoch, utc_now
from ivr import engine
from ivr.call import Call, Equipment
from ivr.channel import Digits, HungUp
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.inventory import Inventory
from ivr.progress import TicketLookup
from ivr.results import Next
from ivr.simulator import Event, Kind, Moment, People, Press, Situation
from ivr.simulator.channel import SimulatedChannel
from ivr.simulator.clock import Clock
from ivr.simulator.equipment import MemoryJournal, NamedPrompts
from ivr.simulator.transcript import Transcript
from ivr.sounds import Sounds
from ivr.spoken_value import ValueKind, pieces
from ivr.state import decode
from recordings.prompt_file import PromptFile
from tickets.calendar import Workdays

CONFIG = Path(__file__).parents[2] / "config"
CODE = "204060"
CITIZEN = "13800000000"
# 2026-11-23, nine in the morning in the city.
MONDAY = from_epoch(1_795_395_600)


@dataclass
class Answers:
    """A caller who answers each question with the next of `answers` ("" is silence, "12#" keys)
    and interrupts a prompt by the key that `during` names."""

    answers: list[str]
    during: Mapping[str, str]
    _rest: list[str] = field(default_factory=list)

    def next(self, moment: Moment) -> Event | None:
        if moment.situation is Situation.PROMPT:
            key = self.during.get(moment.what.partition("/")[2], "")
            return Press(key) if key and not moment.passed and key in moment.keys else None
        if not moment.what:
            self._rest = list(self.answers.pop(0)) if self.answers else []
        return Press(self._rest.pop(0)) if self._rest else None


class FakeChannel(SimulatedChannel):
    """The simulator's channel, which counts commands; gone at the command `hangs_up_at`."""

    def __init__(self, people: People, sounds: Sounds, hangs_up_at: int | None) -> None:
        self._lines = Transcript(Clock(utc_now()))
        super().__init__(people, sounds, self._lines)
        self.hangs_up_at = hangs_up_at
        self.commands: list[str] = []
        self.gone = False

    @property
    def heard(self) -> list[str]:
        return [line.what for line in self._lines.lines if line.kind is Kind.HEARS]

    async def play(self, paths: Sequence[str], keys: str = "") -> str:
        self._command("play")
        return await super().play(paths, keys)

    async def collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str = ""
    ) -> Digits:
        self._command("collect")
        return await super().collect(paths, digits, first, between, instant)

    async def set_next(self, variables: Mapping[str, str]) -> None:
        self._command("next")
        await super().set_next(variables)

    def _command(self, name: str) -> None:
        assert not self.gone, "nothing may be asked of a caller who is gone"
        if len(self.commands) == self.hangs_up_at:
            self.gone = True
            raise HungUp
        self.commands.append(name)


class FakeCall:
    """One call on one flow: sessions with the engine, and between them `outcomes` of the switch.

    As on real parts, only HOTLINE_STATE survives from session to session.
    """

    def __init__(
        self,
        flow: Flow,
        *,
        answers: Sequence[str] = (),
        outcomes: Sequence[str] = (),
        during: Mapping[str, str] | None = None,
        caller: str = CITIZEN,
        tickets: TicketLookup | None = None,
        hangs_up_at: int | None = None,
        **equipment: Any,
    ) -> None:
        self.flow = flow
        self.caller = caller
        self.channel = FakeChannel(Answers(list(answers), during or {}), Sounds({}), hangs_up_at)
        self.journal = MemoryJournal()
        self.outcomes = list(outcomes)
        self.done: list[dict[str, str]] = []
        still = {"ticks": lambda: 0.0, "now": lambda: MONDAY}
        given = {"workdays": Workdays(), **still, **equipment}
        self.equipment = Equipment(NamedPrompts(), self.journal, tickets=tickets, **given)

    async def run(self) -> "FakeCall":
        """Live the call until its end, or until the switch has no more to report."""
        await engine.start(self.flow, self._call({"code": CODE}))
        self._hand_over()
        while self.outcomes and self.done[-1]["HOTLINE_NEXT"] != Next.HANGUP:
            state = decode(self.done[-1]["HOTLINE_STATE"])
            call = self._call(state.variables)
            await engine.resume(self.flow, state.node, self.outcomes.pop(0), call)
            self._hand_over()
        return self

    @property
    def way(self) -> list[str]:
        """What the switch was asked to do, in order: queue GEN, partner 110, message, hangup."""
        names = ("HOTLINE_QUEUE", "HOTLINE_PARTNER")
        return [
            " ".join([step["HOTLINE_NEXT"], *(step[n] for n in names if n in step)])
            for step in self.done
        ]

    @property
    def heard(self) -> list[str]:
        """The prompts the caller heard, as language/id."""
        return self.channel.heard

    def _call(self, variables: dict[str, str]) -> Call:
        return Call("1764000000.1", self.caller, self.channel, self.equipment, dict(variables))

    def _hand_over(self) -> None:
        self.done.append(dict(self.channel.asked))


@cache
def shipped_inventory() -> Inventory:
    """What the configuration that we ship has for flows to name."""
    prompts = PromptFile.read(CONFIG / "prompts.toml")
    return Inventory(
        prompts={language: frozenset(prompts.sentences(language)) for language in ("zh", "en")},
        queues=frozenset({"GEN", "ENT", "EN", "P110"}),
        partners=frozenset({"110", "12348"}),
    )


@cache
def shipped_flow(name: str) -> Flow:
    """One of the flows that we ship."""
    path = CONFIG / "flows" / f"{name}.yaml"
    return compile_flow(path.read_text(), path, name, shipped_inventory())


def flow_of(nodes: str, head: str = "") -> Flow:
    """A flow that begins at its node `first`; `nodes` is YAML indented by two."""
    text = f"name: small\nlanguage: zh\nstart: first\n{head}nodes:\n{nodes}"
    return compile_flow(text, "small.yaml", "small", shipped_inventory())


def read_back(language: str, number: str = CITIZEN) -> list[str]:
    """What a citizen hears who is asked whether this number shall be rung."""
    said = ["callback-number", *pieces(ValueKind.DIGITS, number, language), "callback-choose"]
    return [f"{language}/{prompt}" for prompt in said]
