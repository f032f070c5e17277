"""The emergency button: 110 at once, whatever else is being done, and the supervisors see it."""

from typing import Any

import httpx
import pytest

from tests.calls.city import AGENT, PARTNER, City
from tests.calls.handover import hears_music, hears_only, talking

pytestmark = pytest.mark.call


def headers(city: City) -> dict[str, str]:
    """Those of a console, in the name of agent 8013."""
    return {"Authorization": f"Bearer {city.settings.secrets.api}", "Hotline-Actor": "8013"}


async def ask(city: City, method: str, path: str, body: object = None) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as client:
        url = f"http://127.0.0.1:{city.settings.http_port}/api{path}"
        return await client.request(method, url, json=body, headers=headers(city))


def on_the_wall(city: City) -> list[dict[str, Any]]:
    """The alerts in the live picture."""
    url = f"http://127.0.0.1:{city.settings.http_port}/api/live"
    answer = httpx.get(url, headers=headers(city), timeout=10)
    return list(answer.json()["figures"].get("alerts", ()))


async def test_the_button_gives_up_what_is_being_done_and_dials_110(city: City) -> None:
    async with talking(city) as here:
        await here.consults()
        answer = await ask(
            city, "POST", "/transfers/emergency", {"agent": "8013", "reason": "扬言伤人"}
        )
        assert answer.status_code == 200, answer.text
        call = answer.json()["call"]
        await here.talk.hung_up()
        await hears_only(here.citizen, PARTNER)
        await city.until(lambda: any(a["call"] == call for a in on_the_wall(city)), "an alert")
        (alert,) = [a for a in (await ask(city, "GET", "/alerts")).json() if a["call"] == call]
        assert (alert["cause"], alert["partner"], alert["reason"]) == ("danger", "110", "扬言伤人")
        assert (await ask(city, "POST", f"/alerts/{call}/seen")).status_code == 202
        await city.until(lambda: all(a["call"] != call for a in on_the_wall(city)), "an empty wall")
        await here.citizen.hangup()
    row = await city.row(here.citizen.number)
    (told,) = row["parties"]["alerts"]
    assert (told["agent"], told["actor"], told["seen_by"]) == ("8013", "8013", "8013")
    attempts = [(one["partner"], one["outcome"]) for one in row["parties"]["transfers"]]
    assert attempts == [("12348", "rejected-returned"), ("110", "accepted")]


async def test_an_agent_who_stays_is_with_caller_and_110_as_soon_as_they_answer(
    city: City,
) -> None:
    async with talking(city, answer_after=1) as here:
        body = {"agent": "8013", "cause": "stability", "stay": True}
        answer = await ask(city, "POST", "/transfers/emergency", body)
        assert answer.json()["state"] == "joined", answer.text
        await hears_only(here.citizen, AGENT, PARTNER)
        refused = await ask(city, "POST", "/transfers/emergency", body | {"partner": "12348"})
        assert refused.json()["type"] == "urn:hotline:no-emergency-line"
        await here.citizen.hangup()


async def test_an_emergency_line_that_does_not_answer_gives_the_caller_back_and_the_alert_stands(
    city: City,
) -> None:
    async with talking(city, behaviour="busy") as here:
        await ask(city, "POST", "/transfers/emergency", {"agent": "8013"})
        await hears_music(here.citizen)
        await hears_only(here.citizen, AGENT, seconds=12)
        await here.citizen.hangup()
    row = await city.row(here.citizen.number)
    assert row["parties"]["alerts"][0]["cause"] == "danger"
