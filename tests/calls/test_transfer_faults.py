"""A caller is never lost in a transfer, whatever breaks meanwhile and whoever leaves first; what we
wrote down of it is what the switch wrote."""

import asyncio
import csv
import json
from typing import Any

import pytest

from phones.callee import Behaviour
from tests.calls.city import AGENT, CITIZEN, PARTNER, SECOND_AGENT, City
from tests.calls.handover import (
    BLIND,
    CONSULT,
    ONE_KEY,
    Handover,
    hears_music,
    hears_only,
    talking,
)

pytestmark = pytest.mark.call

NOBODY = ("12345678",)  # no partner's phone listens: their trunk is down


def met(city: City, uid: str) -> list[tuple[float, float]]:
    """When citizen and partner were in one bridge, by nothing but the switch's own lines."""
    lines = city.query(
        "SELECT line FROM switch_event WHERE call_uid = %s AND kind LIKE 'BRIDGE_%%'"
        " ORDER BY at, pos",
        uid,
    )
    here: dict[str, dict[str, str]] = {}
    found: list[tuple[float, float]] = []
    began: dict[str, float] = {}
    for at, kind, leg, _, channel, *rest in csv.reader(one["line"] for one in lines):
        bridge = json.loads(rest[-1])["bridge_id"]
        members = here.setdefault(bridge, {})
        if kind == "BRIDGE_ENTER":
            members[leg] = channel
        else:
            members.pop(leg, None)
        both = uid in members and any(
            name.startswith(("PJSIP/demo-", "Local/")) for name in members.values()
        )
        if both:
            began.setdefault(bridge, float(at))
        elif bridge in began:
            found.append((began.pop(bridge), float(at)))
    return found


async def settled(city: City, here: Handover) -> dict[str, Any]:
    """The call's row; one arrival, one ticket, and what it says of transfers is what the switch
    says: whether the two met."""
    row = await city.row(here.citizen.number, 40)
    arrivals = city.query(
        "SELECT 1 FROM switch_event WHERE call_uid = %s AND kind = 'HL-ARRIVED'", row["uid"]
    )
    tickets = city.query("SELECT 1 FROM ticket WHERE call_uid = %s", row["uid"])
    assert (len(arrivals), len(tickets)) == (1, 1)
    joined = [one for one in row["parties"]["transfers"] if one["joined"]]
    together = sum(end - start for start, end in met(city, row["uid"]))
    assert bool(joined) == (together > 0.05), (joined, together)
    return row


def outcomes(row: dict[str, Any]) -> list[str]:
    return [one["outcome"] for one in row["parties"]["transfers"]]


@pytest.mark.parametrize("keys", [ONE_KEY + "12348", BLIND + "12348"])
async def test_with_the_partners_trunk_down_the_agent_has_the_caller_back(
    city: City, keys: str
) -> None:
    async with talking(city, NOBODY) as here:
        await here.press(keys)
        await hears_music(here.citizen)
        await hears_only(here.citizen, AGENT, seconds=15)
        await here.citizen.hangup()
        row = await settled(city, here)
    assert outcomes(row)[0] in ("no-answer", "unreachable")


@pytest.mark.parametrize("keys", [ONE_KEY + "12348", BLIND + "12348"])
async def test_a_citizen_who_gives_up_while_it_rings_leaves_nobody_ringing(
    city: City, keys: str
) -> None:
    async with talking(city, behaviour=Behaviour.RING) as here:
        await here.press(keys)
        await here.partner.next_call()
        await here.citizen.hangup()
        if keys.startswith("*"):
            await here.talk.hang_up()
        await city.quiet()
        row = await settled(city, here)
    assert set(outcomes(row)) <= {"caller-hung-up", "cancelled", "no-answer"}
    assert row["outcome"] == "answered"


async def test_a_phone_that_dies_among_three_leaves_the_other_two_together(city: City) -> None:
    async with talking(city) as here:
        far = await here.all_three()
        here.agent.vanish()
        await hears_only(here.citizen, PARTNER, seconds=25)
        await hears_only(far, CITIZEN)
        await here.citizen.hangup()
        assert outcomes(await settled(city, here)) == ["accepted"]


async def test_a_phone_that_dies_while_it_rings_leaves_the_caller_to_another_agent(
    city: City,
) -> None:
    async with (
        talking(city, behaviour=Behaviour.RING) as here,
        city.agent("8014", tone=SECOND_AGENT),
    ):
        await here.press(CONSULT + "12348")
        await here.partner.next_call()
        here.agent.vanish()
        await hears_only(here.citizen, SECOND_AGENT, seconds=30)
        await here.citizen.hangup()
        assert outcomes(await settled(city, here)) == ["no-answer"]


async def test_a_partner_who_hangs_up_after_it_was_handed_over_ends_it_as_a_talk(
    city: City,
) -> None:
    async with talking(city) as here:
        await here.press(BLIND + "12348")
        await hears_only(here.citizen, PARTNER, seconds=12)
        await here.talk.hung_up()
        await here.partner.calls[-1].hang_up()
        await city.hears_words(here.citizen)
        await here.citizen.hangup()
        assert outcomes(await settled(city, here)) == ["accepted"]


async def test_a_line_that_is_not_staffed_now_is_not_rung_and_the_agent_hears_why(
    city: City,
) -> None:
    async with talking(city, ("96305",)) as here:
        await here.press(CONSULT + "991")
        await asyncio.sleep(1)
        await hears_only(here.citizen, AGENT)
        assert here.partner.calls == []
        await here.citizen.hangup()
        assert outcomes(await settled(city, here)) == ["closed"]


async def test_a_line_that_is_full_is_not_rung_again(city: City) -> None:
    async with talking(city, ("96306",)) as here:
        await here.press(ONE_KEY + "992")
        await hears_only(here.citizen, PARTNER)
        async with city.citizen() as second:
            await second.dial()
            talk = await city.talking(second, here.agent)
            await talk.press(CONSULT + "992", length=0.1, gap=0.08)
            await hears_music(second)
            await hears_only(second, AGENT)
            assert len(here.partner.calls) == 1
            await second.hangup()
            row = await city.row(second.number)
            assert outcomes(row) == ["full"]
        await here.citizen.hangup()
