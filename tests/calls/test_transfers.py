"""An agent hands a citizen over to a partner line, by the keys of their phone."""

import asyncio
import wave
from typing import Any

import numpy as np
import pytest

from phones.callee import Behaviour
from phones.tones import tones
from tests.calls.city import AGENT, CITIZEN, PARTNER, SECOND_AGENT, TONES, City
from tests.calls.handover import (
    BACK,
    BLIND,
    CONSULT,
    HAND_OVER,
    ONE_KEY,
    SWAP,
    hears_music,
    hears_only,
    talking,
)

pytestmark = pytest.mark.call


async def test_the_agent_speaks_to_the_partner_first_and_then_hands_over(city: City) -> None:
    async with talking(city) as here:
        far = await here.consults()
        await here.press(HAND_OVER)
        await here.talk.hung_up()
        await hears_only(here.citizen, PARTNER)
        await hears_only(far, CITIZEN)
        await far.hang_up()
        await city.hears_words(here.citizen)
        await here.citizen.hangup()
    row = await city.row(here.citizen.number)
    assert (row["outcome"], row["agent"], row["queue_visits"]) == ("answered", "8013", 1)
    assert len(city.query("SELECT * FROM ticket WHERE call_uid = %s", row["uid"])) == 1
    (attempt,) = row["parties"]["transfers"]
    assert (attempt["partner"], attempt["how"], attempt["outcome"]) == (
        "12348", "consult", "accepted"
    )  # fmt: skip
    assert attempt["asked"] < attempt["answered"] < attempt["joined"] < attempt["left"]
    assert attempt["actor"] is None


@pytest.mark.parametrize("leaving", ["by-key", "out-of-three"])
async def test_the_recording_goes_on_over_every_leg_and_says_who_is_heard_when(
    city: City, leaving: str
) -> None:
    async with talking(city) as here:
        await asyncio.sleep(1)
        if leaving == "by-key":
            await here.consults()
            await here.press(HAND_OVER)
        else:
            await here.all_three()
            await here.talk.hang_up()
        await hears_only(here.citizen, PARTNER)
        await asyncio.sleep(1)
        await here.citizen.hangup()
    row = await city.row(here.citizen.number)

    def recorded() -> list[dict[str, Any]]:
        return city.query("SELECT * FROM recording WHERE call_uid = %s", row["uid"])

    await city.until(recorded, "a finished recording")
    (recording,) = recorded()
    with wave.open(str(city.settings.recordings_dir / recording["path"])) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    left, right = samples[0::2], samples[1::2]
    first, music, *_, last = recording["segments"]
    assert [s["with"] for s in (first, music, last)] == [["agent 8013"], [], ["partner 12348"]]
    assert tones(right[_samples(first["from"] + 0.3)], TONES) == {AGENT}
    assert tones(right[_samples(music["to"] - 0.3)], TONES) == set()
    assert tones(right[_samples(last["from"] + 0.3)], TONES) == {PARTNER}
    assert tones(right[_samples(last["to"] - 0.5)], TONES) == {PARTNER}
    assert tones(left[_samples(last["to"] - 0.5)], TONES) == {CITIZEN}
    assert abs(last["to"] - recording["seconds"]) < 0.5
    assert not list((city.settings.spool_dir / "legs").glob(f"{row['uid']}+*"))


def _samples(second: float) -> slice:
    """A quarter of a second of a recording, from a second on."""
    return slice(int(second * 8000), int(second * 8000) + 2000)


async def test_when_the_agent_leaves_the_three_the_others_go_on(city: City) -> None:
    async with talking(city) as here:
        far = await here.all_three()
        await here.talk.hang_up()
        await hears_only(here.citizen, PARTNER)
        await hears_only(far, CITIZEN)
        await here.citizen.hangup()
        await far.hung_up()
    row = await city.row(here.citizen.number)
    # The queue's own log knows nothing of the third, nor that the talk went on without the agent.
    kinds = (
        "SELECT e.kind FROM switch_event e JOIN switch_file f ON f.id = e.file_id"
        " WHERE f.stream = 'queue_log' AND e.call_uid = %s ORDER BY e.pos"
    )
    assert [one["kind"] for one in city.query(kinds, row["uid"])][-1] == "COMPLETEAGENT"
    (attempt,) = row["parties"]["transfers"]
    assert (row["outcome"], row["agent"], attempt["outcome"]) == ("answered", "8013", "accepted")
    assert row["talk_seconds"] < (row["ended_at"] - row["answered_at"]).total_seconds()


async def test_when_the_partner_leaves_the_three_the_others_go_on(city: City) -> None:
    async with talking(city) as here:
        far = await here.all_three()
        await far.hang_up()
        await hears_only(here.citizen, AGENT)
        await hears_only(here.talk, CITIZEN)
        await here.talk.hang_up()
        await city.hears_words(here.citizen)
        await here.citizen.hangup()


async def test_when_the_citizen_leaves_the_three_the_others_go_on(city: City) -> None:
    async with talking(city) as here:
        far = await here.all_three()
        await here.citizen.hangup()
        await hears_only(here.talk, PARTNER)
        await hears_only(far, AGENT)
        await far.hang_up()
        await here.talk.hung_up()


@pytest.mark.parametrize(
    ("behaviour", "keys"), [("ring", "12348"), ("busy", "110"), ("reject", "110")]
)
async def test_when_the_partner_does_not_take_the_call_the_agent_is_back(
    city: City, behaviour: str, keys: str
) -> None:
    async with talking(city, behaviour=behaviour) as here:
        await here.press(CONSULT + keys)
        await hears_music(here.citizen)
        await hears_only(here.citizen, AGENT)
        await hears_only(here.talk, CITIZEN)
        await here.citizen.hangup()


async def test_the_spare_number_takes_the_call_when_the_main_one_does_not(city: City) -> None:
    async with talking(city, ("1101",)) as here:
        await here.consults("110")
        await here.talk.hang_up()
        await hears_only(here.citizen, PARTNER)
        await here.citizen.hangup()


async def test_with_one_key_the_agent_is_free_as_soon_as_the_partner_answers(city: City) -> None:
    async with talking(city, answer_after=1.5) as here:
        await here.press(ONE_KEY + "110")
        await here.partner.next_call()
        await hears_music(here.citizen)
        await here.talk.hung_up()
        await hears_only(here.citizen, PARTNER)
        await here.citizen.hangup()


async def test_with_one_key_the_agent_is_back_when_the_partner_does_not_answer(city: City) -> None:
    async with talking(city, behaviour="ring") as here:
        await here.press(ONE_KEY + "12348")
        await hears_music(here.citizen)
        await hears_only(here.citizen, AGENT)
        await here.citizen.hangup()


async def test_an_agent_who_let_go_has_handed_over_when_the_partner_answers(city: City) -> None:
    async with talking(city) as here:
        await here.press(BLIND + "12348")
        await here.talk.hung_up()
        await hears_only(here.citizen, PARTNER)
        await here.citizen.hangup()


async def test_an_agent_who_let_go_gets_the_caller_back_when_nobody_answers(city: City) -> None:
    async with talking(city, behaviour="ring") as here:
        await here.press(BLIND + "12348")
        await here.talk.hung_up()
        await hears_music(here.citizen)
        await hears_only(here.citizen, AGENT, seconds=15)
        assert len(here.agent.calls) == 1
        await here.citizen.hangup()


async def test_an_agent_who_hangs_up_while_it_rings_leaves_the_caller_to_another_agent(
    city: City,
) -> None:
    async with (
        talking(city, behaviour="ring") as here,
        city.agent("8014", tone=SECOND_AGENT),
    ):
        await here.press(CONSULT + "12348")
        await here.partner.next_call()
        here.agent.behaviour = Behaviour.BUSY
        await here.talk.hang_up()
        await hears_music(here.citizen)
        await hears_only(here.citizen, SECOND_AGENT, seconds=15)
        await here.citizen.hangup()


async def test_a_partner_who_hangs_up_in_the_consultation_gives_the_agent_back(city: City) -> None:
    async with talking(city) as here:
        far = await here.consults()
        await far.hang_up()
        await hears_only(here.citizen, AGENT)
        await here.citizen.hangup()


async def test_a_citizen_who_gives_up_in_the_consultation_ends_nothing_else(city: City) -> None:
    async with talking(city) as here:
        far = await here.consults()
        await here.citizen.hangup()
        await city.until(lambda: "PJSIP/trunk-" not in city.channels(), "the citizen gone")
        await hears_only(here.talk, PARTNER)
        await here.talk.hang_up()
        await far.hung_up()


async def test_a_phone_that_dies_in_the_consultation_leaves_caller_and_partner_connected(
    city: City,
) -> None:
    async with talking(city) as here:
        far = await here.consults()
        here.agent.vanish()
        await hears_only(here.citizen, PARTNER, seconds=25)
        await hears_only(far, CITIZEN)
        await here.citizen.hangup()


async def test_the_agent_goes_from_one_to_the_other_and_takes_the_caller_back(city: City) -> None:
    async with talking(city) as here:
        far = await here.consults()
        await here.press(SWAP)
        await hears_only(here.citizen, AGENT)
        await hears_music(far)
        await here.press(SWAP)
        await hears_only(here.talk, PARTNER)
        await here.press(BACK)
        await far.hung_up()
        await hears_only(here.citizen, AGENT)
        await here.citizen.hangup()
