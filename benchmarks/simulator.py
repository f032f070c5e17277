"""`python -m benchmarks.simulator`: verbs a second of the flow engine on the simulator, one core.

Random callers walk through both shipped profiles; the limit is a bare loop that awaits an empty
coroutine as often as the walk did verbs. Needs nothing but Python. Time is CPU time.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from random import Random

from benchmarks.figures import Figure, ratio
from benchmarks.report import judged
from benchmarks.rounds import interleave
from core.settings import CHECKOUT, Settings
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.inventory import Inventory
from ivr.lint import Surroundings, lint_flow
from ivr.outcomes import Outcome
from ivr.simulator import Arrival, Wanderer, simulate
from ivr.sounds import Sounds, load_sounds
from ivr.stocktaking import take_stock
from ivr.store import read_flow_file

LIMIT = "bare loop"
FLOWS = ("direct", "menu")
CALLS, ROUNDS, LONGEST = 3_000, 7, 30
# The bare loop is about as long as the walks.
VERBS_OF_A_CALL = 4
TARGET = 50_000
LINT_NODES, LINT_TARGET_MS = 500, 200


@dataclass(frozen=True, slots=True)
class Walk:
    """What one round of one contestant did, and the CPU seconds it took."""

    verbs: int
    calls: int
    cpu: float


def main() -> None:
    """Measure and print."""
    settings = Settings(config_dir=CHECKOUT / "config")
    inventory, sounds = take_stock(settings), load_sounds(settings)
    flows = {name: _compiled(settings, name, inventory) for name in FLOWS}
    walks = interleave([LIMIT, *FLOWS], _measure(flows, sounds), ROUNDS)
    limit = [walk.verbs / walk.cpu for walk in walks[LIMIT]]
    for name in FLOWS:
        verbs = [walk.verbs / walk.cpu for walk in walks[name]]
        calls = Figure.of(walk.calls / walk.cpu for walk in walks[name])
        figure = Figure.of(verbs)
        print(
            f"{name:8} verbs/s {figure.text():28} {judged(figure.median, TARGET):14} "
            f"calls/s {calls.text():24} of the bare loop {ratio(verbs, limit).text(4)}"
        )
    print(f"lint of {LINT_NODES} nodes, ms {_lint(inventory).text(1)}, at most {LINT_TARGET_MS}")


def _compiled(settings: Settings, name: str, inventory: Inventory) -> Flow:
    path = settings.config_dir / "flows" / f"{name}.yaml"
    return compile_flow(read_flow_file(path, name), path, name, inventory)


def _measure(flows: dict[str, Flow], sounds: Sounds) -> Callable[[str], Walk]:
    def measure(name: str) -> Walk:
        began = time.process_time()
        if name == LIMIT:
            verbs = asyncio.run(_bare(CALLS * VERBS_OF_A_CALL))
        else:
            verbs = asyncio.run(_walk(flows[name], sounds))
        return Walk(verbs, CALLS, time.process_time() - began)

    return measure


async def _bare(times: int) -> int:
    for _ in range(times):
        await _nothing()
    return times


async def _nothing() -> None:
    """One verb that does nothing."""


async def _walk(flow: Flow, sounds: Sounds) -> int:
    """Live calls with the same random people in every round; return the verbs performed."""
    random, verbs = Random(12345), 0
    for _ in range(CALLS):
        numbers = islice(iter(lambda: random.getrandbits(16), None), LONGEST)
        story = await simulate(flow, Wanderer(numbers), sounds, Arrival())
        steps = story.journal.steps
        handed = sum(outcome == Outcome.HANDED_OVER for _, outcome in steps)
        # What a switch reports of a step is no verb of its own; the last may go unreported.
        verbs += len(steps) - handed
    return verbs


def _lint(inventory: Inventory) -> Figure:
    """Milliseconds of CPU for a flow of menus, each leading to the next."""
    nodes = "".join(
        f"  m{at}: {{verb: menu, prompt: busy, keys: {{'0': human, '9': human, '*': human,"
        f" '1': m{at + 1}}}, edges: {{else: human}}}}\n"
        for at in range(LINT_NODES - 2)
    )
    text = (
        f"name: large\nlanguage: zh\nstart: m0\nnodes:\n{nodes}"
        f"  m{LINT_NODES - 2}: {{verb: hangup}}\n"
        f"  human: {{verb: queue, queue: GEN, edges: {{else: m{LINT_NODES - 2}}}}}\n"
    )
    flow = compile_flow(text, "large.yaml", "large", inventory)
    around = Surroundings(Sounds({}), frozenset({"110"}))
    seen = []
    for _ in range(ROUNDS):
        began = time.process_time()
        lint_flow(flow, around)
        seen.append((time.process_time() - began) * 1000)
    return Figure.of(seen)


if __name__ == "__main__":
    main()
