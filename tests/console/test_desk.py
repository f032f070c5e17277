"""An agent's day in the browser: real switch, real phone calls, real Chromium."""

import asyncio
import wave

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from phones.citizen import Citizen
from phones.tones import tones
from tests.calls.city import AGENT, CITIZEN, TONES, City
from tests.console.desk import Desk
from tests.console.people import AGENT as SEAT

pytestmark = [pytest.mark.console, pytest.mark.usefixtures("network")]


async def _talk(desk: Desk, citizen: Citizen, city: City) -> None:
    """Let the citizen call and the agent answer, until both hear each other."""
    await citizen.dial()
    await desk.page.wait_for_selector("[data-test=answer]")
    await desk.page.keyboard.press("F2")
    await desk.page.wait_for_selector("[data-test=hang-up]")
    await city.until(lambda: citizen.hears({AGENT}, 0.4) == {AGENT}, "the agent's voice", 30)


async def test_an_agent_takes_a_call_in_the_browser_and_closes_its_ticket(
    city: City, chromium: Browser
) -> None:
    desk = await Desk.open(chromium, city)
    await desk.sign_in(SEAT, "/desk")
    await desk.take_seat()

    async with city.citizen() as citizen:
        await citizen.dial()
        await desk.page.wait_for_selector("[data-test=answer]")
        # Before the first word the agent knows who calls, masked, and has the ticket before them.
        card = await desk.text("call-card")
        number = await desk.text("ticket-number")
        number_of = str(citizen.number)
        assert f"{number_of[:3]}****{number_of[-4:]}" in card
        assert number_of not in await desk.page.content()

        await desk.page.keyboard.press("F2")
        await city.until(lambda: citizen.hears({AGENT}, 0.4) == {AGENT}, "the agent's voice", 30)
        await desk.seat_is("talking")
        await desk.page.fill("#ticket-title", "路灯不亮")
        await desk.page.fill(
            "#ticket-details", "柳园路三号楼前路灯三天不亮<script>alert(1)</script>"
        )
        await desk.saved()
        await asyncio.sleep(2)  # a talk long enough to be measured in its recording
        await desk.page.keyboard.press("F9")
        await desk.seat_is("wrap-up")

        await desk.page.fill("#answer-given", "已告知来电人，路灯将于今日修复。")
        await desk.page.click("[data-test=answer-now]")
        await expect(desk.page.locator("[data-test=ticket-state]")).to_have_attribute(
            "data-state", "ANSWERED"
        )
        await citizen.hangup()
    ticket = city.query(
        "SELECT t.state, m.title, m.answer FROM ticket t JOIN matter m ON m.ticket_id = t.id"
        " WHERE t.number = %s",
        number,
    )[0]
    assert (ticket["state"], ticket["title"]) == ("ANSWERED", "路灯不亮")
    assert "修复" in ticket["answer"]

    call = await city.row(citizen.number)
    assert (call["outcome"], call["agent"]) == ("answered", SEAT)
    await _recorded_both_ways(city, call["uid"])
    assert not desk.faults


async def _recorded_both_ways(city: City, uid: str) -> None:
    """Citizen on the left, agent on the right, each with energy at their own tone."""

    def archived() -> bool:
        return bool(list(city.settings.recordings_dir.rglob(f"{uid}.wav")))

    await city.until(archived, "a recording in the archive", 40)
    path = next(city.settings.recordings_dir.rglob(f"{uid}.wav"))
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    assert tones(samples[0::2], TONES) == {CITIZEN}
    assert AGENT in tones(samples[1::2], TONES)


async def test_a_reload_in_mid_talk_loses_no_word_and_no_call(
    city: City, chromium: Browser
) -> None:
    desk = await Desk.open(chromium, city)
    await desk.sign_in(SEAT, "/desk")
    await desk.take_seat()
    async with city.citizen() as citizen:
        await _talk(desk, citizen, city)
        await desk.page.fill("#ticket-title", "刷新之前写的")
        await asyncio.sleep(1.2)  # the page notes once a second which talk it is in

        await desk.page.reload()
        await desk.page.wait_for_selector("[data-test=hang-up]")
        await city.until(lambda: citizen.hears({AGENT}, 0.4) == {AGENT}, "the agent again", 30)
        assert await desk.page.input_value("#ticket-title") == "刷新之前写的"

        await desk.page.keyboard.press("F9")
        await citizen.hangup()
    call = await city.row(citizen.number)
    assert (call["outcome"], call["agent"]) == ("answered", SEAT)
    assert not desk.faults


async def test_a_second_window_takes_the_phone_and_the_first_one_says_so(
    city: City, chromium: Browser
) -> None:
    first = await Desk.open(chromium, city)
    await first.sign_in(SEAT, "/desk")
    await first.take_seat()
    second = await Desk.beside(first.page.context, city)
    await second.page.goto(second.address + "/desk")
    await second.page.wait_for_selector("[data-line=ready]")
    await first.page.wait_for_selector("[data-line=elsewhere]")


async def test_a_wrong_password_is_told_in_words_and_nothing_else(
    city: City, chromium: Browser
) -> None:
    desk = await Desk.open(chromium, city)
    await desk.page.goto(desk.address + "/desk")
    await desk.page.fill("#name", SEAT)
    await desk.page.fill("#password", "wrong-wrong-wrong")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("alert")).to_contain_text("不正确")
    assert "/sign-in" in desk.page.url
