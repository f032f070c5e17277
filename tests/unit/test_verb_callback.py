"""A number is rung back only when it was read back, and only when it may be rung at all."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from ivr.flow import Flow
from tests.unit.fake_channel import CITIZEN, MONDAY, FakeCall, read_back, shipped_flow

pytestmark = pytest.mark.unit

LANDLINE = "06358200119"


@pytest.fixture(scope="module")
def flow() -> Flow:
    return shipped_flow("direct")


async def asks(flow: Flow, *answers: str, caller: str = CITIZEN) -> FakeCall:
    return await FakeCall(flow, outcomes=["key-5"], answers=answers, caller=caller).run()


def numbers(call: FakeCall) -> Sequence[object]:
    return [told["number"] for told in call.journal.of("callback")]


@pytest.mark.parametrize("key", ["1", "", "7"])
async def test_whoever_does_not_ask_for_another_number_is_rung_at_their_own(
    flow: Flow, key: str
) -> None:
    call = await asks(flow, key)
    assert call.heard == [*read_back("zh"), "zh/callback-taken", "zh/goodbye"]
    assert numbers(call) == [CITIZEN]


async def test_another_number_is_read_back_too(flow: Flow) -> None:
    call = await asks(flow, "2", f"{LANDLINE}#", "1")
    assert numbers(call) == [LANDLINE]
    assert call.heard == [
        *read_back("zh"), "zh/callback-other", *read_back("zh", LANDLINE), "zh/callback-taken",
        "zh/goodbye",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["110", "12345", "16812345", "0085212345678", "4008123123", "*99*1", "1" * 16]
)
async def test_a_number_that_may_not_be_rung_is_refused_and_asked_for_again(
    flow: Flow, typed: str
) -> None:
    call = await asks(flow, "2", f"{typed}#", f"{LANDLINE}#", "1")
    assert "zh/callback-refused" in call.heard
    assert numbers(call) == [LANDLINE]


async def test_whoever_gives_no_number_that_can_be_rung_leaves_a_message(flow: Flow) -> None:
    call = await asks(flow, "110#", "110#", "110#", caller="4008123123")
    assert call.way[-1] == "message"
    assert numbers(call) == []


async def test_the_promise_is_written_with_its_end_and_the_callers_priority(flow: Flow) -> None:
    call = await FakeCall(flow, outcomes=["key-star", "key-5"], answers=["1"]).run()
    (told,) = call.journal.of("callback")
    assert told["priority"] == 10
    assert told["promised"] == (MONDAY + timedelta(hours=1)).timestamp()
