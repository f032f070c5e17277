"""A call's states as sipp reports them, on a phone without sipp."""

from collections.abc import Callable, Mapping

import pytest

from phones.calls import AgentCall, Call
from phones.errors import CallRefusedError, PhoneError, PhoneTimeoutError
from phones.media import Media
from phones.orders import Report
from phones.states import CallState, EndedBy, Ending
from phones.timeline import Timeline
from phones.voice import tone_voice

pytestmark = pytest.mark.unit


class FakeLine:
    """A phone that keeps the orders it was given."""

    def __init__(self) -> None:
        self.name = "citizen 138"
        self.media = Media("127.0.0.1")
        self.timeline = Timeline()
        self.orders: list[str] = []
        self.obey: Callable[[str], None] = self.orders.append

    def tell(
        self, verb: str, call_id: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        self.obey(verb)


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def call(line: FakeLine) -> Call:
    return Call(line, "id", CallState.DIALLING, tone_voice(500))


def hear(call: Call, *lines: str) -> None:
    for text in lines:
        call.hear(Report.parse(text))


ANSWERED = "answered id ip=127.0.0.1 port=4000 direction=sendrecv"


async def test_a_call_rings_is_answered_and_ended_by_the_other_side(call: Call) -> None:
    hear(call, "trying id", "ringing id", "ringing id", ANSWERED, "ended id by=other cause=16")
    await call.ringing()
    await call.answered()
    assert await call.hung_up() == Ending(EndedBy.OTHER, cause=16)
    assert call.line.timeline.events == ["ringing", "answered", "ended by other cause 16"]


async def test_a_refused_call_raises_with_code_and_cause(call: Call) -> None:
    hear(call, "failed id code=486 cause=17")
    with pytest.raises(CallRefusedError, match="SIP 486, cause 17"):
        await call.answered()


async def test_what_does_not_come_in_time_is_said_with_what_came(call: Call) -> None:
    hear(call, "ringing id")
    with pytest.raises(PhoneTimeoutError, match=r"no answer within 0\.01 s.*ringing"):
        await call.answered(0.01)


async def test_hanging_up_before_the_answer_waits_for_the_first_reply(
    call: Call, line: FakeLine
) -> None:
    assert call.line is line
    with pytest.raises(PhoneTimeoutError):
        await call.until("reply", lambda: call.rang, 0.01)
    assert line.orders == []
    hear(call, "trying id", "failed id code=487 cause=")
    assert (await call.hang_up()).code == 487
    assert line.orders == []


async def test_a_cancelled_call_was_ended_by_us(call: Call, line: FakeLine) -> None:
    hear(call, "ringing id")
    line.obey = lambda _: hear(call, "failed id code=487 cause=0")
    assert await call.hang_up() == Ending(EndedBy.US, 487, 0)


def test_a_call_ends_once(call: Call) -> None:
    hear(call, ANSWERED, "ended id by=other cause=16", "lost id", "ended id by=us cause=")
    call.die()
    assert call.ending == Ending(EndedBy.OTHER, cause=16)
    assert call.line.timeline.events.count("ended by other cause 16") == 1


def test_a_side_that_no_longer_answers_ended_nothing(call: Call) -> None:
    hear(call, ANSWERED, "lost id")
    assert call.ending == Ending(EndedBy.NOBODY)


def test_hold_pauses_our_voice_and_resume_brings_it_back(call: Call) -> None:
    hear(call, ANSWERED, "hold id ip=127.0.0.1 port=4000")
    assert call.stream is not None
    assert call.stream.silent
    hear(call, "resume id ip=127.0.0.1 port=4000")
    assert not call.stream.silent


async def test_a_refused_hold_is_an_error_and_the_voice_goes_on(call: Call, line: FakeLine) -> None:
    hear(call, ANSWERED)
    line.obey = lambda _: hear(call, "reinvite-refused id code=488")
    with pytest.raises(PhoneError, match="hold was refused, 488"):
        await call.hold()
    assert call.stream is not None
    assert not call.stream.silent


def test_media_follow_the_far_end_to_another_port(call: Call) -> None:
    hear(call, ANSWERED, "reinvited id ip=127.0.0.1 port=4002 direction=sendrecv")
    assert call.stream is not None
    assert call.stream.remote == ("127.0.0.1", 4002)


async def test_keys_before_the_answer_and_nothing_heard_are_errors(call: Call) -> None:
    with pytest.raises(PhoneError, match="before the call stands"):
        await call.press("1")
    assert call.hears({500}) == set()
    assert call.heard_level() == 0.0


def test_a_refusal_ends_the_call_here_at_once(line: FakeLine) -> None:
    report = Report.parse('invite id ip=127.0.0.1 port=4000 to=8001 from= "x" <sip:138@h>')
    call = AgentCall(line, report, tone_voice(800))
    call.refuse(486)
    assert line.orders == ["REFUSE-486"]
    assert call.ending == Ending(EndedBy.US, 486)
    assert (call.called_number, call.caller) == ("8001", '"x" <sip:138@h>')


def test_a_timeline_tells_its_listeners_and_reads_as_a_story() -> None:
    timeline = Timeline()
    heard: list[str] = []
    assert str(timeline) == ""
    timeline.listen(lambda moment: heard.append(moment.event))
    timeline.note("dialled")
    timeline.note("answered")
    assert heard == timeline.events == ["dialled", "answered"]
    assert str(timeline).startswith("dialled at 0.00 s, answered at ")
