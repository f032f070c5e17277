"""Citizens who ask to be rung instead of waiting: nobody overtakes them, nobody forgets them."""

from typing import Any

import pytest

from phones.citizen import Citizen
from tests.calls.city import CITIZEN, City
from tests.calls.ears import listening

pytestmark = pytest.mark.call


async def test_a_callback_is_reached_after_the_agent_was_told(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen() as citizen:
        pause(city, "8013")
        await asks_for_a_callback(city, citizen)
        await state(city, citizen.number, "waiting")
        async with city.homes(citizen.number) as home, listening(city) as ears:
            pause(city, "8013", False)
            await ears.until("callback-agent")
            assert not home.calls, "the citizen rang before the agent was told"
            call = await home.next_call(20)
            await city.until(lambda: agent.current.hears({CITIZEN}, 0.4), "a talk", 40)
            await call.hang_up()
    row = await state(city, citizen.number, "reached")
    assert (row["tries"], row["missed"], row["agent"]) == (1, 0, "8013")
    assert (await city.row(citizen.number))["outcome"] == "callback_taken"


async def asks_for_a_callback(city: City, citizen: Citizen, waits: int = 1) -> None:
    await citizen.dial()
    await city.waiting("GEN", waits)
    await citizen.press("5")
    await city.until(lambda: "!AGI!" in city.channels(), "the number read back")
    await city.hears_words(citizen)
    await citizen.press("1")
    await citizen.hung_up(20)


def pause(city: City, agent: str, pause: bool = True) -> None:
    city.console(f"queue {'pause' if pause else 'unpause'} member PJSIP/{agent}")


async def state(city: City, number: Any, wanted: str, seconds: float = 20) -> dict[str, Any]:
    """The call-back to a number, as soon as it stands there."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = city.query("SELECT * FROM callback WHERE number = %s", number)
        return bool(found) and found[-1]["state"] == wanted

    try:
        await city.until(there, f"call-back in state {wanted}", seconds)
    except AssertionError as error:
        error.add_note(str(found))
        raise
    return found[-1]
