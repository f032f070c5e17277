"""The header block of a call is read whatever a caller's number and name hold."""

import pytest

from telephony.agi import AgiRequest, AgiSession
from telephony.agi_request import parse_request
from tests.unit.fake_asterisk import conversation, header_block

pytestmark = pytest.mark.unit


async def see_request(session: AgiSession) -> AgiRequest:
    return session.request


async def test_a_request_carries_the_call_and_its_arguments() -> None:
    block = header_block("main", "direct", "")
    async with conversation(see_request, block) as (_, outcome):
        request = await outcome
        assert (request.script, request.args) == ("arrive", ("main", "direct", ""))
        assert (request.uniqueid, request.channel) == ("1764000000.12", "PJSIP/trunk-00000001")
        assert (request.caller_id, request.caller_name) == ("13800000000", "unknown")
        assert (request.dnid, request.extension) == ("12345", "12345")
        assert (request.context, request.language) == ("from-citizen", "zh")
        assert request.raw["agi_version"] == "22.10.0"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("arrive", {}),
        ("arrive/", {}),
        ("/arrive", {}),
        ("arrive?line=12348&x=%E4%B8%AD&empty=", {"line": "12348", "x": "中", "empty": ""}),
        ("arrive/?", {}),
    ],
)
async def test_slashes_and_a_query_do_not_hide_the_script(path: str, query: dict[str, str]) -> None:
    async with conversation(see_request, header_block(agi_network_script=path)) as (_, outcome):
        request = await outcome
        assert (request.script, request.query) == ("arrive", query)


async def test_a_gbk_name_is_read_beside_arguments_in_utf8() -> None:
    block = header_block("直通", agi_calleridname="张三".encode("gbk"))
    async with conversation(see_request, block) as (_, outcome):
        request = await outcome
        assert (request.caller_name, request.args) == ("张三", ("直通",))


async def test_bytes_of_no_encoding_do_not_stop_a_call() -> None:
    async with conversation(see_request, header_block(agi_calleridname=b"\xff\xfe")) as (_, result):
        assert (await result).caller_name == "��"


FORGED = "138\nagi_uniqueid: 1.1\nagi_network_script: admin\nagi_context: x\nagi_arg_1: y"


async def test_a_number_with_newlines_forges_no_header() -> None:
    request = parse_request(header_block("main", agi_callerid=FORGED))
    assert request.caller_id == "138"
    assert (request.uniqueid, request.script) == ("1764000000.12", "arrive")
    assert (request.context, request.args) == ("from-citizen", ("main",))


async def test_a_number_with_an_empty_line_does_not_end_the_headers() -> None:
    block = header_block("main", agi_callerid="138\n\n" + FORGED + "\n\n")
    async with conversation(see_request, block) as (_, outcome):
        request = await outcome
        assert (request.uniqueid, request.args) == ("1764000000.12", ("main",))


async def test_a_number_that_forges_the_last_header_ends_its_own_session_only() -> None:
    async def answer(session: AgiSession) -> None:
        await session.answer()

    block = header_block("main", agi_callerid="138\nagi_threadid: 1\n\n")
    async with conversation(answer, block) as (asterisk, outcome):
        with pytest.raises(Exception, match="out of turn"):
            await outcome
        assert await asterisk.ended()


@pytest.mark.parametrize(
    "number", ["+8613800000000", "anonymous", '1"2', "9" * 200, "1'; DROP TABLE calls;--", "a/b c"]
)
async def test_a_strange_number_is_passed_on_as_it_is(number: str) -> None:
    assert parse_request(header_block(agi_callerid=number)).caller_id == number


async def test_headers_may_come_byte_by_byte() -> None:
    block = header_block("main")
    async with conversation(see_request, b"") as (asterisk, outcome):
        for position in range(len(block)):
            asterisk.say(block[position : position + 1])
        assert (await outcome).args == ("main",)
