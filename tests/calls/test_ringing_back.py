"""Who gave up waiting is rung back by an agent, who hears first whom they are about to speak to."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from phones.callee import Behaviour
from queues.callbacks.uids import Try
from tests.calls.city import CITIZEN, City
from tests.calls.ears import listening
from tests.calls.test_callbacks import rest, resting_agent, stands

pytestmark = pytest.mark.call


async def test_an_abandoned_caller_is_rung_back_by_an_agent_who_is_told_whom(city: City) -> None:
    async with resting_agent(city) as agent:
        call, number = await gives_up(city)
        async with city.homes(number, behaviour=Behaviour.BUSY) as home, listening(city) as ears:
            await order(city, call)
            await ears.until("callback-order")
            assert not home.calls, "the citizen rang before the agent was told"
            row = await stands(city, number, "not_reached")
            assert (row["reason"], row["missed"], row["agent"]) == ("busy", 1, "8013")
        await city.until(lambda: "8013-" not in city.channels(), "a free agent")
        async with city.homes(number) as home:
            await order(city, call)
            answered = await home.next_call(20)
            await city.until(lambda: agent.current.hears({CITIZEN}, 0.4), "a talk", 40)
            await asyncio.sleep(1)  # so much is said
            await answered.hang_up()
            row = await stands(city, number, "reached")
        assert [attempt["result"] for attempt in row["attempts"]] == ["busy", "reached"]
        refused = await order(city, call, expected=409)
        assert refused["type"] == "urn:hotline:already-done"
        rest(city, False)
    talk = await recorded(city, Try(call, 2).uid)
    assert talk["seconds"] >= 1
    assert talk["segments"][0]["with"] == ["agent 8013"]
    # The call that nobody answered stays what it was.
    assert (await city.row(number))["outcome"] == "abandoned"


async def test_an_agent_who_does_not_pick_up_costs_the_citizen_nothing(city: City) -> None:
    async with resting_agent(city) as agent:
        agent.behaviour = Behaviour.REJECT
        call, number = await gives_up(city, after=0)
        async with city.homes(number) as home:
            await order(city, call)
            row = await stands(city, number, "not_reached", 40)
            assert not home.calls
        assert (row["reason"], row["missed"]) == ("agent-not-reached", 0)


async def recorded(city: City, uid: str) -> dict[str, Any]:
    """The recording of a talk, as soon as it is in the archive."""
    sql = "SELECT * FROM recording WHERE call_uid = %s AND state = 'finished'"
    await city.until(lambda: city.query(sql, uid), "recording of the talk", 40)
    return city.query(sql, uid)[0]


async def gives_up(city: City, after: float = 6) -> tuple[str, Any]:
    """Wait, longer than a short abandon unless told otherwise, and hang up."""
    async with city.citizen() as citizen:
        await citizen.dial()
        await city.waiting("GEN", 1)
        await asyncio.sleep(after)
        await citizen.hangup()
        row = await city.row(citizen.number)
        return row["uid"], citizen.number


async def order(city: City, call: str, expected: int = 202) -> dict[str, Any]:
    settings = city.settings
    headers = {"Authorization": f"Bearer {settings.secrets.api}", "Hotline-Actor": "wang"}
    url = f"http://127.0.0.1:{settings.http_port}/api/abandoned/{call}/order"
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        answer = await client.post(url, json={"agent": "8013"}, headers=headers)
    assert answer.status_code == expected, answer.text
    told: dict[str, Any] = json.loads(answer.text)
    return told
