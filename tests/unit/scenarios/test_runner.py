"""A story that does not come true is told with its line, and acts wait for what comes before."""

import pytest

from ivr.scenarios import Verdict, read_scenarios, run_scenario
from ivr.simulator import Kind
from ivr.sounds import Sounds
from tests.unit.fake_channel import shipped_flow, shipped_inventory
from tests.unit.lint.case import TEXTS
from tickets.calendar import Workdays

pytestmark = pytest.mark.unit

HEAD = "flow: direct\nscenarios:\n  - name: one\n"  # three lines


async def verdict(text: str, flow: str = "direct") -> Verdict:
    (scenario,) = read_scenarios(HEAD + text, "direct.tests.yaml", shipped_inventory()).scenarios
    return await run_scenario(shipped_flow(flow), scenario, Sounds(TEXTS), Workdays())


async def test_what_never_came_is_told_with_its_line() -> None:
    text = (
        "    story:\n      - waits: GEN\n      - hears: invalid\n      - hangs-up\n    end: human\n"
    )
    text = "    given: {queues: {GEN: answered}}\n" + text
    assert (await verdict(text)).faults == ("Line 7: 'hears: invalid' did not come to pass.",)


async def test_a_call_that_never_ends_is_told() -> None:
    found = await verdict("    story: [hears: invalid, hangs-up]\n    end: hung-up\n")
    assert found.story is None
    assert "never ended" in found.faults[0]


async def test_another_end_is_told() -> None:
    found = await verdict("    story: [hangs-up]\n    end: message\n")
    assert found.faults == ("The call ended as 'hung-up', not as 'message'.",)


async def test_keys_wait_for_what_is_told_before_them() -> None:
    text = '    story: [hears: queue-timeout, presses: "1", hears: goodbye]\n    end: callback\n'
    found = await verdict(text)
    assert found.faults == ()
    assert found.story is not None
    (pressed,) = [line for line in found.story.lines if line.kind is Kind.PRESSES]
    assert pressed.at == 181.0


async def test_silence_delays_the_next_act() -> None:
    text = "    story: [waits: GEN, silent: 30, hangs-up]\n    end: hung-up\n"
    found = await verdict(text)
    assert found.story is not None
    assert found.story.seconds == 30.0


async def test_silence_reaches_over_what_others_do() -> None:
    text = "    given: {queues: {GEN: full after 10}}\n"
    text += "    story: [waits: GEN, silent: 14, hangs-up]\n    end: hung-up\n"
    found = await verdict(text)
    assert found.story is not None
    assert found.story.seconds == 14.0
    assert "zh/busy" in found.story.heard


async def test_each_visit_to_a_queue_has_its_own_fate() -> None:
    text = "    given: {queues: {GEN: [no-agent, full, answered after 2]}}\n"
    text += "    story: [hears: busy, hears: busy, talks: GEN]\n    end: human\n"
    assert (await verdict(text)).faults == ()
