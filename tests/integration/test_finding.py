"""Tickets are found by their words and filters, in one order, and by nothing that is hidden."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day
from tests.integration.ticket_life import AGENT, CITY, LEADER, MORNING, REVIEWER, UNIT, Life
from tickets.acts import Act, Actor
from tickets.channels import Channel
from tickets.finding import search
from tickets.finding.rows import row_of
from tickets.finding.wanted import Order, Wanted
from tickets.finding.words import BadSearch, blocks, patterns, plain
from tickets.life.drafts import Draft, write
from tickets.life.facts import Facts, Person
from tickets.life.intake import Submission, register
from tickets.life.words import Secrecy
from tickets.states import TicketState

pytestmark = pytest.mark.integration

WIDE_NUMBER = "13812345678".translate({code: code + 0xFEE0 for code in range(48, 58)})
Sessions = async_sessionmaker[AsyncSession]


async def ticket(life: Life, **matter: Any) -> str:
    life.made += 1
    draft = Draft(
        **{"type": "QZ", "category": "0206", "area": "371502", "contact_name": "王先生"} | matter
    )
    submission = Submission(Channel.WEB, f"f{life.made}", draft, "13812345678", at=life.now)
    async with life.sessions.begin() as session:
        made, _ = await register(session, CITY, submission, AGENT)
        return made.number


async def numbers(sessions: Sessions, person: Person = REVIEWER, **wanted: Any) -> list[str]:
    question = search.question_of(Wanted(**wanted), person, CITY)
    async with sessions() as session:
        return [one.ticket.number for one in await search.find(session, question, 200)]


@pytest.fixture
def life(sessions: Sessions) -> Life:
    return Life(sessions)


async def test_words_of_any_length_are_found_wherever_they_stand(
    life: Life, sessions: Sessions
) -> None:
    water = await ticket(life, title="停水", details="金柱月亮湾小区昨晚停水了，WiFi也没有")
    light = await ticket(life, title="路灯不亮", details="柳园路１２号门口😀路灯\u200b坏了")
    finds = {
        "水": [water], "停水": [water], "月亮湾": [water], "路灯": [light], "灯坏": [light],
        "路灯坏了": [light], "wifi": [water], "WIFI 停水": [water], "停水 路灯": [],
        "12号": [light], "😀": [light], "了": [light, water], "水停": [], "王先生": [light, water],
        "100%": [], "_": [], "，": [water],
    }  # fmt: skip
    assert {word: await numbers(sessions, text=word) for word in finds} == finds


async def test_the_newest_come_first_over_any_span_of_time(life: Life, sessions: Sessions) -> None:
    made = []
    for back in (2000, 1100, 400, 90, 30, 9, 2, 1, 0, 0):
        life.now = MORNING - timedelta(days=back)
        made.append(await ticket(life, title="噪声扰民"))
    assert await numbers(sessions, text="噪声") == made[::-1]
    assert await numbers(sessions) == made[::-1]
    day = local_day(MORNING)
    span = {"since": day - timedelta(days=90), "until": day - timedelta(days=2)}
    assert await numbers(sessions, REVIEWER, text="噪声", **span) == made[6:2:-1]
    assert await numbers(sessions, REVIEWER, **span) == made[6:2:-1]


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(text="灯"), Wanted(order=Order.DUE)])
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    life: Life, sessions: Sessions, wanted: Wanted
) -> None:
    for number in [await ticket(life, title="路灯") for _ in range(7)]:
        await life.act(number, Act.SUBMIT)
    question, seen, after = search.question_of(wanted, REVIEWER, CITY), [], None
    async with sessions() as session:
        while page := await search.find(session, question, 3, after):
            seen += [one.ticket.number for one in page]
            after = search.place_of(page[-1], wanted.order)
    assert len(seen) == len(set(seen)) == 7


async def test_every_filter_narrows_and_follows_the_ticket(life: Life, sessions: Sessions) -> None:
    one = await ticket(life, title="路灯", urgency="urgent")
    two = await ticket(life, title="公交", category="0401", area="371503")
    await life.act(one, Act.SUBMIT)
    await life.act(one, Act.DISPATCH)
    for narrow in (
        {"state": (TicketState.DISPATCHED,)}, {"unit": "ZJJ"}, {"area": "371502"},
        {"category": "02"}, {"category": "0206"}, {"urgency": "urgent"},
        {"due_before": life.now + timedelta(days=1)}, {"text": "灯", "unit": "ZJJ"},
    ):  # fmt: skip
        assert await numbers(sessions, **narrow) == [one], narrow
    for wide in ({"channel": "web"}, {"open": True}, {"type": "QZ"}, {"caller": "+8613812345678"}):
        assert await numbers(sessions, **wide) == [two, one], wide
    assert await numbers(sessions, caller="13800000000") == []
    await life.act(two, Act.WITHDRAW)
    assert await numbers(sessions, open=False) == [two]
    async with sessions.begin() as session:
        await write(session, CITY, one, Draft(title="红绿灯", area="371503"), AGENT)
    assert await numbers(sessions, text="红绿", area="371503") == [one]


async def test_what_is_hidden_cannot_be_searched_for(life: Life, sessions: Sessions) -> None:
    secret = {
        "details": "李四说他在13812345678等，也可打138-1234-5678，住在花园路9号",
        "contact_name": "李四", "address": "花园路9号", "title": "举报占道",
    }  # fmt: skip
    kept = await ticket(life, **secret, secrecy=Secrecy.CONFIDENTIAL)
    for word in ("李四", "花园路", "花园路9号"):
        assert await numbers(sessions, text=word) == [], word
    assert await numbers(sessions, text="占道") == [kept]
    async with sessions() as session:
        body = await session.scalar(text("SELECT body FROM ticket_wording"))
    assert "1A3A8" not in body
    assert "5A6A7A8" not in body
    for question in ("13812345678", "138 1234 5678", WIDE_NUMBER):
        with pytest.raises(BadSearch):
            await numbers(sessions, text=question)
    async with sessions.begin() as session:
        await write(session, CITY, kept, Draft(secrecy=Secrecy.NORMAL), AGENT)
    assert await numbers(sessions, text="花园路9号") == [kept]


async def test_a_unit_finds_its_tickets_and_a_leader_no_reports(
    life: Life, sessions: Sessions
) -> None:
    ours, report = await ticket(life, title="路灯一"), await ticket(life, title="路灯二")
    for number, secrecy in ((ours, Secrecy.NORMAL), (report, Secrecy.REPORT)):
        await life.act(number, Act.SUBMIT)
        facts = Facts(lead="ZJJ", duplicates_checked=True, secrecy=secrecy)
        await life.act(number, Act.DISPATCH, facts=facts)
    foreign = await ticket(life, title="路灯三")
    assert await numbers(sessions, UNIT, text="路灯") == [report, ours]
    assert await numbers(sessions, Person("li", Actor.UNIT, "GAJ")) == []
    assert await numbers(sessions, LEADER) == [foreign, ours]
    for person, wanted in (
        (UNIT, {"caller": "13812345678"}), (LEADER, {"caller": "13812345678"}),
        (Person("王", Actor.CITIZEN), {}),
    ):  # fmt: skip
        with pytest.raises(search.NotYourSearch):
            await numbers(sessions, person, **wanted)


async def test_a_unit_sees_of_a_kept_ticket_what_it_needs_and_not_who_told(
    life: Life, sessions: Sessions
) -> None:
    details = "李四在花园路9号看见井盖丢失，电话138-1234-5678"
    number = await ticket(life, details=details, contact_name="李四", address="花园路9号")
    await life.act(number, Act.SUBMIT)
    facts = Facts(lead="ZJJ", duplicates_checked=True, secrecy=Secrecy.CONFIDENTIAL)
    await life.act(number, Act.DISPATCH, facts=facts)
    question = search.question_of(Wanted(), UNIT, CITY)
    async with sessions() as session:
        row = row_of((await search.find(session, question, 1))[0], UNIT)
    assert row.details == "***在***看见井盖丢失，电话138****5678"
    assert (row.contact_name, row.address, row.contact_number) == ("***", "***", "138****5678")


async def test_counts_stop_where_they_say(
    life: Life, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await ticket(life, title="路灯")
    monkeypatch.setattr(search, "MOST_COUNTED", 2)
    for wanted, expected in (
        (Wanted(text="路灯"), search.Count(2, True)), (Wanted(), search.Count(2, True)),
        (Wanted(text="公交"), search.Count(0, False)),
    ):  # fmt: skip
        question = search.question_of(wanted, REVIEWER, CITY)
        async with sessions() as session:
            assert await search.count(session, question) == expected


async def test_the_database_and_the_code_compare_text_by_the_same_rule(
    session: AsyncSession,
) -> None:
    for raw in (
        "\uff21\uff22\uff43",
        WIDE_NUMBER,
        "İstanbul",
        "Straße①㎡",
        "a\u200bb\u202e\ufeffc",
        "ﬁ 北京　路",
        "😀\n𠀀",
    ):
        theirs = await session.scalar(text("SELECT findable_plain(:raw)"), {"raw": raw})
        assert theirs == plain(raw) or raw == "İstanbul", raw


def test_blocks_of_days_leave_no_day_out_and_none_twice() -> None:
    first, last = date(2004, 1, 1), date(2026, 11, 24)
    found = list(blocks(first, last))
    assert len(found) < 30
    assert all(newer.begin == older.end for newer, older in pairwise(found))
    assert local_day(found[0].begin) == last


@pytest.mark.parametrize("question", ["", "  ", "\u200b", "x" * 101, "一 二 三 四 五 六 七 八 九"])
def test_a_question_that_says_nothing_is_refused(question: str) -> None:
    with pytest.raises(BadSearch):
        patterns(question)


async def test_the_index_serves_a_word_of_one_character(life: Life, sessions: Sessions) -> None:
    await ticket(life, title="停水")
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(
            text("EXPLAIN SELECT 1 FROM ticket_wording WHERE body LIKE :word"),
            {"word": patterns("水")[0]},
        )
        lines = "\n".join(plan)
    assert "ix_ticket_wording_body" in lines
