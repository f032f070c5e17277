"""A hang-up may come at any await: the call ends there, its story is whole, nothing is asked."""

from dataclasses import dataclass
from datetime import date

import pytest

from ivr.channel import HungUp
from ivr.progress import Answer, Progress
from tests.unit.fake_channel import FakeCall, shipped_flow

pytestmark = pytest.mark.unit


class FoundTickets:
    """Every question finds its ticket."""

    async def by_code(self, caller: str, code: str) -> Answer:
        return Progress(date(2026, 8, 31), "0427", "progress-state-new")

    async def by_tail(self, code: str, tail: str) -> Answer:
        return await self.by_code("", code)

    async def newest(self, caller: str) -> Answer:
        return await self.by_code(caller, "")


@dataclass(frozen=True)
class Journey:
    """What one caller presses and what the switch reports in between."""

    flow: str
    answers: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()

    def live(self, hangs_up_at: int | None = None) -> FakeCall:
        return FakeCall(
            shipped_flow(self.flow),
            answers=self.answers,
            outcomes=self.outcomes,
            tickets=FoundTickets(),
            hangs_up_at=hangs_up_at,
        )


JOURNEYS = [
    *(Journey("direct", (), (f"key-{key}", "key-9", "busy")) for key in "028"),
    *(Journey("direct", ("", "1"), (f"key-{key}", "timeout")) for key in "028"),
    *(Journey("direct", ("1",), (f"key-{key}", "timeout")) for key in ("pound", "star")),
    *(Journey("direct", ("204060", key), ("key-3", "answered")) for key in "0125"),
    Journey("direct", ("*", ""), ("key-3", "key-9", "failed", "timeout")),
    Journey("direct", ("", "5"), ("key-4", "not-answered", "answered")),
    Journey("direct", (), ("key-4", "answered")),
    Journey("direct", (), ("key-9", "answered")),
    Journey("direct", ("5",), ("answered",)),
    Journey("direct", ("2",), ("timeout", "recorded")),
    Journey("direct", ("2",), ("full", "too-short", "answered")),
    Journey("direct", ("1",), ("no-agent",)),
    Journey("direct", ("1",), ("key-4", "busy")),
    Journey("direct", (), ("key-9", "not-answered", "answered")),
    Journey("direct", (), ("key-8", "timeout", "key-5")),
    *(Journey("menu", (key, "", "1"), ("timeout",)) for key in "0238*167#"),
    *(Journey("menu", (key,), ("busy", "timeout", "recorded")) for key in "49"),
    Journey("menu", ("5", "1")),
    Journey("menu", ("",), ("answered",)),
    Journey("menu", ("7", "7", "3"), ("answered",)),
    Journey("menu", ("2", "*", "2", "3"), ("answered",)),
    Journey("menu", ("5", "2"), ("recorded",)),
    Journey("menu", ("3", "204060", "1"), ("answered",)),
]


@pytest.mark.parametrize("journey", JOURNEYS, ids=str)
async def test_a_hang_up_at_any_await_ends_the_call_there_with_its_story(journey: Journey) -> None:
    whole = await journey.live().run()
    assert len(whole.channel.commands) > 0
    for at in range(len(whole.channel.commands)):
        call = journey.live(hangs_up_at=at)
        with pytest.raises(HungUp):
            await call.run()
        assert call.channel.commands == whole.channel.commands[:at]
        told = call.journal.lines
        assert told[:-1] == whole.journal.lines[: len(told) - 1]
        kind, last = told[-1]
        assert kind == "step"
        assert last["outcome"] == "hung-up"


async def test_a_callback_is_on_disk_before_it_is_promised() -> None:
    journey = Journey("direct", ("1",), ("timeout",))
    whole = await journey.live().run()
    promise = whole.heard.index("zh/callback-taken")
    call = journey.live(hangs_up_at=[*whole.channel.commands].index("play"))
    with pytest.raises(HungUp):
        await call.run()
    assert "zh/callback-taken" not in call.heard[: promise + 1]
    assert "callback" in [kind for kind, _ in call.journal.lines[: call.journal.flushed]]
