"""A caller made of a script, and a switch that does whatever a flow asks of it.

For tests of flows and verbs: no Asterisk, no time, no disk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ivr import engine
from ivr.call import Call, Equipment
from ivr.channel import Digits, HungUp
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.inventory import Inventory
from ivr.progress import TicketLookup
from ivr.results import Next
from ivr.state import decode
from ivr.workdays import Workdays
from recordings.prompt_file import PromptFile

CONFIG = Path(__file__).parents[2] / "config"
CODE = "204060"
CITIZEN = "13800000000"


class FakePrompts:
    """Sounds lie where their names say: zh/greeting."""

    def path(self, prompt_id: str, lang: str) -> str:
        return f"{lang}/{prompt_id}"


@dataclass
class FakeJournal:
    """Keeps what was written; `flushed` is how much of it is on disk."""

    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    flushed: int = 0

    def write(self, call: str, kind: str, **fields: object) -> None:
        self.lines.append((kind, fields))

    def flush(self) -> None:
        self.flushed = len(self.lines)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.lines if name == kind]

    @property
    def steps(self) -> list[tuple[str, str]]:
        return [(fields["node"], fields["outcome"]) for fields in self.of("step")]


@dataclass
class FakeChannel:
    """A caller who answers each question with the next of `answers` ("" is silence, "12#" keys)
    and interrupts a prompt by the key that `during` names; gone at the command `hangs_up_at`."""

    answers: list[str] = field(default_factory=list)
    during: dict[str, str] = field(default_factory=dict)
    hangs_up_at: int | None = None
    commands: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    next: dict[str, str] = field(default_factory=dict)
    gone: bool = False

    async def play(self, paths: Sequence[str], keys: str = "") -> str:
        self._command("play")
        for path in paths:
            self.heard.append(path)
            key = self.during.get(path.partition("/")[2], "")
            if key and key in keys:
                return key
        return ""

    async def collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str = ""
    ) -> Digits:
        self._command("collect")
        self.heard += paths
        answer = self.answers.pop(0) if self.answers else ""
        if answer and answer[0] in instant:
            return Digits(answer[0], False)
        value = answer.partition("#")[0][:digits]
        return Digits(value, len(value) < digits and "#" not in answer)

    async def set_next(self, variables: Mapping[str, str]) -> None:
        self._command("next")
        self.next = dict(variables)

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
        self.channel = FakeChannel(list(answers), dict(during or {}), hangs_up_at)
        self.journal = FakeJournal()
        self.outcomes = list(outcomes)
        self.done: list[dict[str, str]] = []
        given = {"workdays": Workdays(), "ticks": lambda: 0.0, **equipment}
        self.equipment = Equipment(FakePrompts(), self.journal, tickets=tickets, **given)

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
        self.done.append(self.channel.next)


@cache
def shipped_inventory() -> Inventory:
    """What the configuration that we ship has for flows to name."""
    prompts = PromptFile.read(CONFIG / "prompts.toml")
    return Inventory(
        prompts={language: frozenset(prompts.sentences(language)) for language in ("zh", "en")},
        queues=frozenset({"GEN", "ENT", "EN"}),
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
