"""The wall shows the switch as it is, and finds back to it after any loss."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import pytest
from redis import Redis

from tests.as_program import as_program
from tests.calls.city import City

pytestmark = pytest.mark.call


def _wall(city: City) -> dict[str, Any]:
    address = f"http://{city.settings.api_host}:{city.settings.http_port}/api/live"
    request = Request(address, headers=as_program(city.settings.home))
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


async def _shows(city: City, waiting: int, agent: str = "", seconds: float = 15) -> None:
    """Until so many wait and the seat 8013 does this, on a picture that is fresh."""

    def shown() -> bool:
        wall = _wall(city)
        state = wall["agents"].get("8013", {}).get("observed", "")
        counted = wall["now"]["queues"].get("GEN", {}).get("waiting")
        return not wall["stale"] and counted == waiting and agent in ("", state)

    await city.until(shown, f"wall with {waiting} waiting and 8013 {agent}", seconds)


@contextmanager
def _nobody_listens(city: City) -> Iterator[None]:
    """The switch's events reach nobody: the connection is cut and its owner cannot mend it."""
    with city.frozen("live"):
        for row in city.console("manager show connected").splitlines():
            if row.split()[:1] == ["hotline"]:
                city.console(f"manager kick session {row.split()[4]}")
        yield


async def test_a_call_is_followed_from_waiting_to_todays_figures(city: City) -> None:
    before = _wall(city)["figures"]["today"]["answered"]
    async with city.agent("8013", answer_after=4) as agent, city.citizen() as citizen:
        await _shows(city, 0, "idle")
        await citizen.dial()
        await _shows(city, 1, "ringing")
        assert _wall(city)["now"]["longest_since"] is not None
        await city.talking(citizen, agent)
        await _shows(city, 0, "talking")
        await citizen.hangup()
    await city.row(citizen.number)
    await city.until(
        lambda: _wall(city)["figures"]["today"]["answered"] == before + 1, "one more answered call"
    )


async def test_a_flushed_redis_shows_who_waits_again(city: City) -> None:
    async with city.agent("8013", behaviour="ring"), city.citizen() as citizen:
        await citizen.dial()
        await _shows(city, 1)
        with Redis.from_url(city.settings.redis) as redis:
            redis.flushall()
            drawn = f"hotline:{city.settings.node}:live:queues"
            await city.until(lambda: redis.hgetall(drawn), "picture drawn anew")
            await _shows(city, 1)
        await citizen.hangup()
    await _shows(city, 0)


async def test_what_happened_while_nobody_listened_to_the_switch_is_seen_afterwards(
    city: City,
) -> None:
    async with (
        city.agent("8013", behaviour="ring"),
        city.citizen() as leaving,
        city.citizen() as first,
        city.citizen() as second,
    ):
        await leaving.dial()
        await _shows(city, 1)
        with _nobody_listens(city):
            await city.until(lambda: _wall(city)["stale"], "stale wall")
            await leaving.hangup()
            await first.dial()
            await second.dial()
            await city.waiting("GEN", 2)
            assert _wall(city)["now"]["waiting"] == 1
        await _shows(city, 2)
        await first.hangup()
        await second.hangup()
    await _shows(city, 0)
