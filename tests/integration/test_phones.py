"""Phones against phones on loopback: real sipp, real RTP, no exchange between them."""

import asyncio
import hashlib
import os
import re
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from phones.agent import Agent
from phones.calls import AgentCall
from phones.citizen import Citizen
from phones.errors import (
    CallRefusedError,
    NotRegisteredError,
    PhoneError,
    PhoneTimeoutError,
    PortTakenError,
)
from phones.load import run_load
from phones.media import bind_udp
from phones.partner import Partner
from phones.phone import Phone
from phones.pool import AgentPool
from phones.states import EndedBy, Ending
from phones.tones import tones

pytestmark = pytest.mark.integration

NOWHERE = ("127.0.0.1", 9)


def at(phone: Phone) -> tuple[str, int]:
    """The address at which another phone reaches this one without an exchange."""
    return phone.local_ip, phone.port


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    async with Agent("8001", "secret", NOWHERE, answer_after=0.05) as agent:
        yield agent


@pytest.fixture
async def citizen(agent: Agent) -> AsyncIterator[Citizen]:
    async with Citizen(at(agent), to="8001") as citizen:
        yield citizen


async def connect(citizen: Citizen, agent: Agent) -> AgentCall:
    await citizen.dial()
    call = await agent.next_call()
    await citizen.answered()
    await call.answered()
    return call


async def test_each_side_hears_the_other_and_only_the_other(agent: Agent, citizen: Citizen) -> None:
    call = await connect(citizen, agent)
    await citizen.until_hears({800})
    await call.until_hears({500})
    assert citizen.hears({500, 800, 1100}) == {800}
    assert call.hears({500, 800, 1100}) == {500}
    assert citizen.heard_level() > 1000


async def test_the_citizen_hangs_up(agent: Agent, citizen: Citizen) -> None:
    call = await connect(citizen, agent)
    assert await citizen.hangup() == Ending(EndedBy.US)
    assert (await call.hung_up()).by == EndedBy.OTHER


async def test_the_agent_hangs_up(agent: Agent, citizen: Citizen) -> None:
    await connect(citizen, agent)
    assert await agent.hangup() == Ending(EndedBy.US)
    assert (await citizen.hung_up()).by == EndedBy.OTHER


@pytest.mark.parametrize("moment", [0.0, 0.002, 0.004, 0.008])
async def test_both_hang_up_at_once_and_the_call_is_over_for_both(
    agent: Agent, citizen: Citizen, moment: float
) -> None:
    call = await connect(citizen, agent)

    async def a_moment_later() -> Ending:
        await asyncio.sleep(moment)
        return await call.hang_up()

    holding = asyncio.create_task(call.hold())
    await asyncio.gather(citizen.hangup(), a_moment_later(), holding)
    assert citizen.call.ending is not None
    assert call.ending is not None
    assert "sipp died" not in f"{citizen.timeline} {agent.timeline}"


@pytest.mark.parametrize("moment", [0.0, 0.002, 0.004, 0.008, 0.016])
async def test_giving_up_while_the_other_side_answers_ends_the_call_for_both(
    moment: float,
) -> None:
    async with (
        Agent("8001", "secret", NOWHERE, answer_after=0.0) as agent,
        Citizen(at(agent), to="8001") as citizen,
    ):
        await citizen.dial()
        await asyncio.sleep(moment)
        assert (await citizen.hangup()).by == EndedBy.US
        assert (await (await agent.next_call()).hung_up()).by == EndedBy.OTHER


async def test_an_agent_takes_calls_one_after_another(agent: Agent) -> None:
    for number in ("13800000001", "13800000002"):
        async with Citizen(at(agent), number=number, to="8001") as citizen:
            call = await connect(citizen, agent)
            assert number in call.caller
            await citizen.hangup()
            await call.hung_up()


async def test_a_second_caller_hears_that_the_one_line_is_busy(
    agent: Agent, citizen: Citizen
) -> None:
    await connect(citizen, agent)
    async with Citizen(at(agent), to="8001") as second:
        await second.dial()
        with pytest.raises(CallRefusedError, match="486"):
            await second.answered()
    await citizen.until_hears({800})


@pytest.mark.parametrize(("behaviour", "code"), [("reject", 603), ("busy", 486)])
async def test_a_phone_refuses_as_it_was_told(agent: Agent, behaviour: str, code: int) -> None:
    async with (
        Agent("8002", "secret", NOWHERE, behaviour=behaviour) as refuser,
        Citizen(at(refuser), to="8002") as citizen,
    ):
        await citizen.dial()
        with pytest.raises(CallRefusedError) as refusal:
            await citizen.answered()
        assert refusal.value.code == code


async def test_a_caller_gives_up_while_it_rings() -> None:
    async with (
        Agent("8001", "secret", NOWHERE, behaviour="ring") as agent,
        Citizen(at(agent), to="8001") as citizen,
    ):
        await citizen.dial()
        await citizen.ringing()
        call = await agent.next_call()
        assert (await citizen.hangup()).by == EndedBy.US
        assert (await call.hung_up()).by == EndedBy.OTHER


async def test_a_caller_gives_up_at_the_very_moment_of_dialling(citizen: Citizen) -> None:
    await citizen.dial()
    ending = await citizen.hangup()
    assert ending.by == EndedBy.US


async def test_a_ringing_phone_is_answered_by_hand() -> None:
    async with (
        Agent("8001", "secret", NOWHERE, behaviour="ring") as agent,
        Citizen(at(agent), to="8001") as citizen,
    ):
        await citizen.dial()
        call = await agent.next_call()
        await call.answer()
        await citizen.answered()
        assert agent.current is call


async def test_keys_go_both_ways_in_order_and_none_twice(agent: Agent, citizen: Citizen) -> None:
    call = await connect(citizen, agent)
    await asyncio.gather(citizen.press("3311*#", 0.06, 0.04), call.press("909", 0.06, 0.04))
    await call.until_keys("3311*#")
    await citizen.call.until_keys("909")
    assert (call.keys_heard, citizen.call.keys_heard) == ("3311*#", "909")


async def test_hold_pauses_the_agent_and_resume_brings_her_back(
    agent: Agent, citizen: Citizen
) -> None:
    call = await connect(citizen, agent)
    for _ in range(2):
        await citizen.until_hears({800})
        await agent.hold()
        await asyncio.sleep(0.5)
        assert citizen.hears({800}, 0.3) == set()
        await agent.resume()
    await citizen.until_hears({800})
    await call.until_hears({500})


async def test_a_vanished_phone_says_nothing_more_in_sip_or_rtp(
    agent: Agent, citizen: Citizen
) -> None:
    await connect(citizen, agent)
    await citizen.until_hears({800})
    agent.vanish()
    await asyncio.sleep(0.5)
    assert citizen.heard_level(0.3) == 0.0
    with pytest.raises(PhoneTimeoutError):
        await citizen.hung_up(0.3)


async def test_what_a_citizen_heard_is_kept_as_a_file(
    agent: Agent, citizen: Citizen, tmp_path: Path
) -> None:
    await connect(citizen, agent)
    await citizen.until_hears({800})
    citizen.save_heard(tmp_path / "heard.wav")
    with wave.open(str(tmp_path / "heard.wav")) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    assert tones(pcm, {500, 800}) == {800}


@pytest.mark.parametrize(
    ("number", "display"),
    [
        ("+86 138/0000", ""),
        ("anonymous", 'x" <sip:110@gov>;a="'),
        ("1" * 200, "市民" * 100),
        ("13800000000", "张三".encode("gbk")),
        ("'; DROP TABLE tickets; --", "[call_id] [$x] %s %n \\x00 ]]>"),
    ],
)
async def test_a_hostile_caller_reaches_the_wire_verbatim(
    agent: Agent, number: str, display: str | bytes
) -> None:
    async with Citizen(at(agent), number=number, display=display, to="8001") as citizen:
        call = await connect(citizen, agent)
        shown = display.decode(errors="backslashreplace") if isinstance(display, bytes) else display
        assert f"<sip:{number}@" in call.caller
        assert shown in call.caller


async def test_a_line_break_in_a_name_is_sent_as_it_is(agent: Agent) -> None:
    async with Citizen(at(agent), display="x\r\nX-Forged: 1\r\nX-Rest: y", to="8001") as citizen:
        await citizen.dial()
        call = await agent.next_call()
        assert call.caller == '"x'


async def test_every_moment_stands_in_the_timeline(agent: Agent, citizen: Citizen) -> None:
    await connect(citizen, agent)
    await citizen.press("1", 0.04, 0.02)
    await citizen.hangup()
    assert citizen.timeline.events == [
        "dialled 8001",
        "ringing",
        "answered",
        "pressed 1",
        "ended by us",
    ]
    times = [moment.at for moment in citizen.timeline.moments]
    assert times == sorted(times)


async def test_a_partner_answers_for_its_numbers_only() -> None:
    async with Partner({"110", "12348"}, port=spare_port("127.0.0.2")) as partner:
        for number in ("110", "12348"):
            async with Citizen(at(partner), to=number) as citizen:
                await citizen.dial()
                await citizen.answered()
                assert (await partner.next_call()).called_number == number
                await citizen.until_hears({1100})
        async with Citizen(at(partner), to="119") as citizen:
            await citizen.dial()
            with pytest.raises(CallRefusedError, match="404"):
                await citizen.answered()


async def test_a_taken_port_is_a_sentence_and_leaves_nothing_behind() -> None:
    with bind_udp("127.0.0.2", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"127.0.0.2:{port} is taken"):
            await Partner({"110"}, port=port).start()
    assert children() == []


async def test_nobody_at_the_other_end_is_a_sentence_with_the_story() -> None:
    async with Citizen(NOWHERE) as citizen:
        await citizen.dial()
        with pytest.raises(PhoneTimeoutError, match=r"no answer within 0\.3 s.*dialled 12345"):
            await citizen.answered(0.3)


async def test_closing_a_phone_in_mid_call_leaves_no_process_and_no_file(agent: Agent) -> None:
    citizen = Citizen(at(agent), to="8001")
    await connect(citizen, agent)
    before = len(children())
    await citizen.close()
    await citizen.close()
    assert len(children()) == before - 1
    assert citizen.call.ending == Ending(EndedBy.NOBODY)
    with pytest.raises(PhoneError, match="not switched on"):
        citizen.tell("HANGUP", "x")


async def test_a_call_ends_here_when_its_sipp_dies(agent: Agent, citizen: Citizen) -> None:
    before = set(children())
    await connect(citizen, agent)
    async with Citizen(at(agent), to="8001") as doomed:
        await doomed.dial()
        (process,) = set(children()) - before
        os.kill(process, 9)
        assert (await doomed.hung_up()).by in (EndedBy.NOBODY, EndedBy.OTHER)
        await doomed.call.until("death", lambda: "sipp died" in str(doomed.timeline), 5)


def children() -> list[int]:
    """The living sipp processes of this test run; it may have servers of other tests, too."""
    task = Path(f"/proc/self/task/{os.getpid()}/children")
    pids = [int(pid) for pid in task.read_text().split()]
    return [pid for pid in pids if b"sipp" in Path(f"/proc/{pid}/cmdline").read_bytes()]


class Registrar(asyncio.DatagramProtocol):
    """The least an exchange does for a registration: challenges, checks the digest, remembers."""

    def __init__(self) -> None:
        self.contacts: list[str] = []
        self.expires: list[int] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        head = dict(line.split(": ", 1) for line in data.decode().split("\r\n")[1:] if ": " in line)
        status = "200 OK" if self.proven(head) else "401 Unauthorized"
        if status == "200 OK":
            self.contacts.append(head["Contact"])
            self.expires.append(int(head["Expires"]))
        echoed = "".join(f"{name}: {head[name]}\r\n" for name in ("Via", "From", "Call-ID", "CSeq"))
        challenge = 'WWW-Authenticate: Digest realm="city",nonce="n1",algorithm=MD5\r\n'
        reply = f"SIP/2.0 {status}\r\n{echoed}To: {head['To']};tag=r\r\n{challenge}"
        self.transport.sendto(f"{reply}Content-Length: 0\r\n\r\n".encode(), addr)

    def proven(self, head: dict[str, str]) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', head.get("Authorization", "")))
        one = md5(f"8001:city:{'secret'}")
        two = md5(f"REGISTER:{given.get('uri', '')}")
        return given.get("response") == md5(f"{one}:n1:{two}")


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
async def registrar() -> AsyncIterator[tuple[Registrar, tuple[str, int]]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        Registrar, local_addr=("127.0.0.1", 0)
    )
    yield protocol, transport.get_extra_info("sockname")
    transport.close()


async def test_an_agent_registers_by_digest_and_says_when_she_goes(
    registrar: tuple[Registrar, tuple[str, int]],
) -> None:
    exchange, address = registrar
    async with Agent("8001", "secret", address) as agent:
        await agent.register()
        await agent.unregister()
        assert exchange.contacts == [f"<sip:8001@127.0.0.1:{agent.port}>"] * 2
    assert exchange.expires == [3600, 0]


async def test_a_wrong_password_is_refused_once_and_with_a_sentence(
    registrar: tuple[Registrar, tuple[str, int]],
) -> None:
    async with Agent("8001", "wrong", registrar[1]) as agent:
        with pytest.raises(NotRegisteredError, match="8001 could not register: SIP 401"):
            await agent.register()


def spare_port(ip: str) -> int:
    with bind_udp(ip, 0) as spare:
        return int(spare.getsockname()[1])


async def test_a_load_counts_what_it_met() -> None:
    async with Partner({"110"}, port=spare_port("127.0.0.2"), answer_after=0.05) as partner:
        taken = await run_load("110", 10, 20, 0.3, at(partner))
        refused = await run_load("119", 3, 20, 0.1, at(partner))
    assert (taken.sent, taken.answered, taken.failed) == (10, 10, 0)
    assert 45 <= taken.percentile_ms(0) <= taken.mean_ms <= taken.percentile_ms(100)
    assert (refused.sent, refused.answered, refused.failed) == (3, 0, 3)
    assert refused.refusals == {404: 3}


async def test_the_callers_of_a_load_speak_and_press_keys() -> None:
    async with Partner({"110"}, port=spare_port("127.0.0.2")) as partner:
        await run_load("110", 1, 10, 1.6, at(partner), keys="7#", voice=True)
        call = await partner.next_call()
    assert call.keys_heard == "7#"
    assert call.stream is not None
    assert tones(call.stream.heard(), {500, 800}) == {500}


async def test_a_load_gives_up_a_call_that_is_never_answered() -> None:
    async with Agent("8001", "secret", NOWHERE, behaviour="ring") as agent:
        result = await run_load("8001", 1, 10, 0.1, at(agent), answer_limit=0.5)
        assert (result.sent, result.answered, result.failed) == (1, 0, 1)
        assert (await (await agent.next_call()).hung_up()).by == EndedBy.OTHER


async def test_a_pool_answers_each_number_once_at_a_time_and_hangs_up() -> None:
    accounts = {"8001": "a", "8002": "b"}
    async with AgentPool(accounts, NOWHERE, answer_after=0.05, talk_seconds=0.5) as pool:
        one, two = await asyncio.gather(
            run_load("8001", 3, 20, 5, at(pool), local_ip="127.0.0.2"),
            run_load("8002", 1, 20, 5, at(pool), local_ip="127.0.0.3", voice=True),
        )
        assert (one.answered, one.refusals, two.answered) == (1, {486: 2}, 1)
        assert (pool.answered, pool.busy) == (2, 0)
