"""The profile "菜单": two levels, six choices, a human by 0 at any moment and by silence."""

from collections.abc import Sequence

import pytest

from ivr.flow import Flow
from tests.unit.fake_channel import CITIZEN, FakeCall, shipped_flow

pytestmark = pytest.mark.unit

OPENING = ["zh/greeting", "zh/main-menu"]


@pytest.fixture(scope="module")
def flow() -> Flow:
    return shipped_flow("menu")


async def live(flow: Flow, *answers: str, outcomes: Sequence[str] = (), **more: object) -> FakeCall:
    return await FakeCall(flow, answers=answers, outcomes=outcomes, **more).run()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "way", "heard"),
    [
        ("0", ["queue GEN"], []),
        ("2", ["queue ENT"], ["zh/enterprise-menu"]),
        ("4", ["partner 12348"], ["zh/legal"]),
        ("5", ["queue GEN"], ["zh/callback-offer"]),
        ("8", ["queue EN"], []),
        ("9", ["partner 110"], ["zh/police"]),
        ("*", ["queue GEN"], []),
    ],
)
async def test_every_key_of_the_main_menu_leads_where_it_says(
    flow: Flow, key: str, way: list[str], heard: list[str]
) -> None:
    call = await live(flow, key)
    assert call.way == way
    assert call.heard == [*OPENING, *heard]


async def test_who_presses_nothing_speaks_to_a_human(flow: Flow) -> None:
    call = await live(flow, "")
    assert call.way == ["queue GEN"]
    assert call.heard == OPENING


@pytest.mark.parametrize("key", ["1", "6", "7", "#"])
async def test_a_wrong_key_hears_the_menu_once_more_without_the_greeting(
    flow: Flow, key: str
) -> None:
    call = await live(flow, key, "9")
    assert call.heard == [*OPENING, "zh/main-menu", "zh/police"]
    assert call.way == ["partner 110"]


@pytest.mark.parametrize("key", ["1", "6", "7", "#"])
async def test_a_second_wrong_key_leads_to_a_human(flow: Flow, key: str) -> None:
    call = await live(flow, key, key)
    assert call.heard == [*OPENING, "zh/main-menu", "zh/invalid"]
    assert call.way == ["queue GEN"]


async def test_wrong_key_then_silence_leads_to_a_human(flow: Flow) -> None:
    assert (await live(flow, "7", "")).way == ["queue GEN"]


@pytest.mark.parametrize(
    ("key", "way", "priority"),
    [
        ("1", "queue ENT", "0"),
        ("2", "queue ENT", "0"),
        ("3", "queue ENT", "5"),
        ("0", "queue GEN", "0"),
        ("9", "partner 110", None),
        ("", "queue ENT", "0"),
    ],
)
async def test_every_key_of_the_enterprise_menu(
    flow: Flow, key: str, way: str, priority: str | None
) -> None:
    call = await live(flow, "2", key)
    assert call.way == [way]
    assert call.done[0].get("HOTLINE_PRIORITY") == priority


async def test_star_goes_back_to_the_main_menu_without_the_greeting(flow: Flow) -> None:
    call = await live(flow, "2", "*", "4")
    assert call.heard == [*OPENING, "zh/enterprise-menu", "zh/main-menu", "zh/legal"]


async def test_two_wrong_keys_in_the_enterprise_menu_lead_to_its_agents(flow: Flow) -> None:
    assert (await live(flow, "2", "8", "8")).way == ["queue ENT"]


@pytest.mark.parametrize(
    ("key", "way"),
    [("1", ["hangup"]), ("2", ["message"]), ("0", ["queue GEN"]), ("", ["queue GEN"])],
)
async def test_message_or_callback_is_the_callers_choice(
    flow: Flow, key: str, way: list[str]
) -> None:
    call = await live(flow, "5", key)
    assert call.way == way
    numbers = [told["number"] for told in call.journal.of("callback")]
    assert numbers == ([CITIZEN] if key == "1" else [])


@pytest.mark.parametrize(
    ("key", "way"),
    [("key-0", "queue GEN"), ("key-9", "partner 110"), ("key-star", "queue GEN")],
)
async def test_keys_stay_alive_in_the_queue(flow: Flow, key: str, way: str) -> None:
    assert (await live(flow, "0", outcomes=[key])).way == ["queue GEN", way]


async def test_the_elderly_hear_no_menu_and_go_first(flow: Flow) -> None:
    call = await live(flow, "*")
    assert call.done[0]["HOTLINE_MUSIC"] == "zh-elderly"
    assert call.done[0]["HOTLINE_PRIORITY"] == "10"


async def test_a_rating_ends_the_call(flow: Flow) -> None:
    call = await live(flow, "0", "2", outcomes=["answered"])
    assert call.journal.of("rating") == [{"score": 2}]
    assert call.way == ["queue GEN", "hangup"]


async def test_a_state_of_this_flow_fits_the_switch(flow: Flow) -> None:
    call = await live(flow, "8", outcomes=["timeout", "timeout", "timeout"])
    assert all(len(step["HOTLINE_STATE"]) < 200 for step in call.done)
