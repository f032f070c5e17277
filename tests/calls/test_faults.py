"""Whatever of ours breaks, the citizen reaches a human and the call is counted once."""

import asyncio
import os
import signal

import pytest

from stack.supervisor import Supervisor
from tests.calls.city import AGENT, CITIZEN, SECOND_AGENT, City

pytestmark = pytest.mark.call


async def _is_answered(city: City, within: float) -> dict[str, object]:
    async with city.agent("8013") as agent, city.citizen() as citizen:
        await citizen.dial()
        talk = await agent.next_call(within)
        await talk.until_hears({CITIZEN}, seconds=8)
        await citizen.until_hears({AGENT}, seconds=8)
        await citizen.hangup()
    return await city.row(citizen.number)


async def test_with_the_agi_server_down_the_caller_still_reaches_a_human(city: City) -> None:
    with city.stopped("agi"):
        row = await _is_answered(city, within=15)
    assert row["outcome"] == "answered"
    assert row["survival"]
    assert len(city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])) == 1


async def test_an_agi_server_that_accepts_and_says_nothing_costs_less_than_three_seconds(
    city: City,
) -> None:
    with city.frozen("agi"):
        row = await _is_answered(city, within=18)
    assert (row["outcome"], row["survival"]) == ("answered", "SILENT")


async def test_a_hasty_agent_loses_no_caller_while_the_agi_server_is_down(city: City) -> None:
    with city.stopped("agi"):
        async with (
            city.agent("8013") as hasty,
            city.agent("8014", tone=SECOND_AGENT) as patient,
            city.citizen() as citizen,
        ):
            city.console("queue pause member PJSIP/8014")
            await citizen.dial()
            talk = await hasty.next_call(15)
            await talk.answered()
            await city.hears_words(citizen)
            city.console("queue pause member PJSIP/8013")
            city.console("queue unpause member PJSIP/8014")
            await talk.hang_up()
            await city.talking(citizen, patient, SECOND_AGENT)
            await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "answered"


async def test_with_the_survival_script_gone_too_the_general_queue_takes_the_caller(
    city: City,
) -> None:
    kit = city.settings.home / "survival"
    hidden = kit.with_name("survival.hidden")
    kit.rename(hidden)
    try:
        with city.stopped("agi"):
            row = await _is_answered(city, within=8)
    finally:
        hidden.rename(kit)
    assert row["outcome"] == "answered"


async def test_an_agi_server_killed_in_mid_menu_hands_the_caller_to_a_human(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen("8212345") as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.hears_words(citizen)
        city.kill("agi")
        await city.talking(citizen, agent)
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["outcome"], bool(row["survival"])) == ("answered", True)


async def test_every_process_of_ours_killed_in_queue_and_talk_disturbs_nobody(city: City) -> None:
    async with city.agent("8013", answer_after=4) as agent, city.citizen() as citizen:
        await citizen.dial()
        await city.waiting("GEN")
        for program in ("agi", "ledger", "live", "jobs", "api"):
            city.kill(program)
        talk = await city.talking(citizen, agent)
        for program in ("agi", "ledger", "live", "jobs", "api"):
            city.kill(program)
        await talk.until_hears({CITIZEN})
        await citizen.until_hears({AGENT})
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["outcome"], row["agent"]) == ("answered", "8013")


async def test_a_call_that_came_and_went_while_all_of_ours_was_down_is_complete_afterwards(
    city: City,
) -> None:
    ours = ("agi", "ledger", "live", "jobs", "api")
    supervisor = Supervisor(city.settings)
    for program in ours:
        supervisor.stop(program)
    try:
        async with city.agent("8013") as agent, city.citizen() as citizen:
            await citizen.dial()
            talk = await city.talking(citizen, agent)
            await asyncio.sleep(1)  # a talk, not a slip of the hand
            await talk.hang_up()
            await citizen.hung_up()
    finally:
        supervisor.start(*ours)
    row = await city.row(citizen.number, seconds=30)
    assert (row["outcome"], row["agent"]) == ("answered", "8013")
    assert len(city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])) == 1


async def test_calls_go_on_while_the_database_is_away_and_are_written_afterwards(
    city: City,
) -> None:
    async with city.agent("8013") as agent, city.citizen() as citizen:
        with city.stopped("postgres"):
            await citizen.dial()
            await city.talking(citizen, agent)
            await citizen.hangup()
    row = await city.row(citizen.number, seconds=40)
    assert (row["outcome"], row["survival"]) == ("answered", None)


async def test_losing_all_of_redis_loses_nothing(city: City) -> None:
    with city.stopped("redis"):
        row = await _is_answered(city, within=15)
    assert (row["outcome"], row["survival"]) == ("answered", None)


async def test_callers_of_a_switch_that_died_are_counted_once_and_nobody_is_left_open(
    city: City,
) -> None:
    async with (
        city.agent("8013") as agent,
        city.citizen() as talking,
        city.citizen() as waiting,
    ):
        await talking.dial()
        await city.talking(talking, agent)
        await waiting.dial()
        await city.waiting("GEN")
        os.kill(city.pids("asterisk")[0], signal.SIGKILL)
        await city.until(
            lambda: "System uptime" in city.console("core show uptime"), "a new switch"
        )
        agent.vanish()
        talking.vanish()
        waiting.vanish()
    talked = await city.row(talking.number, seconds=30)
    waited = await city.row(waiting.number, seconds=30)
    assert (talked["outcome"], talked["orphaned"]) == ("answered", True)
    assert (waited["outcome"], waited["orphaned"]) == ("technical_failure", True)


async def test_a_port_scan_of_the_agi_port_costs_no_call(city: City) -> None:
    async def scan() -> None:
        for _ in range(300):
            _, writer = await asyncio.open_connection("127.0.0.1", city.settings.agi_port)
            writer.close()

    silent = [
        await asyncio.open_connection("127.0.0.1", city.settings.agi_port) for _ in range(100)
    ]
    scanning = asyncio.create_task(scan())
    row = await _is_answered(city, within=15)
    await scanning
    for _, writer in silent:
        writer.close()
    assert (row["outcome"], row["survival"]) == ("answered", None)
