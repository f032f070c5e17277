"""Every key of both profiles leads where its prompt says, on a real switch."""

import asyncio

import pytest

from phones.callee import Behaviour
from phones.citizen import Citizen
from tests.calls.city import PARTNER, City

pytestmark = pytest.mark.call

DIRECT, MENU = "12345", "8212345"


async def _until_addressed(city: City, to: str, citizen: Citizen) -> None:
    """Until keys are live: in the queue for the direct profile, in the menu for the other."""
    await citizen.answered()
    if to == DIRECT:
        await city.waiting("GEN")
    else:
        await city.hears_words(citizen)


@pytest.mark.parametrize("to", [DIRECT, MENU])
@pytest.mark.parametrize(
    ("key", "queue", "seat"),
    [("8", "EN", "8015"), ("*", "GEN", "8013")],
    ids=["english", "elderly"],
)
async def test_a_key_that_asks_for_a_human_reaches_the_right_queue(
    city: City, to: str, key: str, queue: str, seat: str
) -> None:
    async with city.agent(seat, answer_after=4) as agent, city.citizen(to) as citizen:
        await citizen.dial()
        await _until_addressed(city, to, citizen)
        await citizen.press(key)
        await city.talking(citizen, agent)
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["outcome"], row["queue"]) == ("answered", queue)
    assert key in row["keys"]


@pytest.mark.parametrize(("to", "keys"), [(DIRECT, "2"), (MENU, "21")], ids=["direct", "menu"])
async def test_key_2_brings_an_enterprise_to_its_own_queue(city: City, to: str, keys: str) -> None:
    async with city.agent("8014", answer_after=3) as agent, city.citizen(to) as citizen:
        await citizen.dial()
        await _until_addressed(city, to, citizen)
        await citizen.press(keys[0])
        await city.until(lambda: "PJSIP/trunk-" in city.channels(), "a call")
        if to == MENU:
            await city.hears_words(citizen)
        await citizen.press(keys[1:] or "1")
        await city.talking(citizen, agent)
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["outcome"], row["queue"]) == ("answered", "ENT")


@pytest.mark.parametrize("to", [DIRECT, MENU])
async def test_key_9_is_handed_to_the_police_at_once(city: City, to: str) -> None:
    async with (
        city.agent("8013", behaviour="ring"),
        city.partners("110", "1101"),
        city.citizen(to) as citizen,
    ):
        await citizen.dial()
        await _until_addressed(city, to, citizen)
        await citizen.press("9")
        await citizen.until_hears({PARTNER}, seconds=15)
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "handed_to_emergency"


@pytest.mark.parametrize("to", [DIRECT, MENU])
async def test_key_4_reaches_the_lawyers_and_counts_as_diverted(city: City, to: str) -> None:
    async with (
        city.agent("8013", behaviour="ring"),
        city.partners("12348"),
        city.citizen(to) as citizen,
    ):
        await citizen.dial()
        await _until_addressed(city, to, citizen)
        await citizen.press("4")
        await citizen.until_hears({PARTNER}, seconds=20)
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "diverted"


async def test_police_that_do_not_answer_return_the_caller_to_a_human(city: City) -> None:
    async with (
        city.partners("110", "1101", behaviour="busy"),
        city.agent("8013", answer_after=3) as agent,
        city.citizen() as citizen,
    ):
        await citizen.dial()
        await city.waiting("GEN")
        await citizen.press("9")
        await city.talking(citizen, agent)
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "answered"


async def test_key_5_of_the_menu_takes_a_message(city: City) -> None:
    async with city.citizen(MENU) as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.hears_words(citizen)
        await citizen.press("5")
        await citizen.press("2")
        await city.leaves_message(citizen)
        await citizen.hung_up(30)
    assert (await city.row(citizen.number))["outcome"] == "voicemail"


async def test_key_0_and_silence_both_reach_a_human(city: City) -> None:
    for keys in ("0", ""):
        async with city.agent("8013") as agent, city.citizen(MENU) as citizen:
            await citizen.dial()
            await citizen.answered()
            if keys:
                await city.hears_words(citizen)
                await citizen.press(keys)
            await city.talking(citizen, agent)
            await citizen.hangup()
        assert (await city.row(citizen.number))["outcome"] == "answered"


async def test_wrong_keys_are_told_once_and_then_a_human_takes_over(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen(MENU) as citizen:
        await citizen.dial()
        await citizen.answered()
        for _ in range(3):
            await city.hears_words(citizen)
            await citizen.press("7")
        await city.talking(citizen, agent)
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "answered"


async def test_a_citizen_hears_how_far_the_matter_is_by_query_code(city: City) -> None:
    number = city.fresh_number()
    async with city.citizen(MENU, number=number) as first:
        await first.dial()
        await first.answered()
        await city.hears_words(first)
        await first.hangup()
    earlier = await city.row(number)
    async with city.agent("8013", behaviour="ring"), city.citizen(MENU, number=number) as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.hears_words(citizen)
        await citizen.press("3")
        await city.hears_words(citizen)
        await citizen.press(f"{earlier['query_code']}#", gap=0.2)
        await city.until(lambda: _served(city, number), "the answer", 40)
        await citizen.hangup()
    await city.until(
        lambda: {row["outcome"] for row in _ended(city, number)} == {"ivr_hangup", "ivr_served"},
        "one call served by the menu",
    )


async def test_five_hundred_keys_cost_no_call(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen(MENU) as citizen:
        await citizen.dial()
        await citizen.answered()
        await citizen.press("6" * 500, length=0.04, gap=0.04)
        await city.talking(citizen, agent)
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "answered"


async def test_key_pound_repeats_the_greeting_and_costs_nobody_their_place(city: City) -> None:
    async with city.agent("8016") as agent, city.citizen() as first, city.citizen() as second:
        city.console("queue pause member PJSIP/8016")
        await first.dial()
        await city.waiting("GEN", 1)
        # Places are instants of entry in tenths of a second: these two shall have different ones.
        await asyncio.sleep(0.2)
        await second.dial()
        await city.waiting("GEN", 2)
        await first.press("#")
        await city.until(lambda: _pressed(city, first), "the key in the ledger")
        await city.waiting("GEN", 2)
        city.console("queue unpause member PJSIP/8016")
        await city.talking(first, agent)
        await first.hangup()
        await second.hangup()
    row = await city.row(first.number)
    assert (row["outcome"], row["keys"]) == ("answered", "#")


async def test_key_3_of_the_direct_profile_answers_and_goes_on_waiting(city: City) -> None:
    number = city.fresh_number()
    async with city.citizen(MENU, number=number) as first:
        await first.dial()
        await first.answered()
        await city.hears_words(first)
        await first.hangup()
    earlier = await city.row(number)
    async with (
        city.agent("8013", behaviour="ring") as agent,
        city.citizen(DIRECT, number=number) as citizen,
    ):
        await citizen.dial()
        await city.waiting("GEN")
        await citizen.press("3")
        await city.until(lambda: "!AGI!" in city.channels(), "the question for the code")
        await citizen.press(f"{earlier['query_code']}#", gap=0.2)
        await city.until(lambda: _served(city, number), "the answer", 40)
        agent.behaviour = Behaviour.ANSWER
        await city.talking(citizen, agent, seconds=60)
        await citizen.hangup()
    await city.until(
        lambda: {row["outcome"] for row in _ended(city, number)} == {"ivr_hangup", "answered"},
        "one call answered by a human after the menu",
    )


@pytest.mark.parametrize("after", range(6))
async def test_a_hangup_at_any_step_of_the_menu_is_counted_once(city: City, after: int) -> None:
    async with city.citizen(MENU) as citizen:
        await citizen.dial()
        await citizen.answered()
        for key in ["", "5", "2", "", "3", "1"][:after]:
            await city.hears_words(citizen)
            if key:
                await citizen.press(key)
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert len(city.query("SELECT 1 FROM ticket WHERE call_uid = %s", row["uid"])) == 1
    assert row["outcome"] in ("ivr_hangup", "no_agent_at_join", "voicemail")


def _pressed(city: City, citizen: Citizen) -> bool:
    found = city.query("SELECT 1 FROM call WHERE caller = %s AND keys = '#'", citizen.number)
    return bool(found)


def _served(city: City, number: str) -> bool:
    found = city.query(
        "SELECT 1 FROM switch_event e JOIN call c ON c.uid = e.call_uid"
        " WHERE c.caller = %s AND e.kind = 'served'",
        number,
    )
    return bool(found)


def _ended(city: City, number: str) -> list[dict[str, object]]:
    return city.query("SELECT * FROM call WHERE caller = %s AND outcome IS NOT NULL", number)
