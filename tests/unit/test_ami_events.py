"""Events reach every reader in order; a reader's fault is the reader's alone."""

from collections.abc import AsyncIterator

import pytest

from telephony import ami_events, ami_wire
from telephony.ami import Ami, AmiEventsLost, Event, Subscription
from tests.unit.fake_ami import FakeSwitch, fake_switch, make_ami, until

pytestmark = pytest.mark.unit


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


@pytest.fixture
async def ami(switch: FakeSwitch) -> AsyncIterator[Ami]:
    async with make_ami(switch) as ami:
        yield ami


async def read_faultily(news: Subscription) -> None:
    async for event in news:
        if event["ChannelState"] == "1":
            raise RuntimeError("a fault of ours")


async def test_a_reader_that_fails_harms_neither_the_connection_nor_another_reader(
    switch: FakeSwitch, ami: Ami
) -> None:
    with ami.events("Newstate") as fragile, ami.events("*") as sturdy:
        for i in range(5):
            await switch.sessions[0].send("Event: Newstate", f"ChannelState: {i}")
        with pytest.raises(RuntimeError, match="fault"):
            await read_faultily(fragile)
        heard = [(await anext(sturdy)).number("ChannelState") for _ in range(5)]
    assert heard == [0, 1, 2, 3, 4]
    assert (await ami.action("Ping")).success
    assert switch.logins() == 1


async def test_a_fault_in_handing_on_one_event_spares_the_rest_of_the_segment(
    switch: FakeSwitch, ami: Ami, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = ami._link.connection
    assert connection is not None
    hand_on = connection._on_event

    def faulty(event: Event) -> None:
        if event["Nr"] == "1":
            raise KeyError("a fault of ours")
        hand_on(event)

    monkeypatch.setattr(connection, "_on_event", faulty)
    with ami.events("Newstate") as news:
        await switch.sessions[0].send_raw(
            b"".join(b"Event: Newstate\r\nNr: %d\r\n\r\n" % i for i in range(3))
        )
        assert [(await anext(news))["Nr"] for _ in range(2)] == ["0", "2"]
    assert switch.logins() == 1


async def test_events_with_odd_headers_pass(switch: FakeSwitch, ami: Ami) -> None:
    with ami.events("UserEvent") as news:
        await switch.sessions[0].send_raw(
            b"no colon here\r\n\r\n\r\n\r\nEvent: UserEvent\r\nbare line\r\n"
            b": no name\r\nNote: a\r\nNote: b\r\n\r\n"
        )
        event = await anext(news)
    assert event.all("Note") == ["a", "b"]
    assert event["Note"] == "a"


async def test_a_thousand_calls_in_one_second_leave_nothing_in_memory(
    switch: FakeSwitch, ami: Ami
) -> None:
    with ami.events("Done") as done:
        for i in range(1000):
            await switch.sessions[0].send("Event: Newchannel", f"Uniqueid: 1764000000.{i}")
        await switch.sessions[0].send("Event: Done")
        await anext(done)
    connection = ami._link.connection
    assert connection is not None
    assert connection.protocol.responses == {}
    assert not hasattr(connection, "calls_queues")


async def test_a_reader_hopelessly_late_is_told_so_and_goes_on(
    switch: FakeSwitch, ami: Ami, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami_events, "WAITING_LIMIT", 3)
    with ami.events("Newstate") as late, ami.events("Done") as done:
        for i in range(5):
            await switch.sessions[0].send("Event: Newstate", f"Nr: {i}")
        await switch.sessions[0].send("Event: Done")
        await anext(done)
        with pytest.raises(AmiEventsLost):
            await anext(late)
        await switch.sessions[0].send("Event: Newstate", "Nr: 5")
        assert (await anext(late))["Nr"] == "4"
        assert (await anext(late))["Nr"] == "5"


async def test_a_message_without_an_end_is_cut_off(
    switch: FakeSwitch, ami: Ami, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami_wire, "MESSAGE_LIMIT", 1000)
    await switch.sessions[0].send_raw(b"Event: Newstate\r\nX: " + b"x" * 2000)
    await until(lambda: switch.logins() == 2)
