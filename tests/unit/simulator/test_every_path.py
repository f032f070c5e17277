"""Whatever callers press and whoever answers or does not: nobody is sent away, nobody gets lost."""

from collections import Counter
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow import Flow
from ivr.simulator import Arrival, End, Kind, Story, Wanderer, simulate
from ivr.sounds import Sounds
from tests.unit.fake_channel import shipped_flow
from tests.unit.lint.case import TEXTS

pytestmark = pytest.mark.unit

SOUNDS = Sounds(TEXTS)
# Where calls may end; SENT_AWAY is not among them.
GOOD_ENDS = frozenset(End) - {End.SENT_AWAY}


async def wander(flow: Flow, numbers: list[int], caller: str = "13800000000") -> Story:
    return await simulate(flow, Wanderer(iter(numbers)), SOUNDS, Arrival(caller))


@pytest.mark.parametrize("name", ["direct", "menu"])
@given(
    numbers=st.lists(st.integers(0, 500), max_size=45), caller=st.sampled_from(["", "13800000000"])
)
@settings(max_examples=400, deadline=None)
async def test_every_path_ends_well_with_its_story(
    name: str, numbers: list[int], caller: str
) -> None:
    story = await wander(shipped_flow(name), numbers, caller)
    assert story.end in GOOD_ENDS
    assert story.lines[-1].kind in {Kind.HANGS_UP, Kind.HUNG_UP_ON, Kind.OUTCOME}
    assert [line.at for line in story.lines] == sorted(line.at for line in story.lines)
    assert {kind for kind, _ in story.journal.lines} <= {
        "step", "callback-offered", "callback", "rating", "served", "asked",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["direct", "menu"])
async def test_random_walks_come_to_every_node_and_every_end(name: str) -> None:
    flow, random = shipped_flow(name), Random(12345)
    seen, ends = set[str](), Counter[End]()
    for _ in range(4000):
        numbers = islice(iter(lambda: random.getrandbits(16), None), 40)
        story = await simulate(flow, Wanderer(numbers), SOUNDS, Arrival(incidents=("1",)))
        seen.update(node for node, _ in story.journal.steps)
        ends[story.end] += 1
    assert seen == set(flow.nodes)
    assert set(ends) == GOOD_ENDS - {End.CLOSED, End.SERVED}


@pytest.mark.parametrize("name", ["direct", "menu"])
async def test_who_never_presses_anything_is_only_ever_waiting_for_a_human(name: str) -> None:
    story = await wander(shipped_flow(name), [0] * 30)
    assert story.end is End.HUNG_UP
    assert {line.what for line in story.lines if line.kind is Kind.WAITS} == {"GEN"}
