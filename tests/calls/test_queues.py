"""Which queue, in which order, by whom: skills that relax, overflow, weights, one's own agent."""

import asyncio
import re

import pytest

from phones.agent import Agent
from phones.citizen import Citizen
from tests.calls.city import ENGLISH, LAW, POLICE, SECOND_AGENT, City

pytestmark = pytest.mark.call

WORDS = re.compile(r"\b[A-Z0-9]+\b")
NAMES = ("GEN", "LAW", "EN", "P110")


async def sign(agent: Agent, code: str) -> None:
    """Sign in or out as agents do, with the skills of agents.toml."""
    await agent.dial(code).hung_up(15)


async def leaves(city: City, *citizens: Citizen) -> None:
    for citizen in citizens:
        await citizen.hangup()
    await city.quiet()


def queues_of(city: City, call: str) -> list[str]:
    rows = city.query(
        "SELECT line FROM switch_event WHERE call_uid = %s AND kind = 'HL-QUEUE' ORDER BY at", call
    )
    words = (WORDS.findall(row["line"]) for row in rows)
    return [next(word for word in line if word in NAMES) for line in words]


async def test_a_repeat_caller_is_offered_to_the_agent_who_served_them_if_that_one_is_free(
    city: City,
) -> None:
    number = city.fresh_number()
    async with city.agent("8013") as one, city.agent("8014", tone=SECOND_AGENT) as other:
        await sign(one, "*11")
        await sign(other, "*11")
        city.console("queue pause member PJSIP/8014")
        async with city.citizen(number=number) as citizen:
            await citizen.dial()
            await city.talking(citizen, one)
            await leaves(city, citizen)
        city.console("queue unpause member PJSIP/8014")
        for _ in range(2):
            async with city.citizen(number=number) as citizen:
                await citizen.dial()
                await city.talking(citizen, one)
                await leaves(city, citizen)
        assert not other.calls
        # Busy, they are not waited for: everybody else is there.
        city.console("queue pause member PJSIP/8013")
        async with city.citizen(number=number) as citizen:
            await citizen.dial()
            await city.talking(citizen, other, SECOND_AGENT)
            await leaves(city, citizen)
        await sign(one, "*12")
        await sign(other, "*12")
    row = await city.row(number)
    assert (row["outcome"], row["queue"], row["queue_visits"]) == ("answered", "GEN", 1)


async def test_a_queue_rings_its_best_seats_first_and_others_later(city: City) -> None:
    async with city.agent("8013") as fair, city.agent("8015") as fluent:
        await sign(fair, "*11")
        await sign(fluent, "*11")
        city.console("queue pause member PJSIP/8015")
        async with city.citizen(ENGLISH) as citizen:
            await citizen.dial()
            await city.talking(citizen, fair)
            await leaves(city, citizen)
        await sign(fair, "*12")
        await sign(fluent, "*12")
    row = await city.row(citizen.number)
    assert row["outcome"] == "answered"
    assert row["wait_seconds"] > 4


async def test_where_none_of_the_best_seats_is_there_everybody_may_answer_at_once(
    city: City,
) -> None:
    async with city.agent("8013") as fair:
        await sign(fair, "*11")
        async with city.citizen(ENGLISH) as citizen:
            await citizen.dial()
            await city.talking(citizen, fair)
            await leaves(city, citizen)
        await sign(fair, "*12")
    row = await city.row(citizen.number)
    assert (row["outcome"], row["queue"], row["queue_visits"]) == ("answered", "EN", 1)


async def test_another_queue_takes_over_whom_this_one_could_not_serve(city: City) -> None:
    async with city.agent("8013") as anybody, city.agent("8016") as lawyer:
        await sign(anybody, "*11")
        await sign(lawyer, "*11")
        city.console("queue pause member PJSIP/8016")
        async with city.citizen(LAW) as citizen:
            await citizen.dial()
            await city.talking(citizen, anybody)
            await leaves(city, citizen)
        # Nobody at all: not even the time is waited for.
        await sign(lawyer, "*12")
        async with city.citizen(LAW) as second:
            await second.dial()
            await city.talking(second, anybody)
            await leaves(city, second)
        await sign(anybody, "*12")
    row = await city.row(citizen.number)
    assert (row["outcome"], row["queue"], row["agent"]) == ("answered", "GEN", "8013")
    assert queues_of(city, row["uid"]) == ["LAW", "GEN"]
    assert row["wait_seconds"] > 5
    assert queues_of(city, (await city.row(second.number))["uid"]) == ["LAW", "GEN"]


async def test_whom_110_hands_over_comes_before_those_who_waited_longer(city: City) -> None:
    async with city.agent("8013") as agent:
        await sign(agent, "*11")
        await sign(agent, "*131")
        async with city.citizen() as patient, city.citizen(POLICE) as urgent:
            await patient.dial()
            await city.waiting()
            await urgent.dial()
            await city.waiting("P110")
            city.console("queue unpause member PJSIP/8013")
            await city.talking(urgent, agent)
            await leaves(city, urgent, patient)
        await sign(agent, "*12")
    assert (await city.row(urgent.number))["queue"] == "P110"


async def test_between_queues_the_longest_waiting_caller_comes_first(city: City) -> None:
    async with city.agent("8014") as agent:
        await sign(agent, "*11")
        await sign(agent, "*131")
        async with city.citizen(LAW) as first, city.citizen() as second:
            await first.dial()
            await city.waiting("LAW")
            await asyncio.sleep(1.1)  # the switch compares whole seconds
            await second.dial()
            await city.waiting()
            city.console("queue unpause member PJSIP/8014")
            await city.talking(first, agent)
            await leaves(city, first, second)
        await sign(agent, "*12")


async def test_two_seats_that_answer_in_the_same_instant_leave_the_caller_with_one(
    city: City,
) -> None:
    async with (
        city.agent("8013", answer_after=0.5) as one,
        city.agent("8014", answer_after=0.5, tone=SECOND_AGENT) as other,
    ):
        await sign(one, "*11")
        await sign(other, "*11")
        async with city.citizen(POLICE) as citizen:
            await citizen.dial()
            await city.until(lambda: one.calls and other.calls, "both seats ringing")
            await city.until(lambda: len(_legs(city)) == 1, "one seat left")
            await leaves(city, citizen)
        await sign(one, "*12")
        await sign(other, "*12")
    row = await city.row(citizen.number)
    assert row["outcome"] == "answered"
    lines = city.query(
        "SELECT kind FROM switch_event WHERE call_uid = %s AND kind = 'CONNECT'", row["uid"]
    )
    assert len(lines) == 1
    assert len(city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])) == 1


async def test_a_phone_switched_off_while_it_rings_costs_the_caller_one_ring_and_no_place(
    city: City,
) -> None:
    async with (
        city.agent("8015", behaviour="ring") as dying,
        city.agent("8016", tone=SECOND_AGENT) as other,
    ):
        city.console("queue pause member PJSIP/8016")
        async with city.citizen() as citizen:
            await citizen.dial()
            await dying.next_call(10)
            dying.vanish()
            city.console("queue unpause member PJSIP/8016")
            await city.talking(citizen, other, SECOND_AGENT)
            await city.until(lambda: "PJSIP/8015" not in city.channels(), "no ghost of a ring")
            await leaves(city, citizen)
    row = await city.row(citizen.number)
    assert (row["outcome"], row["agent"], row["queue_visits"]) == ("answered", "8016", 1)


async def test_a_member_added_twice_is_rung_once(city: City) -> None:
    async with city.agent("8013") as agent:
        city.sign("8013", "in")
        await sign(agent, "*11")
        assert city.console("queue show GEN").count("PJSIP/8013") == 1
        async with city.citizen() as citizen:
            await citizen.dial()
            await city.talking(citizen, agent)
            assert len(agent.calls) == 1
            await leaves(city, citizen)
        await sign(agent, "*12")


async def test_a_switch_that_starts_anew_in_mid_queue_keeps_agents_as_they_were(
    city: City,
) -> None:
    async with city.agent("8013") as available, city.agent("8014") as resting:
        await sign(available, "*11")
        await sign(resting, "*11")
        await sign(resting, "*132")
        city.console("queue pause member PJSIP/8013")
        async with city.citizen() as lost:
            await lost.dial()
            await city.waiting()
            city.kill("asterisk")
        await city.well()
        members = city.console("queue show GEN")
        assert "paused:meal" in members
        assert members.count("PJSIP/801") == 2
        await sign(available, "*14")
        async with city.citizen() as citizen:
            await citizen.dial()
            await city.talking(citizen, available)
            await leaves(city, citizen)
        assert not resting.calls
        await sign(available, "*12")
        await sign(resting, "*12")
    assert (await city.row(lost.number, 40))["outcome"] == "technical_failure"


def _legs(city: City) -> list[str]:
    lines = city.channels().splitlines()
    return [line for line in lines if line.startswith(("PJSIP/8013-", "PJSIP/8014-"))]


async def test_a_reload_in_mid_queue_moves_nobody_and_forgets_nobodys_last_talk(city: City) -> None:
    async with city.agent("8013") as agent:
        async with city.citizen() as served:
            await served.dial()
            await city.talking(served, agent)
            await leaves(city, served)
        city.console("queue pause member PJSIP/8013")
        async with city.citizen() as first, city.citizen() as second:
            await first.dial()
            await city.waiting("GEN", 1)
            await second.dial()
            await city.waiting("GEN", 2)
            before = standing(city)
            city.console("module reload app_queue.so")
            assert standing(city) == before
            assert "has taken 1 calls" in city.console("queue show GEN")
            city.console("queue unpause member PJSIP/8013")
            await city.talking(first, agent)
            await first.hangup()
            await city.talking(second, agent)
            await leaves(city, second)


def standing(city: City) -> list[str]:
    """Channels that wait in the general queue, in order."""
    shown = city.console("queue show GEN").splitlines()
    return [line.split()[1] for line in shown if "wait:" in line]
