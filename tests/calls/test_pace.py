"""What the wall expects callers to wait is learned from calls themselves."""

import json
from typing import Any
from urllib.request import urlopen

import pytest

from phones.agent import Agent
from tests.calls.city import City

pytestmark = pytest.mark.call


def estimate(city: City, queue: str = "GEN") -> dict[str, Any]:
    address = f"http://{city.settings.api_host}:{city.settings.http_port}/api/queues"
    with urlopen(address, timeout=10) as answer:
        queues = json.load(answer)["queues"]
    found: dict[str, Any] = next(one for one in queues if one["name"] == queue)
    return found


async def is_served(city: City, agent: Agent) -> None:
    async with city.citizen() as citizen:
        await citizen.dial()
        await city.talking(citizen, agent)
        await citizen.hangup()


async def test_the_expected_wait_is_learned_from_calls_and_compared(city: City) -> None:
    before = estimate(city)["estimate"]["compared"]
    async with city.agent("8013", answer_after=0) as agent:
        for _ in range(6):
            await is_served(city, agent)
        await city.until(lambda: estimate(city)["estimate"]["seconds"], "an estimate")
        await is_served(city, agent)
        await city.until(
            lambda: estimate(city)["estimate"]["compared"] > before, "an estimate that was compared"
        )
        told = estimate(city)
    assert (told["agents"], told["waiting"]) == (1, 0)
    assert 0 < told["estimate"]["seconds"] < 30
