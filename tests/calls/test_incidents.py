"""An announcement goes on air while the line is live: the next caller hears it and is counted."""

import asyncio
from datetime import timedelta

import pytest

from core.clock import utc_now
from ivr import incidents
from phones.citizen import Citizen
from tests.calls.announcing import WHO, on_air
from tests.calls.city import City
from tests.calls.ears import listening
from tickets.acts import Actor
from tickets.incidents import service
from tickets.incidents.models import Incident
from tickets.life.facts import Person

pytestmark = pytest.mark.call


def contacts(city: City, incident: Incident) -> list[str]:
    rows = city.query(
        "SELECT caller FROM ticket_contact WHERE ticket_id = %s ORDER BY id", incident.ticket_id
    )
    return [row["caller"] for row in rows]


async def waits(city: City, citizen: Citizen) -> None:
    await citizen.dial()
    await city.waiting("GEN")


async def test_an_announcement_is_heard_by_the_next_caller_who_is_counted_once(city: City) -> None:
    async with city.agent(behaviour="ring"):
        async with on_air(city) as (incident, _), listening(city) as ears:
            async with city.citizen() as citizen:
                await waits(city, citizen)
                await ears.until("greeting-direct")
                await ears.until("news")
                await citizen.press(incident.key)
                await ears.until("incident-counted")
                await citizen.hung_up(20)
            row = await city.row(citizen.number)
            assert (row["outcome"], row["counted_with"]) == ("ivr_served", incident.id)
            async with city.citizen(number=citizen.number) as again:
                await waits(city, again)
                await again.press(incident.key)
                await again.hung_up(20)
            await city.until(
                lambda: (
                    len(city.query("SELECT 1 FROM call WHERE counted_with = %s", incident.id)) == 2
                ),
                "both calls in the ledger",
            )
            assert contacts(city, incident) == [citizen.number]
        # Over: the key means nothing any more, and costs nobody their place.
        async with city.citizen() as later, listening(city) as ears:
            await waits(city, later)
            await later.press("1")
            await asyncio.sleep(1)
            await city.waiting("GEN")
            assert "news" not in ears.heard


async def test_an_announcement_expires_by_itself(city: City) -> None:
    async with on_air(city) as (incident, sessions):
        async with sessions.begin() as session:
            soon = utc_now() + timedelta(seconds=1)
            await service.extend(session, incident.id, soon, Person(WHO, Actor.REVIEWER), "test")
        await incidents.publish(city.settings, sessions)
        await asyncio.sleep(1.2)
        async with listening(city) as ears, city.citizen(to="8212345") as citizen:
            await citizen.dial()
            await ears.until("main-menu")
            assert "news" not in ears.heard


async def test_the_menu_says_it_between_its_greeting_and_its_choices(city: City) -> None:
    async with on_air(city) as (incident, _), listening(city) as ears:
        async with city.citizen(to="8212345") as citizen:
            await citizen.dial()
            await ears.until("greeting")
            await ears.until("news")
            await citizen.press(incident.key)
            await ears.until("incident-counted")
            await citizen.hung_up(20)
        row = await city.row(citizen.number)
        assert (row["outcome"], row["counted_with"]) == ("ivr_served", incident.id)
        assert contacts(city, incident) == [citizen.number]
