"""No text, whoever wrote it, becomes a second command or another argument."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.agi import AgiError, AgiSession
from telephony.agi_wire import list_item, quote
from tests.unit.fake_asterisk import conversation, split_command, split_list

pytestmark = pytest.mark.unit

HOSTILE = 'x"\nEXEC System "touch /tmp/owned"\r\n\\'


def without_control(text: str) -> str:
    return "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in text)


@given(st.text())
def test_any_text_is_one_argument_and_only_control_characters_change(text: str) -> None:
    assert split_command(f"SET VARIABLE {quote(text)} {quote('end')}") == [
        "SET",
        "VARIABLE",
        without_control(text),
        "end",
    ]


@given(st.lists(st.text(), min_size=1))
def test_any_texts_survive_asterisks_list_splitting(texts: list[str]) -> None:
    assert split_list(",".join(map(list_item, texts))) == texts


async def test_a_newline_in_a_value_sends_no_second_command() -> None:
    async def set_note(session: AgiSession) -> None:
        await session.set_variable("NOTE", HOSTILE)
        await session.verbose(HOSTILE)

    async with conversation(set_note) as (asterisk, outcome):
        assert await asterisk.answer() == ["SET", "VARIABLE", "NOTE", without_control(HOSTILE)]
        assert await asterisk.answer() == ["VERBOSE", without_control(HOSTILE), "1"]
        await outcome
        assert await asterisk.raw_command() == b""


async def test_several_variables_are_set_in_one_round_trip_in_their_order() -> None:
    variables = {
        "HOTLINE_STATE": "direct@1/menu?a=%2C",
        "NOTE": 'a,b(c"[\\',
        "HOTLINE_MUSIC": "",
        "HOTLINE_NEXT": "queue",
    }

    async def set_all(session: AgiSession) -> None:
        await session.set_variables(variables)

    async with conversation(set_all) as (asterisk, outcome):
        *_, names, values = await asterisk.answer(b"200 result=1\n")
        assert names == "ARRAY(HOTLINE_STATE,NOTE,HOTLINE_MUSIC,HOTLINE_NEXT)"
        assert split_list(values) == list(variables.values())
        await outcome
        assert await asterisk.raw_command() == b""


async def test_a_path_with_spaces_is_one_argument() -> None:
    async def play(session: AgiSession) -> str:
        return await session.stream_file("/sounds/zh/my menu", "12#")

    async with conversation(play) as (asterisk, outcome):
        assert await asterisk.answer(b"200 result=35 endpos=1\n") == [
            "STREAM",
            "FILE",
            "/sounds/zh/my menu",
            "12#",
        ]
        assert await outcome == "#"


async def test_half_a_character_does_not_stop_a_command() -> None:
    async def set_note(session: AgiSession) -> None:
        await session.set_variable("NOTE", "\udcd5 x")

    async with conversation(set_note) as (asterisk, outcome):
        assert (await asterisk.answer())[-1] == "? x"
        await outcome


async def test_a_command_longer_than_asterisks_buffer_is_refused() -> None:
    async def set_too_much(session: AgiSession) -> None:
        with pytest.raises(AgiError, match="2047 bytes"):
            await session.set_variable("NOTE", "x" * 2040 + ' EXEC System "id"')
        await session.set_variable("NOTE", "fits")

    async with conversation(set_too_much) as (asterisk, outcome):
        assert (await asterisk.answer())[-1] == "fits"
        await outcome
