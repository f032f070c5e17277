"""A citizen dials and reaches a human: who hears whom, and what is written about it."""

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from phones.tones import tones
from tests.calls.city import AGENT, CITIZEN, SECOND_AGENT, TONES, City

pytestmark = pytest.mark.call


async def test_a_call_reaches_an_agent_and_ends_as_one_ticket_and_one_outcome(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen() as citizen:
        await citizen.dial()
        await citizen.answered()
        talk = await agent.next_call()
        await talk.until_hears({CITIZEN})
        await citizen.until_hears({AGENT})
        assert citizen.hears(TONES, 0.5) == {AGENT}
        assert talk.hears(TONES, 0.5) == {CITIZEN}
        await asyncio.sleep(1)  # a talk, not a slip of the hand
        await talk.hang_up()
        await city.hears_words(citizen)
        await citizen.press("1")
        await citizen.hung_up()
    row = await city.row(citizen.number)
    assert (row["outcome"], row["agent"], row["rating"]) == ("answered", "8013", 1)
    assert row["queue"] == "GEN"
    assert row["ended_by"] is not None
    tickets = city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])
    assert [(t["outcome"], t["first_agent"], t["rating"]) for t in tickets] == [
        ("answered", "8013", 1)
    ]
    assert tickets[0]["number"].startswith("LC")
    assert tickets[0]["query_code"] == row["query_code"]


async def test_the_talk_is_recorded_in_stereo_citizen_left_agent_right(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen() as citizen:
        await citizen.dial()
        talk = await agent.next_call()
        await talk.until_hears({CITIZEN})
        await citizen.until_hears({AGENT})
        await citizen.until_hears({AGENT}, seconds=3)
        await citizen.hangup()
    row = await city.row(citizen.number)

    def recorded() -> list[dict[str, object]]:
        return city.query("SELECT * FROM recording WHERE call_uid = %s", row["uid"])

    await city.until(recorded, "a finished recording")
    path = city.settings.recordings_dir / str(recorded()[0]["path"])
    left, right, rate = _channels(path)
    assert rate == 8000
    assert tones(left, TONES) == {CITIZEN}
    assert AGENT in tones(right, TONES)
    assert CITIZEN not in tones(right, TONES)
    day = row["day"]
    assert str(recorded()[0]["path"]).startswith(f"{day:%Y/%m/%d}/")


async def test_on_hold_the_citizen_hears_music_and_afterwards_the_agent_again(city: City) -> None:
    async with city.agent("8013") as agent, city.citizen() as citizen:
        await citizen.dial()
        talk = await city.talking(citizen, agent)
        await talk.hold()
        await city.until(
            lambda: AGENT not in citizen.hears({AGENT}, 0.5) and citizen.heard_level(0.5) > 50,
            "music on hold",
        )
        await talk.resume()
        await citizen.until_hears({AGENT})
        await citizen.hangup()
    assert (await city.row(citizen.number))["outcome"] == "answered"


async def test_the_citizen_is_told_the_number_of_the_agent_before_the_talk(city: City) -> None:
    async with city.agent("8014", answer_after=0.1) as agent, city.citizen() as citizen:
        await citizen.dial()
        talk = await agent.next_call()
        await talk.answered()
        await city.until(
            lambda: citizen.heard_level(0.3) > 200 and not citizen.hears({AGENT}, 0.3),
            "an announcement before the agent's voice",
            seconds=4,
        )
        await citizen.until_hears({AGENT}, seconds=8)
        await citizen.hangup()
    assert (await city.row(citizen.number))["agent"] == "8014"


async def test_the_first_agent_refuses_and_the_next_one_gets_the_call(city: City) -> None:
    async with (
        city.agent("8013", behaviour="reject") as refusing,
        city.agent("8014", tone=SECOND_AGENT) as willing,
        city.citizen() as citizen,
    ):
        await citizen.dial()
        await city.talking(citizen, willing, SECOND_AGENT)
        await citizen.hangup()
        del refusing
    row = await city.row(citizen.number)
    assert (row["outcome"], row["agent"], row["queue_visits"]) == ("answered", "8014", 1)


async def test_a_phone_that_vanishes_frees_its_agent_and_returns_the_caller_to_another(
    city: City,
) -> None:
    async with (
        city.agent("8015") as vanishing,
        city.agent("8016", tone=SECOND_AGENT) as other,
        city.citizen() as citizen,
    ):
        city.console("queue pause member PJSIP/8016")
        await citizen.dial()
        await city.talking(citizen, vanishing)
        city.console("queue unpause member PJSIP/8016")
        vanishing.vanish()
        await city.talking(citizen, other, SECOND_AGENT)
        await city.until(lambda: "PJSIP/8015" not in city.channels(), "an agent that is free again")
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert row["outcome"] == "answered"
    assert len(city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])) == 1


async def test_an_agent_who_hangs_up_before_the_first_word_has_not_answered(city: City) -> None:
    async with (
        city.agent("8013") as hasty,
        city.agent("8014", tone=SECOND_AGENT) as patient,
        city.citizen() as citizen,
    ):
        city.console("queue pause member PJSIP/8014")
        await citizen.dial()
        talk = await hasty.next_call()
        await talk.answered()
        await city.hears_words(citizen)
        city.console("queue pause member PJSIP/8013")
        city.console("queue unpause member PJSIP/8014")
        await talk.hang_up()
        await city.talking(citizen, patient, SECOND_AGENT)
        await citizen.hangup()
    row = await city.row(citizen.number)
    assert (row["outcome"], row["agent"]) == ("answered", "8014")
    assert len(city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])) == 1


async def test_two_calls_from_one_number_are_two_calls_with_two_tickets(city: City) -> None:
    number = city.fresh_number()
    async with (
        city.agent("8013") as first,
        city.agent("8014") as second,
        city.citizen(number=number) as one,
        city.citizen(number=number) as other,
    ):
        await one.dial()
        await other.dial()
        await first.next_call()
        await second.next_call()
        await one.until_hears({AGENT})
        await other.until_hears({AGENT})
        await one.hangup()
        await other.hangup()
    await city.until(
        lambda: len(_ended(city, number)) == 2,
        "two finished calls",
    )
    assert {row["outcome"] for row in _ended(city, number)} == {"answered"}
    assert len(city.query("SELECT * FROM ticket WHERE caller = %s", number)) == 2


async def test_an_agent_signs_in_and_out_by_dialling(city: City) -> None:
    async with city.agent("8016") as agent:
        city.sign("8016", "out")
        await agent.dial("*11").hung_up(15)
        assert "8016" in city.console("queue show GEN")
        await agent.dial("*12").hung_up(15)
        assert "8016" not in city.console("queue show GEN")


def _ended(city: City, number: str) -> list[dict[str, object]]:
    return city.query("SELECT * FROM call WHERE caller = %s AND outcome IS NOT NULL", number)


def _channels(path: Path) -> tuple[np.ndarray, np.ndarray, int]:
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        return samples[0::2], samples[1::2], file.getframerate()
