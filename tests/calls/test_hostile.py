"""What a hostile or broken caller sends costs neither this call nor the next."""

import pytest

from tests.calls.city import City

pytestmark = pytest.mark.call

HOSTILE = {
    "plus-86": "+8613800138000",
    "anonymous": "anonymous",
    "slash": "0635%2F8200001",
    "two-hundred-characters": "9" * 200,
    "sql": "1'%20OR%201=1--",
    "a-quote": "1%22x%5C",
    "agi-injection": "1%0AEXEC%20System%20id",
}


@pytest.mark.parametrize("number", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_caller_number_still_reaches_a_human(
    city: City, number: str | bytes
) -> None:
    before = city.query("SELECT count(*) AS n FROM call")[0]["n"]
    async with (
        city.agent("8013") as agent,
        city.citizen(number=number, display=b'\xd5\xc5 a\\"b') as citizen,
    ):
        await citizen.dial()
        await city.talking(citizen, agent)
        await citizen.hangup()
    await city.until(
        lambda: (
            city.query("SELECT count(*) AS n FROM call WHERE outcome IS NOT NULL")[0]["n"] > before
        ),
        "the call in the ledger",
    )
    newest = city.query("SELECT outcome, survival FROM call ORDER BY started_at DESC LIMIT 1")[0]
    assert (newest["outcome"], newest["survival"]) == ("answered", None)
