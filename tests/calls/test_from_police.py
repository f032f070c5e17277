"""110 hands a caller over to us: the case comes beside the voice, and both are one ticket."""

import json
from typing import Any

import httpx
import pytest

from core.clock import utc_now
from exchange.peers import key_of
from exchange.signing import Envelope, sign
from phones.agent import Agent
from tests.calls.city import City
from tests.calls.ears import listening

pytestmark = pytest.mark.call

POLICE_DOOR = "8200110"


async def push(city: City, case_no: str, phone: str | bytes) -> dict[str, Any]:
    """What 110's platform sends; returns our receipt."""
    case = {"policeCaseNo": case_no, "callerPhone": phone, "summary": "邻里噪音纠纷"}
    body, path = json.dumps(case).encode(), "/api/exchange/110/orders"
    key = key_of(city.settings.secrets, "110")
    headers = sign(key, "110", Envelope("POST", path), body, utc_now())
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{city.settings.http_port}{path}"
        answer = await client.post(url, content=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def serve_police(city: City, agent: Agent) -> None:
    """The seat takes P110's callers as well."""
    city.console(f"queue add member PJSIP/{agent.number} to P110 penalty 0 as {agent.number}")


def leave_police(city: City, agent: Agent) -> None:
    city.console(f"queue remove member PJSIP/{agent.number} from P110")


def tickets(city: City, phone: str | bytes) -> list[dict[str, Any]]:
    return city.query("SELECT * FROM ticket WHERE caller = %s ORDER BY id", phone)


async def test_the_agent_hears_whose_case_it_is_and_case_and_voice_are_one_ticket(
    city: City,
) -> None:
    async with city.agent() as agent, city.citizen(POLICE_DOOR) as citizen, listening(city) as ears:
        case_no = f"J{citizen.number!s}"
        receipt = await push(city, case_no, citizen.number)
        await serve_police(city, agent)
        await citizen.dial()
        await ears.until("greeting-police")
        await city.until(lambda: agent.calls, "a ringing agent")
        await ears.until("from-110")
        await ears.until("case-ends")
        for digit in case_no[-6:]:
            await ears.until(digit)
        await city.talking(citizen, agent)
        leave_police(city, agent)
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["queue"], row["outcome"], row["line"]) == ("P110", "answered", "police")
    assert row["parties"]["handed"] == {"partner": "110", "case": case_no}
    assert row["query_code"] == receipt["queryCode"]
    (ticket,) = tickets(city, citizen.number)
    assert (ticket["number"], ticket["call_uid"]) == (receipt["ticketNo"], row["uid"])
    assert (ticket["state"], ticket["first_agent"]) == ("NEW", "8013")


async def test_a_case_that_comes_behind_the_voice_is_written_into_its_ticket(city: City) -> None:
    async with city.agent() as agent, city.citizen(POLICE_DOOR) as citizen, listening(city) as ears:
        case_no = f"J{citizen.number!s}"
        await serve_police(city, agent)
        await citizen.dial()
        await ears.until("from-110")
        await city.talking(citizen, agent)
        assert "case-ends" not in ears.heard
        await city.until(lambda: tickets(city, citizen.number), "a ticket")
        receipt = await push(city, case_no, citizen.number)
        assert not receipt["duplicate"]
        assert (await push(city, case_no, citizen.number))["duplicate"]
        leave_police(city, agent)
        await citizen.hangup()
    row = await city.row(citizen.number)
    (ticket,) = tickets(city, citizen.number)
    assert (ticket["number"], ticket["call_uid"]) == (receipt["ticketNo"], row["uid"])
    assert ticket["external_id"] == case_no


async def test_with_nothing_of_ours_to_ask_the_agent_is_still_told(city: City) -> None:
    async with city.agent() as agent, city.citizen(POLICE_DOOR) as citizen, listening(city) as ears:
        await push(city, f"J{citizen.number!s}", citizen.number)
        with city.stopped("agi"):
            await citizen.dial()
            await ears.until("case-ends")
            await city.talking(citizen, agent)
            await citizen.hangup()
    row = await city.row(citizen.number)
    assert row["survival"]
    (ticket,) = tickets(city, citizen.number)
    assert ticket["call_uid"] == row["uid"]
