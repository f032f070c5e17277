"""Seats and queues as an admin writes them, and signing seats in and out of a switch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import ConfigError, HotlineError
from core.settings import CHECKOUT, Settings
from queues.agent_states import Declared, Observed
from queues.agents import Agent, find_agent, list_agents, load_agents, log_in, log_out
from queues.definitions import Strategy, load_queues
from telephony.ami import Ami, AmiRefused
from tests.unit.fake_ami import FakeSwitch, Headers, Session, fake_switch, make_ami

pytestmark = pytest.mark.unit

GOOD_QUEUE = """
[[queue]]
name = "GEN"
title = "综合受理"
strategy = "rrmemory"
ring_timeout = 15
wrap_up = 0
max_waiting = 600
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "queues.toml").write_text(GOOD_QUEUE, encoding="utf-8")
    return Settings(config_dir=tmp_path)


def write_agents(settings: Settings, text: str) -> None:
    (settings.config_dir / "agents.toml").write_text(text, encoding="utf-8")


def write_queues(settings: Settings, text: str) -> None:
    (settings.config_dir / "queues.toml").write_text(text, encoding="utf-8")


def test_the_files_shipped_with_the_project_are_read() -> None:
    settings = Settings(config_dir=CHECKOUT / "config")
    queues = load_queues(settings)
    agents = load_agents(settings, queues)
    assert queues[0].name == "GEN"
    assert queues[0].strategy is Strategy.RRMEMORY
    assert find_agent(agents, "8013").queues["GEN"] == 0


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ('"rrmemory"', '"roundrobin"', "one of rrmemory, leastrecent"),
        ('"rrmemory"', "[]", "one of rrmemory, leastrecent"),
        ("ring_timeout = 15", "ring_timeout = 15\nretry = 5", "'retry' is not known here"),
        ("ring_timeout = 15", 'ring_timeout = "15"', "number from 5 to 120"),
        ("ring_timeout = 15", "ring_timeout = true", "number from 5 to 120"),
        ("ring_timeout = 15", "", "'ring_timeout' must be a number"),
        ("wrap_up = 0", "wrap_up = -1", "number from 0 to 600"),
        ('"GEN"', '"GEN]\\n[x"', "'name' must be a text such as"),
        ('"综合受理"', '"综合\\n受理"', "'title' must be one line"),
        ('"综合受理"', '""', "'title' must be one line"),
        ("[[queue]]", "[queue]", "Write each entry as"),
        ("[[queue]]", "[[queues]]", "'queues' is not known here"),
        ("wrap_up = 0", "wrap_up = 0 = 1", "This is not TOML"),
    ],
)
def test_a_fault_in_queues_toml_is_refused_with_a_sentence(
    settings: Settings, written: str, instead: str, sentence: str
) -> None:
    write_queues(settings, GOOD_QUEUE.replace(written, instead))
    with pytest.raises(ConfigError, match=sentence) as caught:
        load_queues(settings)
    assert caught.value.path.endswith("queues.toml")


def test_a_fault_names_the_line_of_its_entry(settings: Settings) -> None:
    write_queues(settings, GOOD_QUEUE + GOOD_QUEUE.replace("rrmemory", "roundrobin"))
    with pytest.raises(ConfigError) as caught:
        load_queues(settings)
    assert caught.value.line == 10


def test_a_queue_written_twice_is_refused(settings: Settings) -> None:
    write_queues(settings, GOOD_QUEUE + GOOD_QUEUE)
    with pytest.raises(ConfigError, match="queue name GEN is used already in line 2"):
        load_queues(settings)


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_a_hotline_without_queues_is_refused(settings: Settings, text: str) -> None:
    write_queues(settings, text)
    with pytest.raises(ConfigError, match="No \\[\\[queue\\]\\]"):
        load_queues(settings)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[agent]]\nnumber = "8013"\nqueues = { ENT = 0 }', "names ENT, which is none of GEN"),
        ('[[agent]]\nnumber = "8013"\nqueues = {}', "at least one queue"),
        ('[[agent]]\nnumber = "8013"\nqueues = ["GEN"]', "at least one queue"),
        ('[[agent]]\nnumber = "8013"\nqueues = { GEN = -1 }', "'GEN' must be a number from 0"),
        ("[[agent]]\nnumber = 8013\nqueues = { GEN = 0 }", "must be a text such as"),
        ('[[agent]]\nnumber = "80,13"\nqueues = { GEN = 0 }', "must be a text such as"),
        ('[[agent]]\nnumber = "8013"\nname = "x"\nqueues = { GEN = 0 }', "'name' is not known"),
        (
            '[[agent]]\nnumber = "8013"\nqueues = { GEN = 0 }\n' * 2,
            "8013 is used already in line 1",
        ),
    ],
)
def test_a_fault_in_agents_toml_is_refused_with_a_sentence(
    settings: Settings, text: str, sentence: str
) -> None:
    write_agents(settings, text)
    with pytest.raises(ConfigError, match=sentence) as caught:
        load_agents(settings, load_queues(settings))
    assert caught.value.path.endswith("agents.toml")


def test_a_missing_file_and_a_file_in_gbk_are_sentences(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="missing"):
        load_agents(settings, [])
    (settings.config_dir / "queues.toml").write_bytes(GOOD_QUEUE.encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_queues(settings)


def test_a_seat_nobody_wrote_is_a_sentence() -> None:
    with pytest.raises(HotlineError, match=r"no seat '8099'.*8013, 8014"):
        find_agent([Agent("8013", {}), Agent("8014", {})], "8099")


class Queues:
    """Queue members as the switch keeps them, behind the fake's answers."""

    def __init__(self, switch: FakeSwitch, *names: str) -> None:
        self.members: dict[tuple[str, str], Headers] = {}
        self.names = names
        switch.on |= {
            "QueueAdd": self.add,
            "QueueRemove": self.remove,
            "QueuePenalty": self.penalty,
            "QueueStatus": self.status,
            "DeviceStateList": self.phones,
            "CoreShowChannels": self.channels,
        }

    async def add(self, session: Session, headers: Headers) -> None:
        key = headers["Queue"], headers["Interface"]
        if headers["Queue"] not in self.names:
            await self.refuse(session, headers, "Unable to add interface to queue: No such queue")
        elif key in self.members:
            await self.refuse(session, headers, "Unable to add interface: Already there")
        else:
            self.members[key] = headers
            await session.answer(headers, "Response: Success", "Message: Added interface to queue")

    async def remove(self, session: Session, headers: Headers) -> None:
        if self.members.pop((headers["Queue"], headers["Interface"]), None) is None:
            await self.refuse(session, headers, "Unable to remove interface: Not there")
        else:
            await session.answer(headers, "Response: Success", "Message: Removed interface")

    async def penalty(self, session: Session, headers: Headers) -> None:
        self.members[headers["Queue"], headers["Interface"]]["Penalty"] = headers["Penalty"]
        await session.answer(headers, "Response: Success", "Message: Interface penalty set")

    async def status(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        for (queue, interface), member in self.members.items():
            if headers.get("Member", interface) == interface:
                await session.answer(
                    headers, "Event: QueueMember", f"Queue: {queue}", f"Location: {interface}",
                    f"Name: {member['MemberName']}", f"Penalty: {member['Penalty']}",
                    "Status: 1", f"Paused: {member.get('Paused', '0')}", "CallsTaken: 4",
                    f"PausedReason: {member.get('Reason', '')}",
                )  # fmt: skip
        await session.answer(headers, "Event: QueueStatusComplete", "EventList: Complete")

    async def phones(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        await session.answer(
            headers, "Event: DeviceStateChange", "Device: PJSIP/8014", "State: UNAVAILABLE"
        )
        await session.answer(headers, "Event: DeviceStateListComplete", "EventList: Complete")

    async def channels(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        await session.answer(headers, "Event: CoreShowChannelsComplete", "EventList: Complete")

    async def refuse(self, session: Session, headers: Headers, reason: str) -> None:
        await session.answer(headers, "Response: Error", f"Message: {reason}")


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


@pytest.fixture
def queues(switch: FakeSwitch) -> Queues:
    return Queues(switch, "GEN", "ENT", "OLD")


@pytest.fixture
async def ami(switch: FakeSwitch) -> AsyncIterator[Ami]:
    async with make_ami(switch) as ami:
        yield ami


WANG = Agent("8013", {"GEN": 0, "ENT": 1})


async def test_signing_in_makes_a_member_of_each_queue_under_the_seats_number(
    queues: Queues, ami: Ami
) -> None:
    await log_in(ami, WANG)
    member = queues.members["ENT", "PJSIP/8013"]
    assert set(queues.members) == {("GEN", "PJSIP/8013"), ("ENT", "PJSIP/8013")}
    assert member["MemberName"] == "8013"
    assert member["StateInterface"] == "PJSIP/8013"
    assert member["Penalty"] == "1"


async def test_signing_in_twice_is_signing_in_once_and_the_last_penalty_counts(
    queues: Queues, ami: Ami
) -> None:
    await log_in(ami, WANG)
    await log_in(ami, Agent("8013", {"GEN": 5, "ENT": 1}))
    assert queues.members["GEN", "PJSIP/8013"]["Penalty"] == "5"
    assert len(queues.members) == 2


async def test_a_queue_the_switch_lacks_leaves_the_seat_signed_in_nowhere(
    queues: Queues, ami: Ami
) -> None:
    with pytest.raises(AmiRefused, match="No such queue"):
        await log_in(ami, Agent("8013", {"GEN": 0, "NEW": 0}))
    assert queues.members == {}


async def test_signing_out_leaves_also_queues_no_longer_configured_and_nobody_elses(
    queues: Queues, ami: Ami
) -> None:
    await log_in(ami, Agent("8013", {"GEN": 0, "OLD": 0}))
    await log_in(ami, Agent("8014", {"GEN": 0}))
    await log_out(ami, WANG)
    assert set(queues.members) == {("GEN", "PJSIP/8014")}
    await log_out(ami, WANG)


async def test_the_list_keeps_what_was_declared_apart_from_what_is_observed(
    queues: Queues, ami: Ami
) -> None:
    await log_in(ami, WANG)
    for member in queues.members.values():
        member |= {"Paused": "1", "Reason": "小休"}
    on_break, absent = await list_agents(ami, [WANG, Agent("8014", {"GEN": 0})])
    assert (on_break.number, on_break.declared, on_break.reason) == ("8013", Declared.BREAK, "小休")
    assert on_break.observed is Observed.IDLE
    assert on_break.queues == {"ENT": 1, "GEN": 0}
    assert on_break.calls_taken == 8
    assert (absent.number, absent.declared) == ("8014", Declared.OFFLINE)
    assert absent.observed is Observed.UNREACHABLE
