"""What replay tests share: the shipped configuration, and small days made by hand."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import cache
from math import inf

from core.settings import CHECKOUT, Settings
from foresight.replay.past import KeyPress, PastCall
from foresight.replay.person import Traits
from foresight.replay.roster import Roster
from foresight.replay.run import Relived, live_day
from foresight.replay.stage import Stage
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.inventory import UNJUDGED
from ivr.written import find_written
from tickets.outcomes import Outcome

DAY = date(2026, 11, 24)
QUEUE_ONLY = """
name: plain
language: zh
start: human
nodes:
  human: {verb: queue, queue: GEN, timeout: 3600, edges: {else: end}}
  end: {verb: hangup}
"""


@cache
def stage() -> Stage:
    return Stage.of(Settings(config_dir=CHECKOUT / "config"))


@cache
def shipped(name: str) -> Flow:
    return stage().draft(find_written(stage().settings, name))


def flow(text: str, name: str = "plain") -> Flow:
    return compile_flow(text, f"{name}.yaml", name, UNJUDGED)


def a_call(at: float = 36_000.0, keys: str = "", **facts: object) -> PastCall:
    """A call at ten that pressed these keys, two seconds before each."""
    columns: dict[str, object] = {
        "uid": f"{at}",
        "line": "12345",
        "outcome": Outcome.ANSWERED,
        "lasted": 200.0,
        "keys": tuple(KeyPress(key, 2.0) for key in keys),
    }
    return PastCall(at=at, **columns | facts)  # type: ignore[arg-type]


def someone(**facts: float) -> Traits:
    """A patient caller who talks for a hundred seconds to an agent who picks up in two."""
    usual = {"patience": inf, "stays": inf, "ring": 2.0, "talk": 100.0, "after_call": 0.0}
    return Traits(**usual | facts)


def lived(
    calls: Sequence[tuple[PastCall, Traits]], through: Flow, agents: int | Roster = 1
) -> Relived:
    roster = agents if isinstance(agents, Roster) else Roster.constant(agents)
    return asyncio.run(live_day(DAY, calls, lambda _: through, roster, stage().around))


def outcome_of(call: PastCall, traits: Traits, through: Flow, agents: int = 1) -> Outcome:
    (outcome,) = lived([(call, traits)], through, agents).counts.classes
    return outcome
