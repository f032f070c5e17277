"""An agent's phone says who they are and what they want, and the switch keeps to it by itself."""

from contextlib import ExitStack

import pytest

from phones.agent import Agent
from phones.callee import Behaviour
from tests.calls.city import City

pytestmark = pytest.mark.call

OURS = ("agi", "ledger", "live", "jobs", "api")


def members(city: City, queue: str = "GEN") -> str:
    return city.console(f"queue show {queue}")


def history(city: City, agent: str) -> list[tuple[str, str, str]]:
    rows = city.query(
        "SELECT change, cause, reason FROM agent_event WHERE agent = %s AND change IN"
        " ('sign-in', 'sign-out', 'break', 'available', 'wrap-up-longer', 'unreachable',"
        " 'reachable') ORDER BY at, file_id, pos",
        agent,
    )
    return [(row["change"], row["cause"], row["reason"]) for row in rows]


async def dial(agent: Agent, code: str) -> None:
    await agent.dial(code).hung_up(15)


async def test_the_phone_codes_work_with_every_process_of_ours_dead_and_are_told_afterwards(
    city: City,
) -> None:
    async with city.agent("8016") as agent:
        city.sign("8016", "out")
        with ExitStack() as away:
            for program in OURS:
                away.enter_context(city.stopped(program))
            await dial(agent, "*11")
            assert "8016" in members(city)
            await dial(agent, "*132")
            assert "paused:meal" in members(city)
            await dial(agent, "*14")
            assert "paused" not in members(city)
            await dial(agent, "*12")
            assert "8016" not in members(city)
        acts = [
            ("sign-in", "phone", ""),
            ("break", "phone", "meal"),
            ("available", "phone", ""),
            ("sign-out", "phone", ""),
        ]
        await city.until(lambda: history(city, "8016")[-4:] == acts, "a history of the codes")


async def test_a_code_that_means_nothing_and_a_break_of_nobody_change_nothing(city: City) -> None:
    async with city.agent("8016") as agent:
        await dial(agent, "*139")
        assert "paused" not in members(city)
        city.sign("8016", "out")
        await dial(agent, "*131")
        assert "8016" not in members(city)


async def test_missed_rings_pause_the_agent_with_that_reason_until_they_say_they_are_there(
    city: City,
) -> None:
    async with city.agent("8014", behaviour="reject") as agent, city.citizen() as citizen:
        await citizen.dial()
        await city.until(lambda: "paused:missed-rings" in members(city), "a pause")
        assert len(agent.calls) == city.settings.missed_rings
        agent.behaviour = Behaviour.ANSWER
        await dial(agent, "*14")
        assert "paused" not in members(city)
        await city.talking(citizen, agent)
        await citizen.hangup()
    rows = await city.row(citizen.number)
    assert (rows["outcome"], rows["agent"]) == ("answered", "8014")
    told = ("break", "missed-rings", "missed-rings")
    await city.until(lambda: told in history(city, "8014"), "its record")


async def test_an_answered_call_forgives_the_rings_missed_before(city: City) -> None:
    async with city.agent("8014") as agent:
        # Two missed, one answered, two missed, one answered.
        agent.refusal_of = lambda call: None if len(agent.calls) % 3 == 2 else 603  # type: ignore[method-assign]
        for _ in range(2):
            async with city.citizen() as citizen:
                await citizen.dial()
                await city.talking(citizen, agent)
                await citizen.hangup()
                await city.quiet()
        assert len(agent.calls) == 6
        assert "paused" not in members(city)


async def test_more_time_after_a_talk_is_ended_by_the_switch_itself_and_refused_without_one(
    city: City,
) -> None:
    async with city.agent("8014") as agent:
        await dial(agent, "*14")  # nothing is known of earlier talks
        await dial(agent, "*15")
        assert "paused" not in members(city)
        async with city.citizen() as citizen:
            await citizen.dial()
            await city.talking(citizen, agent)
            await citizen.hangup()
        await city.until(
            lambda: "wrap-until" in city.console("database show agents/8014"), "the end of a talk"
        )
        city.console("database put agents/8014 wrap-until 9999999999")
        await dial(agent, "*15")
        assert "paused:wrap-up" in members(city)
        # As a switch that starts anew does with those it can no longer time.
        city.console("channel originate Local/at-start@agent-wrap-up/n application Wait 1")
        await city.until(lambda: "paused" not in members(city), "an end of the wrap-up")
    await city.until(lambda: ("available", "time", "") in history(city, "8014"), "its record")


async def test_a_phone_that_vanishes_is_known_to_be_gone_within_fifteen_seconds_and_comes_back(
    city: City,
) -> None:
    async with city.agent("8015") as vanishing, city.citizen() as citizen:
        vanishing.vanish()
        await city.until(lambda: "Unavailable" in members(city), "a phone known to be gone", 15)
        await citizen.dial()
        # Nobody is there: no ghost is rung, and the caller is told.
        await city.until(lambda: _turned_away(city, citizen.number), "no agent")
        async with city.agent("8015") as back:
            await city.until(lambda: "Unavailable" not in members(city), "the phone again")
            assert "8015" in members(city)
            del back
        await citizen.hangup()
    told = ("unreachable", "switch", "")
    await city.until(lambda: told in history(city, "8015"), "its record")


async def test_a_second_phone_under_the_same_number_replaces_the_first(city: City) -> None:
    async with city.agent("8016") as first, city.agent("8016") as second, city.citizen() as citizen:
        assert city.console("pjsip show aor 8016").count("Contact:  8016/") == 1
        await citizen.dial()
        await second.next_call(10)
        assert not first.calls
        await citizen.hangup()


def _turned_away(city: City, number: str | bytes) -> bool:
    rows = city.query(
        "SELECT e.line FROM switch_event e JOIN call c ON c.uid = e.call_uid WHERE c.caller = %s"
        " AND e.kind = 'HL-QUEUE-LEFT'",
        number,
    )
    ends = " ".join(row["line"] for row in rows)
    return "UNAVAIL" in ends or "EMPTY" in ends
