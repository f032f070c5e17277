"""Whatever Asterisk replies is read as what it says, and never as the reply of another command."""

import asyncio
import contextlib

import pytest

from telephony.agi import AgiError, AgiSession, Digits, Recorded
from tests.unit.fake_asterisk import QUICK, conversation

pytestmark = pytest.mark.unit


async def read_two(session: AgiSession) -> tuple[str | None, str | None]:
    return await session.get_variable("NOTE"), await session.get_variable("CALLERID(name)")


async def then_answer(session: AgiSession) -> str:
    """Send a command that is refused and one more, which must get its own reply."""
    with pytest.raises(AgiError) as refusal:
        await session.set_variable("NOTE", "x")
    await session.answer()
    return str(refusal.value)


@pytest.mark.parametrize(
    "value",
    [
        "两行\n两行",
        "a\nb)\nHANGUP\n200 result=1 (c",
        "x)",
        "HANGUP",
        "(timeout)",
        "result=-1 (hangup)",
        "x" * 200_000,
        "\r\n",
    ],
    ids=["newline", "forged hangup", "bracket", "hangup", "flag", "minus one", "long", "cr"],
)
async def test_a_variable_may_hold_anything(value: str) -> None:
    async with conversation(read_two) as (asterisk, outcome):
        await asterisk.answer_variable(value.encode())
        await asterisk.answer_variable("张三".encode())
        assert await outcome == (value, "张三")


async def test_a_value_in_pieces_is_put_together() -> None:
    async with conversation(read_two) as (asterisk, outcome):
        *_, expression = await asterisk.command()
        tail = expression.rpartition("}")[2].encode() + b")\n"
        for piece in (b"200 res", b"ult=1 (a)\n", b"b", tail[:5], tail[5:]):
            asterisk.say(piece)
            await asyncio.sleep(0.01)
        await asterisk.answer_variable(b"c")
        assert await outcome == ("a)\nb", "c")


async def test_an_unset_variable_is_none() -> None:
    async with conversation(read_two) as (asterisk, outcome):
        await asterisk.answer_variable(b"")
        await asterisk.answer(b"200 result=0\n")
        assert await outcome == (None, None)


async def test_gbk_bytes_in_a_value_are_read_as_chinese() -> None:
    async with conversation(read_two) as (asterisk, outcome):
        await asterisk.answer_variable("张三".encode("gbk"))
        await asterisk.answer_variable(b"\xff\xff broken")
        assert await outcome == ("张三", "�� broken")


@pytest.mark.parametrize("name", ["A}${SHELL(id)", 'A"', "A\nHANGUP", "", "A B", "$[1]"])
async def test_what_is_no_variable_name_is_not_asked_for(name: str) -> None:
    async def read(session: AgiSession) -> str | None:
        return await session.get_variable(name)

    async with conversation(read) as (_, outcome):
        with pytest.raises(ValueError, match="not the name"):
            await outcome


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"200 result= (timeout)\n", Digits("", timed_out=True)),
        (b"200 result=12 (timeout)\n", Digits("12", timed_out=True)),
        (b"200 result=12\n", Digits("12", timed_out=False)),
        (b"200 result=\n", Digits("", timed_out=False)),
        (b"200 result=" + b"7" * 500 + b"\n", Digits("7" * 500, timed_out=False)),
    ],
    ids=["waited in vain", "too few", "enough", "hash at once", "500 keys"],
)
async def test_collected_digits_tell_waiting_in_vain_from_hash(
    reply: bytes, expected: Digits
) -> None:
    async def collect(session: AgiSession) -> Digits:
        return await session.get_data("/sounds/zh/code", 5000, 6)

    async with conversation(collect) as (asterisk, outcome):
        assert await asterisk.answer(reply) == ["GET", "DATA", "/sounds/zh/code", "5000", "6"]
        assert await outcome == expected


async def test_an_unknown_command_is_an_error_and_the_next_reply_is_its_own() -> None:
    async with conversation(then_answer) as (asterisk, outcome):
        await asterisk.answer(b"510 Invalid or unknown command\n")
        assert await asterisk.answer() == ["ANSWER"]
        assert "510 Invalid" in await outcome


async def test_a_usage_text_of_many_lines_is_one_reply() -> None:
    async with conversation(then_answer) as (asterisk, outcome):
        await asterisk.answer(
            b"520-Invalid command syntax.  Proper usage follows:\nUsage: SET VARIABLE NAME VALUE\n"
            b"200 result=1\nHANGUP\n\n520 End of proper usage.\n"
        )
        assert await asterisk.answer() == ["ANSWER"]
        assert "520-Invalid" in await outcome


async def test_a_usage_text_of_one_line_is_one_reply() -> None:
    async with conversation(then_answer) as (asterisk, outcome):
        await asterisk.answer(b"520 Invalid command syntax.  Proper usage not available.\n")
        assert await asterisk.answer() == ["ANSWER"]
        assert "520 Invalid" in await outcome


async def test_a_usage_text_without_end_is_a_timeout() -> None:
    async with conversation(then_answer, limits=QUICK) as (asterisk, outcome):
        await asterisk.answer(b"520-Invalid command syntax.\nUsage: SET VARIABLE\n")
        with pytest.raises(AgiError, match="no reply in time"):
            await outcome


async def test_a_reply_without_end_does_not_fill_the_memory() -> None:
    async with conversation(read_two) as (asterisk, outcome):
        await asterisk.command()
        asterisk.say(b"200 result=1 (" + b"x" * (1 << 21))
        with pytest.raises(AgiError, match="no end"):
            await outcome


@pytest.mark.parametrize("line", [b"200 result=1\n", b"agi_arg_1: forged\n", b"\x00\xff\n"])
async def test_a_line_out_of_turn_ends_the_session_rather_than_shift_replies(line: bytes) -> None:
    async with conversation(read_two) as (asterisk, outcome):
        *_, expression = await asterisk.command()
        tail = expression.rpartition("}")[2].encode()
        asterisk.say(b"200 result=1 (a" + tail + b")\n" + line)
        with pytest.raises(AgiError, match="out of turn"):
            await outcome


async def test_a_reply_that_is_no_reply_ends_the_session() -> None:
    async with conversation(read_two) as (asterisk, outcome):
        await asterisk.answer(b"garbage\n")
        with pytest.raises(AgiError, match="garbage"):
            await outcome


async def test_a_recording_says_how_it_ended() -> None:
    async def record(session: AgiSession) -> tuple[Recorded, Recorded]:
        return (
            await session.record_file("/spool/m", "wav", "#", 60_000),
            await session.record_file("/spool/m", "wav", "#", 60_000, beep=False),
        )

    async with conversation(record) as (asterisk, outcome):
        words = await asterisk.answer(b"200 result=35 (dtmf) endpos=16000\n")
        assert words == ["RECORD", "FILE", "/spool/m", "wav", "#", "60000", "BEEP"]
        assert (await asterisk.answer(b"200 result=0 (timeout) endpos=480000\n"))[-1] == "60000"
        assert await outcome == (Recorded("#", 16000), Recorded("", 480000))


async def test_an_application_returns_its_result() -> None:
    async def run(session: AgiSession) -> int:
        with pytest.raises(AgiError, match="no application Queeu"):
            await session.exec("Queeu", "GEN")
        return await session.exec("Wait", "1")

    async with conversation(run) as (asterisk, outcome):
        assert await asterisk.answer(b"200 result=-2\n") == ["EXEC", "Queeu", "GEN"]
        await asterisk.answer(b"200 result=0\n")
        assert await outcome == 0


async def test_two_tasks_cannot_share_a_session() -> None:
    async def watchdog_and_menu(session: AgiSession) -> str:
        menu = asyncio.ensure_future(session.stream_file("/sounds/zh/menu", "1"))
        await asyncio.sleep(0)
        with pytest.raises(AgiError, match="one command at a time"):
            await session.set_variable("A", "1")
        return await menu

    async with conversation(watchdog_and_menu) as (asterisk, outcome):
        await asterisk.answer(b"200 result=49 endpos=800\n")
        assert await outcome == "1"


async def test_an_abandoned_command_keeps_its_reply() -> None:
    abandoned = asyncio.Event()

    async def gives_up(session: AgiSession) -> str | None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await session.answer()
        with pytest.raises(AgiError, match="abandoned"):
            await session.get_variable("TICKET")
        abandoned.set()
        while True:
            with contextlib.suppress(AgiError):
                return await session.get_variable("TICKET")
            await asyncio.sleep(0)

    async with conversation(gives_up) as (asterisk, outcome):
        await abandoned.wait()
        await asterisk.answer(b"200 result=0\n")
        await asterisk.answer_variable(b"LC1")
        assert await outcome == "LC1"
