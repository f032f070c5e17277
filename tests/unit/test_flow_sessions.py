"""arrive and resume on the wire: what Asterisk is told, in how many words, and when nothing."""

import json
import wave
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from agi_scripts.agi_channel import AgiChannel, sound_seconds
from agi_scripts.arrive import arrive
from agi_scripts.resume import resume
from ivr.call import Equipment
from ivr.desk import Desk
from ivr.simulator.equipment import NamedPrompts
from ivr.state import decode
from ivr.store import FlowStore
from telephony.agi import AgiSession, Digits
from telephony.journal import Journal
from tests.unit.fake_asterisk import FakeAsterisk, conversation, header_block, split_list
from tests.unit.fake_channel import CONFIG
from tickets.calendar import Workdays

pytestmark = pytest.mark.unit

PATIENCE = 2.5


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    flows = FlowStore(tmp_path / "flows", CONFIG / "flows")
    journal = Journal(tmp_path / "agi.jsonl")
    return Desk(flows, Equipment(NamedPrompts(), journal, Workdays()), PATIENCE)


def told(tmp_path: Path) -> list[dict[str, object]]:
    """The journal as the ledger finds it."""
    path = tmp_path / "agi.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def allowed(asterisk: FakeAsterisk) -> float:
    """How many seconds Asterisk is told to wait for us."""
    words = await asterisk.answer(b"200 result=1\n")
    assert words[:3] == ["SET", "VARIABLE", "TIMEOUT(absolute)"]
    return float(words[3])


def variables(command: list[str]) -> dict[str, str]:
    """What a SET VARIABLE ARRAY(…) sets."""
    assert command[:2] == ["SET", "VARIABLE"]
    names = command[2].removeprefix("ARRAY(").removesuffix(")").split(",")
    return dict(zip(names, split_list(command[3]), strict=True))


async def test_the_direct_profile_costs_one_command(desk: Desk, tmp_path: Path) -> None:
    block = header_block("12345", "direct", agi_callerid="+86 138 0000 0000")
    async with conversation(partial(arrive, desk), block) as (asterisk, outcome):
        step = variables(await asterisk.answer(b"200 result=1\n"))
        assert await asterisk.ended()
        await outcome
    version = desk.flows.current("direct").version
    assert list(step)[-1] == "HOTLINE_NEXT"
    assert step["HOTLINE_NEXT"] == "queue"
    assert step["HOTLINE_MUSIC"] == "zh-greeting-direct"
    flow, code, last = told(tmp_path)
    assert (flow["kind"], flow["flow"], flow["version"], flow["line"]) == (
        "flow",
        "direct",
        version,
        "12345",
    )
    assert decode(step["HOTLINE_STATE"]).variables["code"] == code["code"]
    assert len(str(code["code"])) == 6
    assert (last["kind"], last["node"], last["outcome"]) == ("step", "human", "handed-over")


async def test_codes_differ_from_call_to_call(desk: Desk, tmp_path: Path) -> None:
    for _ in range(3):
        block = header_block("12345", "direct")
        async with conversation(partial(arrive, desk), block) as (asterisk, outcome):
            await asterisk.answer(b"200 result=1\n")
            await outcome
    assert len({line["code"] for line in told(tmp_path) if line["kind"] == "code"}) == 3


async def test_a_menu_extends_the_switchs_patience_before_it_waits(desk: Desk) -> None:
    block = header_block("menu", "menu")
    async with conversation(partial(arrive, desk), block) as (asterisk, outcome):
        # Two prompts of unknown length, 5 seconds for the key, the margin.
        assert await allowed(asterisk) == 120 + 120 + 5 + 3
        assert (await asterisk.answer())[:3] == ["STREAM", "FILE", "zh/greeting"]
        assert await asterisk.answer(b"200 result=9\n") == [
            *("GET", "DATA", "zh/main-menu"),
            *("5000", "1"),
        ]
        assert await allowed(asterisk) == PATIENCE
        assert await allowed(asterisk) == 120 + 3
        assert (await asterisk.answer())[2] == "zh/police"
        assert await allowed(asterisk) == PATIENCE
        step = variables(await asterisk.answer(b"200 result=1\n"))
        await outcome
    assert (step["HOTLINE_NEXT"], step["HOTLINE_PARTNER"]) == ("partner", "110")


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("12345",),
        ("12345", ""),
        ("12345", "none"),
        ("12345", "../../etc/passwd"),
        ("12345", "direct\x00"),
    ],
)
async def test_an_arrival_that_makes_no_sense_decides_nothing(
    desk: Desk, tmp_path: Path, args: tuple[str, ...]
) -> None:
    async with conversation(partial(arrive, desk), header_block(*args)) as (asterisk, outcome):
        assert await asterisk.raw_command() == b""
        await outcome
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    "number",
    [
        "anonymous",
        "unknown",
        "",
        "138' OR 1=1 --",
        '"><script>',
        "1" * 200,
        "13800000000,SIP/evil",
        "张三",
    ],
)
async def test_no_caller_number_costs_a_call_or_becomes_a_callback(
    desk: Desk, tmp_path: Path, number: str
) -> None:
    state = await arrived(desk, number)
    block = header_block(state, "timeout", agi_callerid=number)
    async with conversation(partial(resume, desk), block) as (asterisk, outcome):
        await allowed(asterisk)
        await asterisk.answer(b"200 result=1\n")  # queue-timeout: 1, call me back
        await allowed(asterisk)
        await allowed(asterisk)  # callback-other: no number is keyed in either
        await asterisk.answer(b"200 result= (timeout)\n")
        await allowed(asterisk)
        await allowed(asterisk)
        assert (await asterisk.answer())[2] == "zh/message"
        await allowed(asterisk)
        assert variables(await asterisk.answer(b"200 result=1\n"))["HOTLINE_NEXT"] == "message"
        await outcome
    assert "callback" not in {line["kind"] for line in told(tmp_path)}


@pytest.mark.parametrize("raw", [b"\xd5\xc5\xc8\xfd", b"1\nagi_arg_2: menu", b"\x00\x01"])
async def test_bytes_no_number_has_cost_no_call(desk: Desk, raw: bytes) -> None:
    block = header_block("12345", "direct", agi_callerid=raw, agi_calleridname=raw)
    async with conversation(partial(arrive, desk), block) as (asterisk, outcome):
        assert variables(await asterisk.answer(b"200 result=1\n"))["HOTLINE_NEXT"] == "queue"
        await outcome


async def arrived(desk: Desk, number: str = "13800000000") -> str:
    """The state of a call that waits in the queue of the direct profile."""
    block = header_block("12345", "direct", agi_callerid=number)
    async with conversation(partial(arrive, desk), block) as (asterisk, outcome):
        step = variables(await asterisk.answer(b"200 result=1\n"))
        await outcome
    return step["HOTLINE_STATE"]


async def test_a_rating_after_the_talk_reaches_the_journal_and_ends_the_call(
    desk: Desk, tmp_path: Path
) -> None:
    block = header_block(await arrived(desk), "answered")
    async with conversation(partial(resume, desk), block) as (asterisk, outcome):
        await allowed(asterisk)
        assert await asterisk.answer(b"200 result=1\n") == ["GET", "DATA", "zh/survey", "8000", "1"]
        await allowed(asterisk)
        await allowed(asterisk)
        assert (await asterisk.answer())[2] == "zh/survey-thanks"
        await allowed(asterisk)
        assert variables(await asterisk.answer(b"200 result=1\n"))["HOTLINE_NEXT"] == "hangup"
        await outcome
    assert [line["score"] for line in told(tmp_path) if line["kind"] == "rating"] == [1]


async def test_a_call_goes_on_in_another_process_on_the_version_it_began_with(
    desk: Desk, tmp_path: Path
) -> None:
    state = await arrived(desk)
    flows = FlowStore(tmp_path / "flows", tmp_path / "empty")
    other = Desk(flows, desk.equipment, PATIENCE)
    block = header_block(state, "key-2")
    async with conversation(partial(resume, other), block) as (asterisk, outcome):
        assert variables(await asterisk.answer(b"200 result=1\n"))["HOTLINE_QUEUE"] == "ENT"
        await outcome


@pytest.mark.parametrize(
    ("state", "outcome_word"),
    [
        ("", "answered"),
        ("nonsense", "answered"),
        ("direct@00000000/human/lang=zh", "answered"),
        ("direct@{version}/nowhere/lang=zh", "answered"),
        ("direct@{version}/record/lang=zh", "answered"),
        ("direct@{version}/record/lang=zh", ""),
    ],
)
async def test_a_state_we_do_not_know_decides_nothing(
    desk: Desk, state: str, outcome_word: str
) -> None:
    version = desk.flows.current("direct").version
    block = header_block(state.format(version=version), outcome_word)
    async with conversation(partial(resume, desk), block) as (asterisk, outcome):
        assert await asterisk.raw_command() == b""
        await outcome


async def test_a_hang_up_in_the_middle_leaves_the_story_so_far(desk: Desk, tmp_path: Path) -> None:
    block = header_block(await arrived(desk), "key-9")
    async with conversation(partial(resume, desk), block) as (asterisk, outcome):
        await asterisk.answer(b"200 result=1\n")
        await asterisk.answer(b"200 result=-1 endpos=800\nHANGUP\n")
        assert await asterisk.ended()
        assert outcome.exception() is not None
    steps = [(line["node"], line["outcome"]) for line in told(tmp_path) if line["kind"] == "step"]
    assert steps == [("human", "handed-over"), ("human", "key-9"), ("police", "hung-up")]


Collecting = Callable[[AgiSession], Awaitable[Digits]]


def collecting(*paths: str, digits: int = 6) -> Collecting:
    async def collect(session: AgiSession) -> Digits:
        return await AgiChannel(session, PATIENCE).collect(paths, digits, 8, 4, "*")

    return collect


async def keyed(asterisk: FakeAsterisk, *replies: bytes) -> list[list[str]]:
    """Answer each command between long and short patience; return the commands."""
    await allowed(asterisk)
    commands = [await asterisk.answer(reply) for reply in replies]
    assert await allowed(asterisk) == PATIENCE
    return commands


@pytest.mark.parametrize(
    ("replies", "digits"),
    [
        ([b"200 result= (timeout)\n"], Digits("", True)),
        ([b"200 result=\n"], Digits("", False)),
        ([b"200 result=*\n"], Digits("*", False)),
        ([b"200 result=2\n", b"200 result=04060\n"], Digits("204060", False)),
        ([b"200 result=2\n", b"200 result=04 (timeout)\n"], Digits("204", True)),
        ([b"200 result=2\n", b"200 result=\n"], Digits("2", False)),
    ],
)
async def test_codes_are_collected_with_a_long_first_and_short_further_waits(
    replies: list[bytes], digits: Digits
) -> None:
    async with conversation(collecting("zh/ask")) as (asterisk, outcome):
        commands = await keyed(asterisk, *replies)
        assert await outcome == digits
    assert commands[0] == ["GET", "DATA", "zh/ask", "8000", "1"]
    assert commands[1:] == [["GET", "DATA", "", "4000", "5"]][: len(replies) - 1]


@pytest.mark.parametrize(
    ("key", "digits"), [(b"48", Digits("012345", False)), (b"35", Digits("", False))]
)
async def test_a_key_during_an_earlier_prompt_is_the_first_of_the_answer(
    key: bytes, digits: Digits
) -> None:
    async with conversation(collecting("zh/hello", "zh/ask")) as (asterisk, outcome):
        rest = [b"200 result=12345\n"] if digits.value else []
        commands = await keyed(asterisk, b"200 result=" + key + b" endpos=80\n", *rest)
        assert await outcome == digits
    assert commands[0] == ["STREAM", "FILE", "zh/hello", "0123456789*#"]


async def test_a_wait_to_its_end_is_not_taken_back(tmp_path: Path) -> None:
    (tmp_path / "short.wav").write_bytes(bytes(44))

    async def play(session: AgiSession) -> str:
        return await AgiChannel(session, PATIENCE).play([str(tmp_path / "short")])

    async with conversation(play) as (asterisk, outcome):
        assert await allowed(asterisk) == 3.0
        await asterisk.answer()
        assert await outcome == ""
        assert await asterisk.ended()


async def test_the_keys_of_who_hung_up_at_once_are_not_lost(tmp_path: Path) -> None:
    async with conversation(collecting("zh/ask", digits=1)) as (asterisk, outcome):
        await allowed(asterisk)
        await asterisk.answer(b"200 result=5\nHANGUP\n")
        assert await outcome == Digits("5", False)


def test_a_sounds_length_is_known_and_a_missing_one_is_the_longest(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "two.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    assert round(sound_seconds(str(tmp_path / "two")), 1) == 2.0
    assert sound_seconds(str(tmp_path / "none")) == 120.0
