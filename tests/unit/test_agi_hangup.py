"""However a caller leaves, a script learns it once, as HungUp, and no reply is misread."""

from asyncio import timeout as asyncio_timeout

import pytest

from telephony.agi import AgiError, AgiSession, AgiTimeout, HungUp
from tests.unit.fake_asterisk import QUICK, conversation, header_block

pytestmark = pytest.mark.unit


async def play_menu(session: AgiSession) -> str:
    return await session.stream_file("/sounds/zh/menu", "123")


async def two_commands(session: AgiSession) -> str | None:
    await session.answer()
    return await session.get_variable("TICKET")


async def test_a_connection_closed_in_mid_command_is_a_hangup() -> None:
    async with conversation(play_menu) as (asterisk, outcome):
        await asterisk.command()
        await asterisk.close()
        with pytest.raises(HungUp):
            await outcome


async def test_a_connection_closed_between_commands_is_a_hangup() -> None:
    async with conversation(two_commands) as (asterisk, outcome):
        await asterisk.answer()
        await asterisk.command()
        await asterisk.close()
        with pytest.raises(HungUp):
            await outcome


async def test_a_hangup_while_the_script_is_idle_is_not_taken_for_the_next_reply() -> None:
    async with conversation(two_commands) as (asterisk, outcome):
        await asterisk.answer(b"200 result=0\nHANGUP\n")
        with pytest.raises(HungUp):
            await outcome


async def test_a_hangup_in_mid_command_ends_the_session_once() -> None:
    async with conversation(play_menu) as (asterisk, outcome):
        await asterisk.answer(b"200 result=-1 endpos=8000\nHANGUP\n")
        with pytest.raises(HungUp):
            await outcome


async def test_a_hangup_that_follows_its_own_reply_late_is_still_a_hangup() -> None:
    async with conversation(play_menu) as (asterisk, outcome):
        await asterisk.answer(b"200 result=-1 endpos=8000\n")
        assert await asterisk.answer(b"HANGUP\n200 result=0\n") == ["NOOP"]
        with pytest.raises(HungUp):
            await outcome


async def test_a_hangup_crossing_a_command_on_the_way_answers_it() -> None:
    async with conversation(two_commands) as (asterisk, outcome):
        await asterisk.command()
        asterisk.say(b"HANGUP\n200 result=0\n")
        with pytest.raises(HungUp):
            await outcome


async def test_a_hangup_right_behind_the_headers_is_heard() -> None:
    async with conversation(play_menu, header_block() + b"HANGUP\n") as (_, outcome):
        with pytest.raises(HungUp):
            await outcome


async def test_a_minus_one_without_hangup_is_an_error_and_the_session_goes_on() -> None:
    async def missing_prompt(session: AgiSession) -> str:
        with pytest.raises(AgiError, match="cannot play /sounds/none"):
            await session.stream_file("/sounds/none")
        return await session.stream_file("/sounds/sorry")

    async with conversation(missing_prompt) as (asterisk, outcome):
        await asterisk.answer(b"200 result=-1 endpos=0\n")
        assert await asterisk.answer() == ["NOOP"]
        await asterisk.answer()
        assert await outcome == ""


async def test_a_dead_channel_is_a_hangup() -> None:
    async with conversation(play_menu) as (asterisk, outcome):
        await asterisk.answer(b"511 Command Not Permitted on a dead channel or intercept routine\n")
        with pytest.raises(HungUp):
            await outcome


async def test_every_command_after_a_hangup_says_so() -> None:
    async def goes_on_regardless(session: AgiSession) -> bool:
        for _ in range(3):
            with pytest.raises(HungUp):
                await session.set_variable("HOTLINE_NEXT", "queue")
        return session.hung_up

    async with conversation(goes_on_regardless) as (asterisk, outcome):
        await asterisk.command()
        asterisk.say(b"HANGUP\n")
        assert await outcome


async def test_a_silent_asterisk_is_a_timeout_and_not_a_hangup() -> None:
    async def waits(session: AgiSession) -> bool:
        with pytest.raises(AgiTimeout):
            await session.answer()
        with pytest.raises(AgiTimeout):
            await session.verbose("still there?")
        return session.hung_up

    async with conversation(waits, limits=QUICK) as (asterisk, outcome):
        assert not await outcome
        assert await asterisk.ended()


async def test_a_reply_may_take_as_long_as_the_verb_itself() -> None:
    async def waits_for_a_key(session: AgiSession) -> str:
        return await session.wait_for_digit(2000)

    async with conversation(waits_for_a_key, limits=QUICK) as (asterisk, outcome):
        await asterisk.command()
        with pytest.raises(TimeoutError):
            async with asyncio_timeout(3 * QUICK.margin):
                await asterisk.raw_command()
        asterisk.say(b"200 result=53\n")
        assert await outcome == "5"
