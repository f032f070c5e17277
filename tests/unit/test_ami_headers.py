"""Nothing a caller or an agent typed becomes a header, or an action, of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from telephony.ami import Ami, AmiBadHeader
from tests.unit.fake_ami import FakeSwitch, answers, fake_switch, make_ami

pytestmark = pytest.mark.unit


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        switch.on["UserEvent"] = answers("Response: Success", "Message: Event Sent")
        yield switch


@pytest.fixture
async def ami(switch: FakeSwitch) -> AsyncIterator[Ami]:
    async with make_ami(switch) as ami:
        yield ami


HOSTILE = [
    "x\r\nAction: Command\r\nCommand: core stop now",
    "x\r\n\r\nAction: Command\r\nCommand: core stop now",
    "x\nAction: Command",
    "x\ry",
    "x\0y",
    "z" * 1000,
    "聊" * 334,
    "\ud800",
]


@pytest.mark.parametrize("value", HOSTILE)
async def test_a_value_that_would_break_its_line_is_refused_and_nothing_is_sent(
    switch: FakeSwitch, ami: Ami, value: str
) -> None:
    with pytest.raises(AmiBadHeader):
        await ami.action("UserEvent", UserEvent="Note", Text=value)
    with pytest.raises(AmiBadHeader):
        await ami.action("UserEvent", UserEvent="Note", Text=["fine", value])
    await ami.action("Ping")
    assert switch.names() == []


@pytest.mark.parametrize("name", ["Text\r\nAction", "A: B", "", "Action", "actionid", "1st"])
async def test_a_name_that_is_no_header_is_refused(ami: Ami, name: str) -> None:
    header: dict[str, Any] = {name: "x"}
    with pytest.raises(AmiBadHeader):
        await ami.action("UserEvent", **header)


async def test_quotes_chinese_and_two_hundred_characters_travel_unchanged(
    switch: FakeSwitch, ami: Ami
) -> None:
    text = '他说"不行" \\ , | ; ' + "长" * 200
    await ami.action("UserEvent", UserEvent="Note", Text=text)
    assert switch.actions[-1]["Text"] == text


async def test_numbers_and_truth_are_written_as_the_switch_reads_them(
    switch: FakeSwitch, ami: Ami
) -> None:
    await ami.action("UserEvent", Penalty=2, Paused=False)
    sent = switch.actions[-1]
    assert (sent["Penalty"], sent["Paused"]) == ("2", "false")


async def test_what_the_caller_passed_stays_the_callers(switch: FakeSwitch, ami: Ami) -> None:
    variables = ["A=1", "B=2"]
    headers: dict[str, Any] = {"UserEvent": "Note", "Variable": variables}
    await ami.action("UserEvent", **headers)
    await ami.action("UserEvent", **headers)
    assert headers == {"UserEvent": "Note", "Variable": ["A=1", "B=2"]}
    first, second = switch.actions[-2:]
    assert first["ActionID"] != second["ActionID"]
