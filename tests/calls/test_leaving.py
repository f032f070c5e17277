"""Citizens who do not reach a human, each counted in the one class that says why."""

import pytest

from phones.errors import CallRefusedError
from telephony.ami import Ami
from tests.calls.city import WAITING_IN_TESTS, City

pytestmark = pytest.mark.call


async def test_hanging_up_in_the_greeting_is_a_short_abandon(city: City) -> None:
    async with city.agent("8013", behaviour="ring"), city.citizen() as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.waiting("GEN")
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert row["outcome"] == "abandoned_short"
    assert row["wait_seconds"] < 5


async def test_giving_up_after_more_than_five_seconds_is_an_abandon(city: City) -> None:
    async with city.agent("8013", behaviour="ring"), city.citizen() as citizen:
        await citizen.dial()
        await city.waiting("GEN")
        await city.until(lambda: _waited(city) > 6, "six seconds of waiting")
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["outcome"], row["ended_by"]) == ("abandoned", "caller")


async def test_hanging_up_while_the_agents_phone_rings_frees_the_agent(city: City) -> None:
    async with city.agent("8013", behaviour="ring") as agent, city.citizen() as citizen:
        await citizen.dial()
        ringing = await agent.next_call()
        await citizen.hangup()
        await ringing.hung_up()
    assert (await city.row(citizen.number))["outcome"] == "abandoned_short"


async def test_with_no_agent_signed_in_the_caller_is_told_and_may_hang_up(city: City) -> None:
    async with city.citizen() as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.hears_words(citizen)
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "no_agent_at_join"


async def test_with_no_agent_a_message_can_be_left_and_becomes_a_ticket(city: City) -> None:
    async with city.citizen() as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.hears_words(citizen)
        await citizen.press("2")
        await city.leaves_message(citizen)
        await citizen.hung_up(30)
    row = await city.row(citizen.number)
    assert row["outcome"] == "voicemail"
    assert row["message_seconds"] >= 3


async def test_with_no_agent_a_callback_can_be_ordered(city: City) -> None:
    async with city.citizen() as citizen:
        await citizen.dial()
        await citizen.answered()
        await city.hears_words(citizen)
        await citizen.press("1")
        await citizen.hung_up(30)
    row = await city.row(citizen.number)
    assert (row["outcome"], row["callback_number"]) == ("callback_taken", citizen.number)


async def test_a_queue_time_out_is_no_abandon_though_the_manager_interface_says_so(
    city: City,
) -> None:
    async with (
        city.agent("8013", behaviour="ring"),
        city.citizen() as citizen,
        Ami.of(city.settings, classes="agent") as ami,
    ):
        with ami.events("QueueCallerAbandon", "QueueCallerLeave") as events:
            await citizen.dial()
            await city.waiting("GEN")
            await city.until(
                lambda: "GEN has 0 calls" in city.console("queue show GEN"),
                "the end of the waiting time",
                seconds=WAITING_IN_TESTS + 10,
            )
            told = {(await anext(events)).name for _ in range(2)}
        await citizen.hangup()
    # The manager interface says of a time-out that the caller gave up: nobody is counted by it.
    assert told == {"QueueCallerAbandon", "QueueCallerLeave"}
    assert (await city.row(citizen.number))["outcome"] == "timed_out"


async def test_a_number_that_is_not_ours_is_refused_and_no_arrival(city: City) -> None:
    number = city.fresh_number()
    async with city.citizen(to="99999", number=number) as citizen:
        await citizen.dial()
        with pytest.raises(CallRefusedError):
            await citizen.answered()
    refused = "SELECT call_uid FROM switch_event WHERE kind = 'HL-REFUSED' AND line LIKE %s"
    await city.until(lambda: city.query(refused, f"%{number}%"), "a refusal in the ledger")
    assert city.query("SELECT * FROM call WHERE caller = %s", number) == []
    assert city.query("SELECT * FROM ticket WHERE caller = %s", number) == []


def _waited(city: City) -> int:
    """Longest wait in GEN, in seconds, as the switch shows it."""
    shown = city.console("queue show GEN")
    waits = [
        line.split("wait: ")[1].split(",")[0] for line in shown.splitlines() if "wait: " in line
    ]
    return max((int(m) * 60 + int(s) for m, s in (w.split(":") for w in waits)), default=0)
