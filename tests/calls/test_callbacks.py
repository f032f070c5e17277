"""Citizens who ask to be rung instead of waiting: nobody overtakes them, nobody forgets them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from phones.callee import Behaviour
from phones.citizen import Citizen
from tests.calls.city import CITIZEN, City
from tests.calls.ears import Ears, listening

pytestmark = pytest.mark.call


async def test_a_callback_is_reached_after_the_agent_was_told(city: City) -> None:
    async with resting_agent(city) as agent, city.citizen() as citizen:
        await asks_to_be_rung(city, citizen)
        await stands(city, citizen.number, "waiting")
        async with city.homes(citizen.number) as home, listening(city) as ears:
            rest(city, False)
            await ears.until("callback-agent")
            assert not home.calls, "the citizen rang before the agent was told"
            call = await home.next_call(20)
            await city.until(lambda: agent.current.hears({CITIZEN}, 0.4), "a talk", 40)
            await call.hang_up()
    row = await stands(city, citizen.number, "reached")
    assert (row["tries"], row["missed"], row["agent"]) == (1, 0, "8013")
    # Whoever was not answered is not made one who was.
    assert (await city.row(citizen.number))["outcome"] == "callback_taken"


async def test_a_callback_keeps_its_place_among_those_who_came_before_and_after(
    city: City,
) -> None:
    async with (
        resting_agent(city) as agent,
        city.citizen() as first,
        city.citizen() as second,
        city.citizen() as third,
    ):
        await first.dial()
        await city.waiting("GEN", 1)
        await asks_to_be_rung(city, second)
        await third.dial()
        await city.waiting("GEN", 3)
        await stands(city, second.number, "waiting")
        async with city.homes(second.number) as home:
            rest(city, False)
            await city.talking(first, agent)
            await first.hangup()
            call = await home.next_call(20)
            assert len(agent.calls) == 2, "the third was rung before the second"
            await stands(city, second.number, "reached")
            await call.hang_up()
            await city.talking(third, agent, seconds=60)
            await third.hangup()


async def test_a_citizen_who_calls_again_is_not_rung(city: City) -> None:
    async with resting_agent(city) as agent, city.citizen() as citizen:
        await asks_to_be_rung(city, citizen)
        await stands(city, citizen.number, "waiting")
        async with city.homes(citizen.number) as home:
            async with city.citizen(number=citizen.number) as again:
                await again.dial()
                row = await stands(city, citizen.number, "cancelled")
                await city.waiting("GEN", 1)  # the citizen alone
                rest(city, False)
                await city.talking(again, agent)
                await again.hangup()
            assert not home.calls
    assert row["reason"] == "called-again"
    later = city.query("SELECT max(uid) AS uid FROM call WHERE caller = %s", citizen.number)
    assert row["by"] == later[0]["uid"]


async def test_a_citizen_who_does_not_pick_up_is_tried_three_times(city: City) -> None:
    async with resting_agent(city), city.citizen() as citizen:
        await asks_to_be_rung(city, citizen)
        async with city.homes(citizen.number, behaviour=Behaviour.BUSY) as home:
            rest(city, False)
            row = await stands(city, citizen.number, "not_reached", 60)
            assert len(home.calls) == 3
    assert (row["tries"], row["missed"]) == (3, 3)
    assert (await city.row(citizen.number))["outcome"] == "callback_taken"


async def test_callbacks_outlive_asterisk_and_keep_their_order(city: City) -> None:
    async with city.citizen() as first, city.citizen() as second:
        async with resting_agent(city):
            await asks_to_be_rung(city, first)
            await asks_to_be_rung(city, second)
            await stands(city, first.number, "waiting")
            await stands(city, second.number, "waiting")
            city.kill("asterisk")
        await city.well()
        async with (
            city.homes(first.number, second.number) as homes,
            resting_agent(city),
        ):
            await city.waiting("GEN", 2)
            rest(city, False)
            order = []
            for _ in range(2):
                call = await homes.next_call(40)
                order.append(call.called_number)
                await stands(city, order[-1], "reached")
                await call.hang_up()
    assert order == [first.number, second.number]


async def test_a_callback_is_reached_while_none_of_our_processes_lives(city: City) -> None:
    async with resting_agent(city) as agent, city.citizen() as citizen:
        await asks_to_be_rung(city, citizen)
        await stands(city, citizen.number, "waiting")
        async with city.homes(citizen.number) as home:
            with city.stopped("agi"), city.stopped("callbacks"), city.stopped("ledger"):
                rest(city, False)
                call = await home.next_call(20)
                await city.until(lambda: agent.current.hears({CITIZEN}, 0.4), "a talk", 40)
                await call.hang_up()
    assert (await stands(city, citizen.number, "reached"))["tries"] == 1


async def test_a_number_that_may_not_be_rung_is_not_rung(city: City) -> None:
    hostile = "16812345"
    async with (
        resting_agent(city),
        city.citizen(number=hostile) as citizen,
        city.homes(hostile, "13800000119") as homes,
        listening(city) as ears,
    ):
        await presses_five(city, citizen, ears, "callback-other")
        await citizen.press("0085212345678#", gap=0.1)  # abroad
        await ears.until("callback-refused")
        await ears.until("callback-other")
        await citizen.press("13800000119#", gap=0.1)
        await ears.until("callback-number")
        await citizen.press("1")
        await citizen.hung_up(40)
        rest(city, False)
        call = await homes.next_call(20)
        assert call.called_number == "13800000119"
        await stands(city, "13800000119", "reached")
        await call.hang_up()
    assert (await city.row(hostile))["callback_number"] == "13800000119"


@asynccontextmanager
async def resting_agent(city: City) -> AsyncIterator[Any]:
    """An agent on a break: callers may wait, nobody is answered."""
    async with city.agent("8013") as agent:
        rest(city)
        yield agent


def rest(city: City, rests: bool = True) -> None:
    city.console(f"queue {'pause' if rests else 'unpause'} member PJSIP/8013")


async def presses_five(city: City, citizen: Citizen, ears: Ears, hears: str) -> None:
    """Wait and press 5, again if it fell between two announcements, until a prompt is heard."""
    already = city.console("queue show GEN").count("wait:")
    await citizen.dial()
    await city.waiting("GEN", already + 1)
    for left in reversed(range(5)):
        await citizen.press("5")
        try:
            await ears.until(hears, 3)
            return
        except AssertionError:
            if not left:
                raise


async def asks_to_be_rung(city: City, citizen: Citizen) -> None:
    """Key 5, the own number read back, 1; the call ends by itself."""
    async with listening(city) as ears:
        await presses_five(city, citizen, ears, "callback-number")
        await citizen.press("1")
        await citizen.hung_up(40)


async def stands(city: City, number: Any, wanted: str, seconds: float = 30) -> dict[str, Any]:
    """The call-back to a number, as soon as it stands there."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        sql = "SELECT * FROM callback WHERE number = %s ORDER BY taken_at"
        found[:] = city.query(sql, number)
        return bool(found) and found[-1]["state"] == wanted

    try:
        await city.until(there, f"call-back in state {wanted}", seconds)
    except AssertionError as error:
        error.add_note(str(found))
        raise
    return found[-1]
