"""Those who wait are told where they stand, from outside, and only when it comforts."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.clock import from_epoch
from queues.live_announcer import Announcer, words
from queues.live_estimates import Estimates
from queues.live_picture import Picture
from telephony.ami import Ami
from tests.unit.fake_ami import FakeSwitch, Headers, Session, events, fake_switch, make_ami

pytestmark = pytest.mark.unit

NOON = from_epoch(1_795_500_000)


class Ears:
    """What the switch was asked to say, and to whom."""

    def __init__(self, switch: FakeSwitch) -> None:
        self.said: list[str] = []
        self.hung_up: list[str] = []
        self.language = "zh"
        switch.on |= {"Getvar": self.tell, "Originate": self.speak, "Hangup": self.hang_up}

    async def tell(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", f"Value: {self.language}")

    async def speak(self, session: Session, headers: Headers) -> None:
        target = headers["Variable"].removeprefix("HOTLINE_TARGET=PJSIP/trunk-")
        files = [part.removeprefix("/sounds/") for part in headers["Data"].split("&")]
        self.said.append(f"{target}: {' '.join(files)}")
        await session.answer(headers, "Response: Success", "Message: queued")

    async def hang_up(self, session: Session, headers: Headers) -> None:
        self.hung_up.append(headers["Channel"])
        await session.answer(headers, "Response: Success", "Message: hung up")


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


@pytest.fixture
async def ami(switch: FakeSwitch) -> AsyncIterator[Ami]:
    async with make_ami(switch) as ami:
        yield ami


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def queue_of(*callers: str) -> Picture:
    picture = Picture()
    for position, caller in enumerate(callers, 1):
        text = (
            f"Event: QueueCallerJoin\nQueue: GEN\nUniqueid: {caller}\nPosition: {position}\n"
            f"Channel: {'Local/s@callback' if caller == 'x' else 'PJSIP/trunk-' + caller}"
        )
        for event in events(text):
            picture.apply(event, NOON)
    return picture


def leave(picture: Picture, caller: str) -> None:
    for event in events(f"Event: QueueCallerLeave\nQueue: GEN\nUniqueid: {caller}"):
        picture.apply(event, NOON)


async def test_nobody_is_told_at_once_and_again_only_when_they_have_come_further(
    switch: FakeSwitch, ami: Ami
) -> None:
    ears, announcer, picture = (
        Ears(switch),
        Announcer(ami, Path("/sounds"), Estimates()),
        queue_of("a", "b"),
    )
    await announcer.look(picture, at(5))
    assert ears.said == []
    await announcer.look(picture, at(20))
    first, second = ears.said
    assert first == "a: zh/queue-youarenext zh/queue-thankyou"
    assert second == "b: zh/queue-thereare zh/digits/2 zh/queue-callswaiting zh/queue-thankyou"
    await announcer.look(picture, at(90))
    assert len(ears.said) == 2
    leave(picture, "a")
    await announcer.look(picture, at(91))
    assert ears.said[2:] == ["b: zh/queue-youarenext zh/queue-thankyou"]


async def test_who_speaks_english_is_told_in_english_and_a_callback_is_told_nothing(
    switch: FakeSwitch, ami: Ami
) -> None:
    ears, announcer = Ears(switch), Announcer(ami, Path("/sounds"), Estimates())
    ears.language = "en"
    await announcer.look(queue_of("x", "a"), at(30))
    assert [said.split()[1] for said in ears.said] == ["en/queue-thereare"]


async def test_a_whisper_ends_when_somebody_is_about_to_speak(switch: FakeSwitch, ami: Ami) -> None:
    ears, announcer = Ears(switch), Announcer(ami, Path("/sounds"), Estimates())
    await announcer.look(queue_of("a"), at(30))
    await announcer.stop("a")
    await announcer.stop("a")
    await announcer.stop("b")
    assert ears.hung_up == ["tell-a"]


async def test_a_crowd_is_told_a_few_at_a_time_and_the_tenth_nothing(
    switch: FakeSwitch, ami: Ami
) -> None:
    ears, announcer = Ears(switch), Announcer(ami, Path("/sounds"), Estimates())
    picture = queue_of(*"abcdefghijklm")
    await announcer.look(picture, at(30))
    assert len(ears.said) == 5
    await announcer.look(picture, at(31))
    await announcer.look(picture, at(32))
    assert [said[0] for said in ears.said] == list("abcdefghi")


async def test_a_switch_that_is_away_costs_nothing(switch: FakeSwitch, ami: Ami) -> None:
    announcer = Announcer(ami, Path("/sounds"), Estimates())
    await ami.close()
    await announcer.look(queue_of("a"), at(30))
    await announcer.stop("a")


def test_the_first_is_told_so_and_others_their_number() -> None:
    assert words(1) == ["queue-youarenext", "queue-thankyou"]
    assert words(7)[1] == "digits/7"
