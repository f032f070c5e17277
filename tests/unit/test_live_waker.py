"""The first in line is woken the moment an agent is free, and nobody else is disturbed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from core.clock import from_epoch, utc_now
from queues.definitions import Queue, Strategy
from queues.live_picture import Picture
from queues.live_waker import Waker
from telephony.ami import Ami
from tests.unit.fake_ami import FakeSwitch, Headers, Session, events, fake_switch, make_ami

pytestmark = pytest.mark.unit

GEN = Queue("GEN", "综合受理", Strategy.RRMEMORY, 15, 2, 600)
LAST_CALL = 1_795_500_000


def joins(uid: str, channel: str, position: int) -> str:
    return (
        f"Event: QueueCallerJoin\nQueue: GEN\nUniqueid: {uid}\nChannel: {channel}\n"
        f"Position: {position}\n\n"
    )


def member(status: int, paused: int = 0, last_call: int = 0) -> str:
    return (
        "Event: QueueMemberStatus\nQueue: GEN\nMemberName: 8013\nInterface: PJSIP/8013\n"
        f"Status: {status}\nPaused: {paused}\nLastCall: {last_call}\n\n"
    )


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


@pytest.fixture
async def ami(switch: FakeSwitch) -> AsyncIterator[Ami]:
    async with make_ami(switch) as ami:
        yield ami


async def woken(switch: FakeSwitch, ami: Ami, text: str, now: datetime | None = None) -> list[str]:
    """Let these events come and return the channels that the switch was asked to touch."""
    heard: list[str] = []

    async def touch(session: Session, headers: Headers) -> None:
        heard.append(f"{headers['Channel']} {headers['Control']}")
        await session.answer(headers, "Response: Success", "Message: Stopped")

    switch.on["ControlPlayback"] = touch
    picture = Picture(["8013"], [GEN])
    waker = Waker(ami, picture)
    for event in events(text):
        picture.apply(event, now or utc_now())
        waker.take(event, now or utc_now())
    await asyncio.sleep(0.2)
    await waker.close()
    return heard


WAITING = joins("1.1", "PJSIP/trunk-1", 1) + joins("1.2", "PJSIP/trunk-2", 2)


async def test_a_free_agent_wakes_the_first_in_line(switch: FakeSwitch, ami: Ami) -> None:
    third = joins("1.3", "PJSIP/trunk-3", 3)
    assert await woken(switch, ami, WAITING + third + member(1)) == [
        "PJSIP/trunk-1 stop", "PJSIP/trunk-2 stop",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [member(3), member(1, paused=1), member(5)])
async def test_an_agent_who_is_not_free_wakes_nobody(
    switch: FakeSwitch, ami: Ami, text: str
) -> None:
    assert await woken(switch, ami, WAITING + text) == []


async def test_whoever_is_being_rung_for_sleeps_on(switch: FakeSwitch, ami: Ami) -> None:
    rings = "Event: AgentCalled\nQueue: GEN\nUniqueid: 1.1\n\n"
    vain = rings.replace("AgentCalled", "AgentRingNoAnswer")
    assert await woken(switch, ami, WAITING + rings + member(1)) == ["PJSIP/trunk-2 stop"]
    assert (await woken(switch, ami, WAITING + rings + vain + member(1)))[0] == "PJSIP/trunk-1 stop"


async def test_after_a_talk_the_callers_are_woken_when_the_wrap_up_ends(
    switch: FakeSwitch, ami: Ami
) -> None:
    text = WAITING + member(1, last_call=LAST_CALL)
    still, nearly = from_epoch(LAST_CALL + 1), from_epoch(LAST_CALL) + timedelta(seconds=1.95)
    assert await woken(switch, ami, text, still) == []
    assert len(await woken(switch, ami, text, nearly)) == 2


async def test_a_switch_that_refuses_costs_nothing(switch: FakeSwitch, ami: Ami) -> None:
    picture = Picture(["8013"], [GEN])
    waker = Waker(ami, picture)
    for event in events(WAITING + member(1)):
        picture.apply(event, utc_now())
        waker.take(event, utc_now())
    await asyncio.sleep(0.1)
    await ami.close()
    for event in events(member(1)):
        waker.take(event, utc_now())
    await asyncio.sleep(0.1)
    await waker.close()
