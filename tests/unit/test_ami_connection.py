"""The connection to the switch: honest about being down, back when it can be, gone when closed."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from telephony.ami import Ami, AmiDown, AmiLoginRefused, AmiUnanswered, Backoff
from tests.unit.fake_ami import (
    FakeSwitch,
    Headers,
    Session,
    answers,
    fake_switch,
    hang_up,
    log_in,
    make_ami,
    pong,
    silence,
    until,
)

pytestmark = pytest.mark.unit


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


async def reconnected(ami: Ami) -> None:
    back = asyncio.Event()

    async def hook() -> None:
        back.set()

    ami.on_reconnect(hook)
    await until(back.is_set)


async def test_connect_returns_only_after_the_login(switch: FakeSwitch) -> None:
    async with make_ami(switch) as ami:
        assert switch.logins() == 1
        assert (await ami.action("Ping")).success


async def test_filters_are_set_at_every_login_since_the_switch_forgets_them(
    switch: FakeSwitch,
) -> None:
    wanted = ("^Event: Queue", "^Event: Hangup")
    switch.on["Filter"] = answers("Response: Success", "Message: Filter added successfully")
    async with make_ami(switch, filters=wanted) as ami:
        assert [action["Filter"] for action in switch.actions[1:]] == list(wanted)
        switch.sessions[0].hang_up()
        await reconnected(ami)
        assert switch.names() == ["Filter"] * 4


async def test_a_switch_that_knows_no_filters_serves_all_the_same(switch: FakeSwitch) -> None:
    async with make_ami(switch, filters=("^Event: Queue",)) as ami:
        assert (await ami.action("Ping")).success


async def test_actions_work_without_the_switch_ever_saying_fully_booted(
    switch: FakeSwitch,
) -> None:
    async with make_ami(switch) as ami:
        switch.sessions[0].hang_up()
        await reconnected(ami)
        assert (await ami.action("Ping")).success


async def test_a_wrong_secret_is_an_error_and_not_tried_again(switch: FakeSwitch) -> None:
    ami = make_ami(switch, secret="wrong")
    with pytest.raises(AmiLoginRefused, match="Authentication failed"):
        await ami.connect()
    assert not ami.connected
    assert switch.logins() == 1
    await ami.close()


async def test_the_secret_is_in_no_error_and_no_picture_of_the_object(switch: FakeSwitch) -> None:
    ami = make_ami(switch, secret="wrong-and-private")
    with pytest.raises(AmiLoginRefused) as caught:
        await ami.connect()
    assert "private" not in str(caught.value) + repr(ami._link._door)


async def test_a_refused_reconnection_waits_long(switch: FakeSwitch) -> None:
    waits: list[str] = []

    class Waits(Backoff):
        def after_refusal(self) -> float:
            waits.append("refused")
            return 0.01 if len(waits) < 3 else 3600

        def after_down(self) -> float:
            waits.append("down")
            return 0.01

    async def refuse(session: Session, headers: Headers) -> None:
        await log_in(session, headers | {"Secret": "changed meanwhile"})

    async with make_ami(switch, backoff=Waits()) as ami:
        switch.on["Login"] = refuse
        switch.sessions[0].hang_up()
        await until(lambda: switch.logins() == 3)
        await until(lambda: len(waits) == 3)
        with pytest.raises(AmiDown, match="refused our login"):
            await ami.action("Ping")
    assert waits == ["down", "refused", "refused"]


def test_refusals_stay_below_what_fail2ban_counts() -> None:
    backoff = Backoff()
    waits = [backoff.after_refusal() for _ in range(20)]
    knocks = [sum(waits[:i]) for i in range(20)]
    for start in knocks:
        assert sum(start <= knock < start + 600 for knock in knocks) < 5


def test_waits_double_up_to_a_limit_however_long_the_switch_is_away() -> None:
    backoff = Backoff(first=0.5, most=30)
    assert [backoff.after_down() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [backoff.after_down() for _ in range(5000)][-1] == 30
    backoff.reset()
    assert backoff.after_down() == 0.5


async def test_nobody_listening_is_a_sentence_and_no_noise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with fake_switch() as gone:
        pass
    ami = make_ami(gone)
    with pytest.raises(AmiDown, match="Is it running"):
        await ami.connect()
    await ami.close()
    del ami
    gc.collect()
    assert caplog.records == []


async def test_a_port_that_is_not_the_switchs_is_a_sentence(switch: FakeSwitch) -> None:
    switch.greeting = b"SSH-2.0-OpenSSH_9.2\r\n"
    ami = make_ami(switch)
    with pytest.raises(AmiDown, match="not Asterisk"):
        await ami.connect()
    await ami.close()
    assert switch.actions == []


async def test_a_greeting_in_pieces_is_a_greeting(switch: FakeSwitch) -> None:
    switch.greeting = b"Aster"
    ami = make_ami(switch)
    connecting = asyncio.create_task(ami.connect())
    await until(lambda: switch.sessions)
    await switch.sessions[0].send_raw(b"isk Call Manager/11.0.0\r")
    await asyncio.sleep(0.01)
    await switch.sessions[0].send_raw(b"\n")
    await connecting
    assert ami.connected
    await ami.close()


async def test_an_action_while_the_switch_is_away_fails_at_once(switch: FakeSwitch) -> None:
    ami = make_ami(switch)
    with pytest.raises(AmiDown, match="never connected"):
        await ami.action("Ping", timeout=60)
    async with ami:
        await switch.stop()
        await until(lambda: not ami.connected)
        with pytest.raises(AmiDown, match="not sent") as caught:
            await ami.action("Redirect", timeout=60)
        assert not isinstance(caught.value, AmiUnanswered)
        await switch.start()
        await reconnected(ami)
        assert switch.names() == []


async def test_a_frozen_switch_is_noticed_and_left(switch: FakeSwitch) -> None:
    async with make_ami(switch, ping_every=0.02, patience=0.1) as ami:
        switch.on["Ping"] = silence
        await until(lambda: switch.logins() >= 2)
        switch.on["Ping"] = pong
        await until(lambda: ami.connected)
        assert (await ami.action("Ping")).success


async def test_a_frozen_switch_fails_those_who_wait_for_it(switch: FakeSwitch) -> None:
    switch.on |= {"Ping": silence, "Getvar": silence}
    async with make_ami(switch, ping_every=0.02, patience=0.1) as ami:
        with pytest.raises(AmiUnanswered, match="silent"):
            await ami.action("Getvar", timeout=60)


async def test_a_switch_busy_with_a_long_answer_is_not_given_up(switch: FakeSwitch) -> None:
    async def long(session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        for _ in range(25):
            await asyncio.sleep(0.06)
            await session.answer(headers, "Event: CoreShowChannel")
        await session.answer(headers, "Event: Complete", "EventList: Complete")

    switch.on["CoreShowChannels"] = long
    async with make_ami(switch, ping_every=0.02, patience=1.0) as ami:
        assert len(await ami.list_action("CoreShowChannels", timeout=60)) == 25
        assert switch.logins() == 1


async def test_closing_while_it_reconnects_leaves_no_zombie(switch: FakeSwitch) -> None:
    ami = make_ami(switch)
    await ami.connect()
    await switch.stop()
    await until(lambda: not ami.connected)
    await ami.close()
    await switch.start()
    assert ami._link._tasks == set()
    assert not ami.connected
    await ami.close()


async def test_closing_fails_those_who_wait_and_ends_those_who_listen(switch: FakeSwitch) -> None:
    switch.on["Getvar"] = silence
    ami = make_ami(switch)
    await ami.connect()
    with ami.events("*") as news:
        waiting = asyncio.create_task(ami.action("Getvar", timeout=60))
        await until(lambda: switch.names() == ["Getvar"])
        await ami.close()
        with pytest.raises(AmiUnanswered, match="closed"):
            await waiting
        assert [event async for event in news] == []


async def test_a_shutdown_is_taken_as_the_end_once(switch: FakeSwitch) -> None:
    async with make_ami(switch) as ami:
        with ami.events("Shutdown") as shutdowns:
            await switch.sessions[0].send("Event: Shutdown", "Shutdown: Cleanly")
            assert (await anext(shutdowns))["Shutdown"] == "Cleanly"
            await reconnected(ami)
        assert switch.logins() == 2


async def test_listeners_live_on_after_a_reconnection_and_hear_each_event_once(
    switch: FakeSwitch,
) -> None:
    async with make_ami(switch) as ami:
        with ami.events("Queue*", "QueueCaller*") as news:
            for round_ in range(3):
                switch.sessions[-1].hang_up()
                await reconnected(ami)
                await switch.sessions[-1].send("Event: QueueCallerJoin", f"Position: {round_}")
            heard = [(await anext(news)).number("Position") for _ in range(3)]
        assert heard == [0, 1, 2]


async def test_a_hook_that_fails_costs_neither_the_connection_nor_the_other_hooks(
    switch: FakeSwitch,
) -> None:
    async with make_ami(switch) as ami:

        async def broken() -> None:
            raise RuntimeError("a fault of ours")

        ami.on_reconnect(broken)
        switch.sessions[0].hang_up()
        await reconnected(ami)
        assert (await ami.action("Ping")).success
        assert switch.logins() == 2


async def test_a_hook_may_ask_the_switch(switch: FakeSwitch) -> None:
    async with make_ami(switch) as ami:
        asked = asyncio.Event()

        async def rebuild() -> None:
            await ami.action("Ping")
            asked.set()

        ami.on_reconnect(rebuild)
        switch.sessions[0].hang_up()
        await until(asked.is_set)


async def test_connect_when_up_waits_for_the_switch_to_come() -> None:
    async with fake_switch() as switch:
        await switch.stop()
        ami = make_ami(switch)
        connecting = asyncio.create_task(ami.connect_when_up())
        await until(lambda: ami._link.why_down.startswith("No switch answers"))
        await switch.start()
        await connecting
        assert ami.connected
        await ami.close()


async def test_a_switch_that_dies_in_the_login_is_down_not_refusing(switch: FakeSwitch) -> None:
    switch.on["Login"] = hang_up
    ami = make_ami(switch)
    with pytest.raises(AmiDown):
        await ami.connect()
    await ami.close()
