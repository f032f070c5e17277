"""Seats and queues as an admin writes them, and signing seats in and out of a switch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import utc_now
from core.errors import ConfigError, HotlineError
from core.settings import CHECKOUT, Settings
from queues.agent_acts import (
    NothingToWrapUpError,
    Person,
    extend_wrap_up,
    list_agents,
    make_available,
    sign_in,
    sign_out,
    take_break,
)
from queues.agent_states import Act, Declared, IllegalActError, Observed, declare
from queues.agents import Agent, find_agent, load_agents
from queues.breaks import Break, load_breaks
from queues.definitions import Overflow, Queue, Step, Strategy, load_queues
from telephony.ami import Ami, AmiRefused
from tests.unit.fake_ami import FakeSwitch, Headers, Session, fake_switch, make_ami

pytestmark = pytest.mark.unit

GOOD_QUEUE = """
[[queue]]
name = "GEN"
title = "综合受理"
skill = "general"
strategy = "rrmemory"
ring_timeout = 15
wrap_up = 0
max_waiting = 600
"""


SEAT = '[[agent]]\nnumber = "8013"\n{}\n'


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
    assert load_breaks(settings)[0].name == "rest"


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
    assert caught.value.line == 11


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
        (SEAT.format("skills = { enterprise = 1 }"), "names enterprise; queues ask for general"),
        (SEAT.format("skills = {}"), "at least one, such as { general = 1 }"),
        (SEAT.format('skills = ["general"]'), "at least one"),
        (SEAT.format("skills = { general = 0 }"), "'general' must be a number from 1 to 9"),
        (SEAT.format("skills = { general = 1 }\nlanguages = { en = 1 }"), "names en; queues"),
        ("[[agent]]\nnumber = 8013\nskills = { general = 1 }", "must be a text such as"),
        ('[[agent]]\nnumber = "80,13"\nskills = { general = 1 }', "must be a text such as"),
        (SEAT.format('name = "x"\nskills = { general = 1 }'), "'name' is not known"),
        (SEAT.format("skills = { general = 1 }") * 2, "8013 is used already in line 1"),
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
            "QueuePause": self.pause,
            "QueueLog": self.log,
            "DBDelTree": self.done,
            "DBPut": self.done,
            "Originate": self.done,
        }
        self.log_lines: list[str] = []
        self.last_call = 0

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

    async def pause(self, session: Session, headers: Headers) -> None:
        for (_, interface), member in self.members.items():
            if interface == headers["Interface"]:
                member["Paused"] = "1" if headers["Paused"] == "true" else "0"
                member["Reason"] = headers["Reason"] if headers["Paused"] == "true" else ""
        await self.done(session, headers)

    async def log(self, session: Session, headers: Headers) -> None:
        self.log_lines.append(f"{headers['Interface']} {headers['Event']} {headers['Message']}")
        await self.done(session, headers)

    async def done(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "Message: done")

    async def status(self, session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        for (queue, interface), member in self.members.items():
            if headers.get("Member", interface) == interface:
                await session.answer(
                    headers, "Event: QueueMember", f"Queue: {queue}", f"Location: {interface}",
                    f"Name: {member['MemberName']}", f"Penalty: {member['Penalty']}",
                    "Status: 1", f"Paused: {member.get('Paused', '0')}",
                    f"LastCall: {self.last_call}",
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
HERSELF = Person("8013")
MEAL = Break("2", "meal", "就餐")
GEN = Queue("GEN", "综合受理", Strategy.RRMEMORY, 15, 10, 600)


async def test_signing_in_makes_a_member_of_each_queue_under_the_seats_number(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, WANG, HERSELF)
    member = queues.members["ENT", "PJSIP/8013"]
    assert set(queues.members) == {("GEN", "PJSIP/8013"), ("ENT", "PJSIP/8013")}
    assert member["MemberName"] == "8013"
    assert member["StateInterface"] == "PJSIP/8013"
    assert member["Penalty"] == "1"


async def test_signing_in_twice_is_signing_in_once_and_the_last_penalty_counts(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, WANG, HERSELF)
    await sign_in(ami, Agent("8013", {"GEN": 5, "ENT": 1}), HERSELF)
    assert queues.members["GEN", "PJSIP/8013"]["Penalty"] == "5"
    assert len(queues.members) == 2


async def test_a_queue_the_switch_lacks_leaves_the_seat_signed_in_nowhere(
    queues: Queues, ami: Ami
) -> None:
    with pytest.raises(AmiRefused, match="No such queue"):
        await sign_in(ami, Agent("8013", {"GEN": 0, "NEW": 0}), HERSELF)
    assert queues.members == {}


async def test_signing_out_leaves_also_queues_no_longer_configured_and_nobody_elses(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, Agent("8013", {"GEN": 0, "OLD": 0}), HERSELF)
    await sign_in(ami, Agent("8014", {"GEN": 0}), HERSELF)
    await sign_out(ami, WANG, HERSELF)
    assert set(queues.members) == {("GEN", "PJSIP/8014")}
    await sign_out(ami, WANG, HERSELF)


async def test_the_list_keeps_what_was_declared_apart_from_what_is_observed(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, WANG, HERSELF)
    for member in queues.members.values():
        member |= {"Paused": "1", "Reason": "小休"}
    on_break, absent = await list_agents(ami, [WANG, Agent("8014", {"GEN": 0})])
    assert (on_break.number, on_break.declared, on_break.reason) == ("8013", Declared.BREAK, "小休")
    assert on_break.observed is Observed.IDLE
    assert on_break.queues == {"ENT": 1, "GEN": 0}
    assert (absent.number, absent.declared) == ("8014", Declared.OFFLINE)
    assert absent.observed is Observed.UNREACHABLE


async def test_every_act_is_written_down_with_who_did_it_and_why(queues: Queues, ami: Ami) -> None:
    await sign_in(ami, WANG, HERSELF)
    await take_break(ami, WANG, MEAL, Person("li|\n班长"))
    await make_available(ami, WANG, HERSELF)
    await sign_out(ami, WANG, Person("li"))
    assert queues.log_lines == [
        "8013 HL-AGENT sign-in|agent|8013|",
        "8013 HL-AGENT break|supervisor|li  班长|meal",
        "8013 HL-AGENT available|agent|8013|",
        "8013 HL-AGENT sign-out|supervisor|li|",
    ]


async def test_signing_in_ends_a_break_and_leaves_queues_no_longer_served(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, Agent("8013", {"GEN": 0, "OLD": 0}), HERSELF)
    await take_break(ami, WANG, MEAL, HERSELF)
    await sign_in(ami, WANG, HERSELF)
    assert set(queues.members) == {("GEN", "PJSIP/8013"), ("ENT", "PJSIP/8013")}
    (state,) = await list_agents(ami, [WANG])
    assert (state.declared, state.reason) == (Declared.AVAILABLE, "")


async def test_who_is_not_signed_in_has_no_break(queues: Queues, ami: Ami) -> None:
    with pytest.raises(IllegalActError, match="8013 is offline; break is not possible"):
        await take_break(ami, WANG, MEAL, HERSELF)
    assert queues.log_lines == []


async def test_more_time_after_a_talk_is_no_break_and_only_after_a_talk(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, WANG, HERSELF)
    with pytest.raises(NothingToWrapUpError):
        await extend_wrap_up(ami, WANG, [GEN], HERSELF)
    queues.last_call = int(utc_now().timestamp()) - 60
    left = await extend_wrap_up(ami, WANG, [GEN], HERSELF)
    assert 235 <= left <= 240
    (state,) = await list_agents(ami, [WANG], [GEN])
    assert (state.declared, state.observed) == (Declared.AVAILABLE, Observed.WRAP_UP)


async def test_after_a_talk_the_switch_leaves_the_agent_alone_for_a_while(
    queues: Queues, ami: Ami
) -> None:
    await sign_in(ami, WANG, HERSELF)
    queues.last_call = int(utc_now().timestamp()) - 5
    (state,) = await list_agents(ami, [WANG], [GEN])
    assert state.observed is Observed.WRAP_UP
    queues.last_call -= 6
    (state,) = await list_agents(ami, [WANG], [GEN])
    assert state.observed is Observed.IDLE


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("declared", Declared)
def test_each_act_either_leads_somewhere_or_is_refused(act: Act, declared: Declared) -> None:
    allowed = {
        Act.BREAK: {Declared.AVAILABLE, Declared.BREAK},
        Act.AVAILABLE: {Declared.AVAILABLE, Declared.BREAK},
        Act.WRAP_UP: {Declared.AVAILABLE},
    }.get(act, set(Declared))
    if declared in allowed:
        assert isinstance(declare("8013", declared, act), Declared)
    else:
        with pytest.raises(IllegalActError):
            declare("8013", declared, act)


def test_skills_and_languages_decide_who_serves_a_queue_and_how_early(settings: Settings) -> None:
    english = GOOD_QUEUE.replace("GEN", "EN").replace("skill =", 'language = "en"\nskill =')
    write_queues(settings, GOOD_QUEUE + english)
    write_agents(
        settings,
        SEAT.format("skills = { general = 2 }\nlanguages = { zh = 1, en = 3 }")
        + SEAT.format("skills = { general = 1 }").replace("8013", "8014"),
    )
    fluent, other = load_agents(settings, load_queues(settings))
    assert fluent.queues == {"GEN": 1, "EN": 3}
    assert other.queues == {"GEN": 0}


def test_a_queue_opens_step_by_step_and_overflows(settings: Settings) -> None:
    law = GOOD_QUEUE.replace("GEN", "LAW") + (
        "relax = [{ after = 0, penalty = 0 }, { after = 10, penalty = 8 }]\n"
        'overflow_to = "GEN"\noverflow_after = 40\n'
    )
    write_queues(settings, GOOD_QUEUE + law)
    queue = load_queues(settings)[1]
    assert queue.relax == (Step(0, 0), Step(10, 8))
    assert queue.overflow == Overflow("GEN", 40)


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        ("relax = [{ after = 5, penalty = 0 }]", "say first who is rung at once"),
        ("relax = [{ after = 0, penalty = 2 }, { after = 9, penalty = 1 }]", "open further"),
        ("relax = 3", "must be a list"),
        ("relax = [3]", "Each step of 'relax'"),
        ('overflow_to = "GEN"\noverflow_after = 9', "do not overflow themselves"),
        ('overflow_to = "GEN"', "'overflow_after' must be a number"),
        ("wrap_up_limit = 5\nwrap_up = 10", "This is not TOML"),
        ("weight = 101", "number from 0 to 100"),
        ('language = "EN"', "'language' must be a text"),
    ],
)
def test_a_fault_in_what_a_queue_may_add_is_refused(
    settings: Settings, added: str, sentence: str
) -> None:
    write_queues(settings, GOOD_QUEUE + added + "\n")
    with pytest.raises(ConfigError, match=sentence):
        load_queues(settings)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[break]]\nkey = "1"\nname = "wrap-up"\ntitle = "x"', "the hotline itself uses"),
        ('[[break]]\nkey = "11"\nname = "rest"\ntitle = "x"', "'key' must be a text"),
        ('[[break]]\nkey = "1"\nname = "re|st"\ntitle = "x"', "'name' must be a text"),
        ('[[break]]\nkey = "1"\nname = "rest"\ntitle = "x"\n' * 2, "used already in line 1"),
    ],
)
def test_a_fault_in_breaks_toml_is_refused(settings: Settings, text: str, sentence: str) -> None:
    (settings.config_dir / "breaks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence):
        load_breaks(settings)
