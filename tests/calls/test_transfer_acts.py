"""An agent hands a citizen over by their console: the acts of /api/transfers."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.database import make_engine, make_sessions
from reports.transfers import newest_attempts, transfer_counts
from tests.calls.city import AGENT, CITIZEN, PARTNER, City
from tests.calls.handover import Handover, hears_music, hears_only, talking

pytestmark = pytest.mark.call


class Console:
    """What an agent's console sends, in the name of agent 8013."""

    def __init__(self, city: City) -> None:
        settings = city.settings
        self._base = f"http://127.0.0.1:{settings.http_port}/api/transfers"
        self._headers = {
            "Authorization": f"Bearer {settings.secrets.api}",
            "Hotline-Actor": "8013",
        }
        self.call = ""

    async def _ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            url = self._base + path
            return await client.request(method, url, json=body, headers=self._headers)

    async def start(self, partner: str = "12348", **how: Any) -> httpx.Response:
        answer = await self._ask("POST", "", {"agent": "8013", "partner": partner, **how})
        self.call = self.call or answer.json().get("call", "")
        return answer

    async def act(self, act: str, **how: Any) -> httpx.Response:
        return await self._ask("POST", f"/calls/{self.call}/{act}", how)

    async def state(self) -> str:
        return str((await self._ask("GET", f"/calls/{self.call}")).json().get("state"))

    async def consults(self, here: Handover) -> None:
        assert (await self.start()).status_code == 200
        await hears_only(here.talk, PARTNER)
        await hears_music(here.citizen)
        assert await self.state() == "consulting"


async def test_every_act_does_what_it_says(city: City) -> None:
    async with talking(city) as here:
        console = Console(city)
        await console.consults(here)
        (far,) = here.partner.calls
        assert (await console.act("hold", party="partner")).json()["state"] == "checking"
        await hears_only(here.citizen, AGENT)
        await hears_music(far)
        assert (await console.act("hold")).json()["state"] == "consulting"
        await hears_only(here.talk, PARTNER)
        assert (await console.act("join")).json()["state"] == "joined"
        await hears_only(here.citizen, AGENT, PARTNER)
        assert (await console.act("hold")).json()["state"] == "parted"
        await hears_music(here.citizen)
        await hears_only(here.talk, PARTNER)
        assert (await console.act("join")).json()["state"] == "joined"
        await hears_only(here.citizen, AGENT, PARTNER)
        answer = await console.act("leave", accepted_by="12348", reason="律师解答")
        assert answer.json()["state"] == "handed-over"
        await here.talk.hung_up()
        await hears_only(here.citizen, PARTNER)
        await far.hang_up()
        await city.hears_words(here.citizen)
        await here.citizen.hangup()
    row = await city.row(here.citizen.number)
    assert (row["outcome"], row["agent"]) == ("answered", "8013")
    (attempt,) = row["parties"]["transfers"]
    told = ("outcome", "actor", "accepted_by", "reason")
    assert [attempt[key] for key in told] == ["accepted", "8013", "12348", "律师解答"]
    engine = make_engine(city.settings.database)
    async with make_sessions(engine)() as session:
        day = row["day"]
        counts = (await transfer_counts(session, day, day + timedelta(days=1)))["12348"]
        newest = await newest_attempts(session, day, day + timedelta(days=1), 1)
    await engine.dispose()
    assert counts.by_agent >= 1
    assert counts.by_agent + counts.by_menu >= counts.accepted >= 1
    assert newest[0].call == row["uid"]


async def test_a_partner_on_hold_hears_music_and_comes_back_or_is_let_go(city: City) -> None:
    async with talking(city) as here:
        console = Console(city)
        await console.consults(here)
        (far,) = here.partner.calls
        await console.act("join")
        await hears_only(here.citizen, AGENT, PARTNER)
        assert (await console.act("hold", party="partner")).json()["state"] == "parted"
        await hears_music(far)
        await hears_only(here.citizen, AGENT)
        assert (await console.act("join")).json()["state"] == "joined"
        await hears_only(far, CITIZEN, AGENT)
        assert (await console.act("cancel")).json()["state"] == "talking"
        await far.hung_up()
        await hears_only(here.citizen, AGENT)
        await here.citizen.hangup()


async def test_a_consultation_is_completed_or_cancelled(city: City) -> None:
    async with talking(city) as here:
        console = Console(city)
        await console.consults(here)
        assert (await console.act("cancel")).json()["state"] == "talking"
        await hears_only(here.citizen, AGENT)
        await console.consults(here)
        answer = await console.act("complete", accepted_by="12348")
        assert answer.json()["state"] == "handed-over"
        await hears_only(here.citizen, PARTNER)
        await here.citizen.hangup()


async def test_one_key_and_letting_go_free_the_agent(city: City) -> None:
    for mode in ("one-key", "blind"):
        async with talking(city) as here:
            answer = await Console(city).start("110", mode=mode, consent=True)
            assert answer.status_code == 200, answer.text
            await here.talk.hung_up()
            await hears_only(here.citizen, PARTNER)
            await here.citizen.hangup()
        await city.quiet()


async def test_what_cannot_be_done_is_refused_in_clear_words(city: City) -> None:
    console = Console(city)
    nobody = await console.start()
    assert (nobody.status_code, nobody.json()["type"]) == (404, "urn:hotline:no-such-call")
    async with talking(city, behaviour="ring") as here:
        assert (await console.start("13800000000")).json()["type"] == "urn:hotline:unknown-partner"
        console.call = "nobody-1.1"
        assert (await console.act("join")).status_code == 404
        console.call = ""
        first, second = await asyncio.gather(console.start(), Console(city).start())
        assert sorted((first.status_code, second.status_code)) == [200, 409], (
            first.text,
            second.text,
        )
        assert (await console.start()).json()["type"] == "urn:hotline:illegal-transfer-act"
        assert (await console.act("join")).status_code == 409
        await here.citizen.hangup()
        await here.talk.hung_up()
    await city.quiet()
    assert (await console.act("cancel")).json()["type"] == "urn:hotline:no-such-call"
