"""The progress query: right codes are read out, wrong ones lead to a human, and no secret leaks."""

import asyncio
import gc
from dataclasses import dataclass, field
from datetime import date

import pytest

from ivr import progress
from ivr.flow import Flow
from ivr.progress import Answer, Progress, Withheld
from tests.unit.fake_channel import CITIZEN, FakeCall, flow_of, shipped_flow

pytestmark = pytest.mark.unit

FOUND = Progress(date(2026, 8, 31), "0427", "progress-state-closed")


@dataclass
class FakeTickets:
    """Tickets that answer as they are told, and remember what they were asked."""

    code: Answer = None
    tail: Answer = None
    own: Answer = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def by_code(self, caller: str, code: str) -> Answer:
        self.asked.append(("code", caller, code))
        return self.code

    async def by_tail(self, code: str, tail: str) -> Answer:
        self.asked.append(("tail", code, tail))
        return self.tail

    async def newest(self, caller: str) -> Answer:
        self.asked.append(("own", caller))
        return self.own


class BrokenTickets(FakeTickets):
    """The database is away."""

    async def by_code(self, caller: str, code: str) -> Answer:
        raise ConnectionRefusedError


class SilentTickets(FakeTickets):
    """The database takes the question and never answers."""

    async def by_code(self, caller: str, code: str) -> Answer:
        await asyncio.Event().wait()
        return None


@pytest.fixture(scope="module")
def flow() -> Flow:
    return flow_of(
        "  first:\n    verb: progress\n"
        "    edges: {served: end, urge: urge, supplement: more, human: human}\n"
        "  urge: {verb: play, prompt: goodbye, next: human}\n"
        "  more: {verb: play, prompt: message, next: human}\n"
        "  human: {verb: queue, queue: GEN, edges: {else: end}}\n"
        "  end: {verb: hangup}\n"
    )


async def ask(flow: Flow, tickets: FakeTickets | None, *answers: str, **more: object) -> FakeCall:
    return await FakeCall(flow, tickets=tickets, answers=answers, **more).run()  # type: ignore[arg-type]


async def test_the_right_code_is_read_out_and_silence_means_served(flow: Flow) -> None:
    tickets = FakeTickets(code=FOUND)
    call = await ask(flow, tickets, "204060")
    assert tickets.asked == [("code", CITIZEN, "204060")]
    assert call.heard == [
        "zh/progress-ask",
        "zh/progress-intro",
        *(f"zh/{piece}" for piece in ("d8", "yue", "d3", "shi", "d1", "ri")),
        "zh/progress-filed",
        "zh/progress-tail-number",
        *(f"zh/{piece}" for piece in ("d0", "d4", "d2", "d7")),
        "zh/progress-state-closed",
        "zh/progress-options",
    ]
    assert call.journal.of("asked") == [{"code": "204060"}]
    assert call.journal.of("served") == [{"what": "progress"}]
    assert call.way == ["hangup"]


async def test_an_expected_day_is_said(flow: Flow) -> None:
    due = Progress(date(2026, 8, 31), "0427", "progress-state-new", date(2026, 9, 7))
    call = await ask(flow, FakeTickets(code=due), "204060")
    at = call.heard.index("zh/progress-expected")
    assert call.heard[at + 1 : at + 3] == ["zh/d9", "zh/yue"]
    assert call.heard[-2] == "zh/progress-before"


@pytest.mark.parametrize(
    ("key", "outcome", "way"),
    [
        ("1", "urge", "queue GEN"),
        ("2", "supplement", "queue GEN"),
        ("0", "human", "queue GEN"),
        ("5", "served", "hangup"),
        ("", "served", "hangup"),
    ],
)
async def test_after_the_answer_the_caller_may_urge_add_or_ask_a_human(
    flow: Flow, key: str, outcome: str, way: str
) -> None:
    call = await ask(flow, FakeTickets(code=FOUND), "204060", key)
    assert ("first", outcome) in call.journal.steps
    assert call.way == [way]


async def test_star_asks_by_the_phone_itself(flow: Flow) -> None:
    tickets = FakeTickets(own=FOUND)
    call = await ask(flow, tickets, "*")
    assert tickets.asked == [("own", CITIZEN)]
    assert call.way == ["hangup"]


async def test_a_withheld_number_has_no_ticket_of_its_own(flow: Flow) -> None:
    tickets = FakeTickets(own=FOUND)
    call = await ask(flow, tickets, "*", "*", "*", caller="")
    assert tickets.asked == []
    assert call.way == ["queue GEN"]


@pytest.mark.parametrize("code", ["111111", "12#", "12*456", "1", "*12345"])
async def test_three_wrong_codes_lead_to_a_human(flow: Flow, code: str) -> None:
    call = await ask(flow, FakeTickets(), code, code, code)
    assert call.heard.count("zh/progress-ask") == 3
    assert call.heard.count("zh/progress-wrong") == 2
    assert call.way == ["queue GEN"]
    assert call.journal.of("served") == []


async def test_silence_leads_to_a_human_at_once(flow: Flow) -> None:
    call = await ask(flow, FakeTickets(code=FOUND), "")
    assert call.heard == ["zh/progress-ask"]
    assert call.way == ["queue GEN"]


async def test_another_phone_is_asked_for_the_registered_ones_last_digits(flow: Flow) -> None:
    tickets = FakeTickets(code=Withheld.OTHER_PHONE, tail=FOUND)
    call = await ask(flow, tickets, "204060", "0000")
    assert tickets.asked[-1] == ("tail", "204060", "0000")
    assert call.heard[1] == "zh/progress-tail"
    assert call.way == ["hangup"]


@pytest.mark.parametrize("tails", [["1111", "2222"], ["", ""], ["1#", "*"]])
async def test_two_wrong_tails_lead_to_a_human(flow: Flow, tails: list[str]) -> None:
    call = await ask(flow, FakeTickets(code=Withheld.OTHER_PHONE), "204060", *tails)
    assert call.heard == [
        "zh/progress-ask",
        "zh/progress-tail",
        "zh/progress-tail",
        "zh/progress-human",
    ]
    assert call.way == ["queue GEN"]


async def test_a_confidential_matter_is_for_a_human_to_speak_of(flow: Flow) -> None:
    call = await ask(flow, FakeTickets(code=Withheld.CONFIDENTIAL), "204060")
    assert call.heard == ["zh/progress-ask", "zh/progress-human"]
    assert call.way == ["queue GEN"]


@pytest.mark.parametrize("tickets", [None, BrokenTickets()])
async def test_without_the_database_a_human_answers(
    flow: Flow, tickets: FakeTickets | None
) -> None:
    call = await ask(flow, tickets, "204060")
    assert call.heard == ["zh/progress-ask", "zh/progress-human"]
    assert call.way == ["queue GEN"]


async def test_nobody_listens_to_a_slow_database(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert progress.LOOKUP_SECONDS == 2.0
    monkeypatch.setattr(progress, "LOOKUP_SECONDS", 0.01)
    call = await ask(flow, SilentTickets(), "204060")
    assert call.way == ["queue GEN"]


class StubbornTickets(FakeTickets):
    """The question takes its time even when it is called off, and fails in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = asyncio.Event()

    async def by_code(self, caller: str, code: str) -> Answer:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await self.freed.wait()
            raise ConnectionResetError from None
        return None


async def everything_else() -> None:
    """Let all other tasks end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(others, timeout=20)


async def test_a_question_that_cannot_be_called_off_is_left_alone_and_its_end_is_no_news(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOOKUP_SECONDS", 0.01)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: complaints.append(about))
    tickets = StubbornTickets()
    call = await asyncio.wait_for(ask(flow, tickets, "204060"), 5)
    assert call.way == ["queue GEN"]
    tickets.freed.set()
    await everything_else()
    gc.collect()
    assert complaints == []


async def test_a_hang_up_calls_the_question_off() -> None:
    called_off = asyncio.Event()

    async def question() -> Answer:
        try:
            await asyncio.Event().wait()
        finally:
            called_off.set()
        return None

    asking = asyncio.create_task(progress.within_limit(question()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait_for(called_off.wait(), 5)


async def test_codes_cannot_be_guessed_through_one_call() -> None:
    tickets = FakeTickets()
    answers = [f"{code:06}" for code in range(9)]
    flow = shipped_flow("direct")
    call = await FakeCall(
        flow, answers=answers, outcomes=["key-3", "key-3", "key-3"], tickets=tickets
    ).run()
    assert len(tickets.asked) == 5
    assert call.way == ["queue GEN"] * 4


async def test_in_the_direct_profile_a_served_caller_goes_on_waiting() -> None:
    flow = shipped_flow("direct")
    call = await FakeCall(
        flow, answers=["204060"], outcomes=["key-3"], tickets=FakeTickets(code=FOUND)
    ).run()
    assert call.way == ["queue GEN", "queue GEN"]
    assert call.journal.of("served") == [{"what": "progress"}]


async def test_in_the_menu_profile_a_served_caller_is_done() -> None:
    flow = shipped_flow("menu")
    tickets = FakeTickets(code=FOUND)
    call = await FakeCall(flow, answers=["3", "204060"], tickets=tickets).run()
    assert call.way == ["hangup"]
    assert call.heard[-1] == "zh/goodbye"
