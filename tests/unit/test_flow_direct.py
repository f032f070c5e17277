"""The default profile "直通": greeted while waiting, every key alive, always a human in the end."""

from collections.abc import Sequence

import pytest

from ivr.flow import Flow
from tests.unit.fake_channel import CITIZEN, CODE, FakeCall, read_back, shipped_flow

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def flow() -> Flow:
    return shipped_flow("direct")


async def live(flow: Flow, *outcomes: str, answers: Sequence[str] = (), **more: object) -> FakeCall:
    return await FakeCall(flow, outcomes=outcomes, answers=answers, **more).run()  # type: ignore[arg-type]


async def test_an_arrival_costs_one_round_trip_and_waits_already_while_greeted(flow: Flow) -> None:
    call = await live(flow)
    assert call.channel.commands == ["next"]
    assert call.done == [
        {
            "HOTLINE_QUEUE": "GEN",
            "HOTLINE_MUSIC": "zh-greeting-direct",
            "HOTLINE_TIMEOUT": "180",
            "HOTLINE_PRIORITY": "0",
            "HOTLINE_LANG": "zh",
            "HOTLINE_STATE": call.done[0]["HOTLINE_STATE"],
            "HOTLINE_NEXT": "queue",
        }
    ]
    assert list(call.done[0])[-1] == "HOTLINE_NEXT"
    assert call.done[0]["HOTLINE_STATE"].startswith(f"direct@{flow.version}/human/")


@pytest.mark.parametrize(
    ("key", "way", "heard"),
    [
        ("key-0", ["queue GEN"], []),
        ("key-2", ["queue ENT"], []),
        ("key-4", ["partner 12348"], ["zh/legal"]),
        ("key-8", ["queue EN"], []),
        ("key-9", ["partner 110"], ["zh/police"]),
        ("key-pound", ["queue GEN"], []),
        ("key-star", ["queue GEN"], []),
    ],
)
async def test_every_key_is_live_while_waiting(
    flow: Flow, key: str, way: list[str], heard: list[str]
) -> None:
    call = await live(flow, key)
    assert call.way == ["queue GEN", *way]
    assert call.heard == heard


@pytest.mark.parametrize("key", ["key-1", "key-6", "key-7"])
async def test_a_key_without_meaning_leaves_the_caller_waiting(flow: Flow, key: str) -> None:
    call = await live(flow, key)
    assert call.way == ["queue GEN", "queue GEN"]
    assert call.heard == []


async def test_who_comes_back_is_not_greeted_twice_and_overtakes_nobody(flow: Flow) -> None:
    call = await live(flow, "key-0", "key-0")
    assert [step["HOTLINE_MUSIC"] for step in call.done] == ["zh-greeting-direct", "", ""]
    assert [step["HOTLINE_PRIORITY"] for step in call.done] == ["0", "0", "0"]


async def test_pound_repeats_the_greeting(flow: Flow) -> None:
    call = await live(flow, "key-pound", "key-pound")
    assert [step["HOTLINE_MUSIC"] for step in call.done] == ["zh-greeting-direct"] * 3


async def test_star_puts_the_elderly_first_and_keeps_them_there(flow: Flow) -> None:
    call = await live(flow, "key-star", "timeout", answers=["0"])
    assert call.done[1]["HOTLINE_PRIORITY"] == "10"
    assert call.done[1]["HOTLINE_MUSIC"] == "zh-elderly"
    assert call.done[2]["HOTLINE_PRIORITY"] == "10"


async def test_english_is_greeted_asked_and_served_in_english(flow: Flow) -> None:
    call = await live(flow, "key-8", "timeout", "timeout")
    assert call.way == ["queue GEN", "queue EN", "queue GEN", "queue GEN"]
    assert [step["HOTLINE_MUSIC"] for step in call.done[1:3]] == ["en-english", "en-english-wait"]
    assert [step["HOTLINE_LANG"] for step in call.done] == ["zh", "en", "en", "en"]
    assert call.done[1]["HOTLINE_TIMEOUT"] == "40"
    assert call.heard == ["en/queue-timeout"]


async def test_five_in_the_english_queue_asks_for_a_callback(flow: Flow) -> None:
    call = await live(flow, "key-8", "key-5", answers=["1"])
    (told,) = call.journal.of("callback")
    assert (told["number"], told["language"]) == (CITIZEN, "en")
    assert call.heard == [
        *read_back("en"),
        "en/callback-taken",
        "en/goodbye",
    ]
    assert call.way[-1] == "hangup"


@pytest.mark.parametrize("outcome", ["not-answered", "busy", "failed"])
async def test_when_110_does_not_answer_a_human_does_before_all_others(
    flow: Flow, outcome: str
) -> None:
    call = await live(flow, "key-9", outcome)
    assert call.way == ["queue GEN", "partner 110", "queue GEN"]
    assert call.done[2]["HOTLINE_PRIORITY"] == "20"
    assert call.heard == ["zh/police", "zh/transfer-failed"]


async def test_whoever_talked_to_110_is_asked_for_nothing_more(flow: Flow) -> None:
    call = await live(flow, "key-9", "answered")
    assert call.way[-1] == "hangup"
    assert call.heard == ["zh/police"]


@pytest.mark.parametrize("outcome", ["not-answered", "busy", "failed"])
async def test_when_no_lawyer_answers_a_callback_is_offered(flow: Flow, outcome: str) -> None:
    call = await live(flow, "key-4", outcome, answers=["1", "1"])
    assert call.heard == [
        "zh/legal",
        "zh/partner-missing",
        "zh/callback-offer",
        *read_back("zh"),
        "zh/callback-taken",
        "zh/goodbye",
    ]
    assert call.way[-1] == "hangup"


async def test_silence_at_the_lawyers_offer_waits_for_a_human(flow: Flow) -> None:
    call = await live(flow, "key-4", "busy")
    assert call.way == ["queue GEN", "partner 12348", "queue GEN"]


async def test_zero_while_12348_is_announced_comes_back(flow: Flow) -> None:
    call = await live(flow, "key-4", during={"legal": "0"})
    assert call.way == ["queue GEN", "queue GEN"]


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        ("timeout", "zh/queue-timeout"),
        ("full", "zh/busy"),
        ("no-agent", "zh/busy"),
        ("left-empty", "zh/busy"),
        ("gone", "zh/busy"),
    ],
)
@pytest.mark.parametrize(
    ("answers", "way"),
    [
        (["1"], ["hangup"]),
        (["2"], ["message"]),
        (["0"], ["queue GEN"]),
        (["9"], ["partner 110"]),
        ([""], ["queue GEN"]),
        (["7", "7"], ["queue GEN"]),
        (["7", "2"], ["message"]),
        (["#", "*"], ["queue GEN"]),
    ],
)
async def test_when_nobody_is_free_the_caller_chooses_and_nobody_is_sent_away(
    flow: Flow, outcome: str, asked: str, answers: list[str], way: list[str]
) -> None:
    call = await live(flow, outcome, answers=answers)
    assert call.heard[0] == asked
    assert call.way == ["queue GEN", *way]


async def test_a_message_is_thanked_for_with_the_query_code(flow: Flow) -> None:
    call = await live(flow, "timeout", "recorded", answers=["2"])
    assert call.way == ["queue GEN", "message", "hangup"]
    assert call.done[1]["HOTLINE_TIMEOUT"] == "180"
    said = call.heard[call.heard.index("zh/message-thanks") :]
    assert said[:2] == ["zh/message-thanks", "zh/code-is"]
    assert [piece for piece in said if piece[3] == "d"] == [f"zh/d{digit}" for digit in CODE]
    assert said[-1] == "zh/goodbye"


async def test_a_message_of_a_cough_leads_back_to_a_human(flow: Flow) -> None:
    call = await live(flow, "timeout", "too-short", answers=["2"])
    assert call.way == ["queue GEN", "message", "queue GEN"]
    assert call.heard[-1] == "zh/message-short"


async def test_a_withheld_number_leaves_a_message_instead_of_a_callback(flow: Flow) -> None:
    call = await live(flow, "timeout", answers=["1"], caller="")
    assert call.journal.of("callback") == []
    assert call.way == ["queue GEN", "message"]


@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
async def test_after_a_talk_the_citizen_may_rate_it(flow: Flow, score: int) -> None:
    call = await live(flow, "answered", answers=[str(score)])
    assert call.heard == ["zh/survey", "zh/survey-thanks"]
    assert call.journal.of("rating") == [{"score": score}]
    assert call.way == ["queue GEN", "hangup"]


@pytest.mark.parametrize("answer", ["", "0", "6", "9", "*", "#"])
async def test_no_rating_is_no_rating(flow: Flow, answer: str) -> None:
    call = await live(flow, "answered", answers=[answer])
    assert call.heard == ["zh/survey", "zh/goodbye"]
    assert call.journal.of("rating") == []
    assert call.way == ["queue GEN", "hangup"]


@pytest.mark.parametrize("outcome", ["full", "no-agent", "left-empty", "gone"])
async def test_when_no_one_is_there_for_enterprises_everybody_is(flow: Flow, outcome: str) -> None:
    call = await live(flow, "key-2", outcome)
    assert call.way == ["queue GEN", "queue ENT", "queue GEN"]


async def test_five_hundred_digits_end_with_a_human(flow: Flow) -> None:
    digits = "1234567890" * 50
    call = await live(flow, "key-3", answers=[digits, digits[6:], digits[12:]])
    assert call.way == ["queue GEN", "queue GEN"]


async def test_the_journal_tells_the_way_in_order(flow: Flow) -> None:
    call = await live(flow, "timeout", "recorded", answers=["2"])
    assert call.journal.steps == [
        ("human", "handed-over"),
        ("human", "timeout"),
        ("long-wait", "key-2"),
        ("leave-message", "done"),
        ("record", "handed-over"),
        ("record", "recorded"),
        ("message-thanks", "done"),
        ("code-is", "done"),
        ("say-code", "done"),
        ("goodbye", "done"),
        ("hangup", "handed-over"),
    ]
    assert [step["keys"] for step in call.journal.of("step") if step["keys"]] == ["2"]
