"""What may be the same matter is suggested with its reasons, and only to those who take it in."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.integration.test_finding import ticket
from tests.integration.ticket_life import AGENT, LEADER, MORNING, UNIT, Life
from tickets.acts import Act
from tickets.finding.duplicates import Duplicate, duplicates
from tickets.finding.likeness import Told
from tickets.finding.search import NotYourSearch

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
BOILERPLATE = "来电人反映，希望相关部门尽快处理并给予答复。"
WATER = {
    "title": "小区停水", "details": f"{BOILERPLATE}金柱月亮湾小区从早上开始停水，物业没有通知",
    "address": "柳园北路金柱月亮湾", "category": "0201", "contact_phone": "13900000001",
}  # fmt: skip


@pytest.fixture
def life(sessions: Sessions) -> Life:
    return Life(sessions)


async def asked(sessions: Sessions, **told: Any) -> list[Duplicate]:
    async with sessions() as session:
        return await duplicates(session, Told(**told), AGENT, at=MORNING)


async def test_neighbours_with_other_words_for_the_same_outage_are_found(
    life: Life, sessions: Sessions
) -> None:
    same = await ticket(life, **WATER)
    for place in ("新东方小区", "阿尔卡迪亚", "孙堂村"):
        await ticket(life, title="噪声", details=f"{BOILERPLATE}{place}夜间施工", category="0501")
    first, *others = await asked(
        sessions, text=f"{BOILERPLATE}月亮湾没有水了", address="金柱月亮湾", area="371502"
    )
    assert first.found.ticket.number == same
    assert others == []
    assert first.likeness.place == 1
    assert first.likeness.caller == 0
    assert "月亮湾" in "".join(first.likeness.shared)


async def test_a_caller_who_calls_again_about_it_is_found_by_any_spelling(
    life: Life, sessions: Sessions
) -> None:
    life.now = MORNING - timedelta(days=20)
    same = await ticket(life, **WATER)
    found = await asked(sessions, text="我上次说的停水还没解决", phone="13900000001")
    assert [one.found.ticket.number for one in found] == [same]
    assert found[0].likeness.caller == 1
    assert found[0].likeness.time == pytest.approx(1 / 3, abs=0.01)


async def test_the_same_caller_with_another_matter_is_no_duplicate(
    life: Life, sessions: Sessions
) -> None:
    await ticket(life, **WATER)
    assert await asked(sessions, text="公积金怎么提取", phone="13900000001") == []


async def test_the_draft_itself_the_merged_and_the_invalid_are_not_suggested(
    life: Life, sessions: Sessions
) -> None:
    own, invalid, main = [await ticket(life, **WATER) for _ in range(3)]
    await life.act(invalid, Act.MARK_INVALID)
    async with sessions() as session:
        told = Told(text=WATER["details"], address=WATER["address"])
        found = await duplicates(session, told, AGENT, but=own, at=MORNING)
    assert [one.found.ticket.number for one in found] == [main]


@pytest.mark.parametrize("text_", ["", "水", "，。！", "13812345678", "x" * 20_000, "😀\0\ud800"])
async def test_nothing_typed_breaks_it(life: Life, sessions: Sessions, text_: str) -> None:
    await ticket(life, **WATER)
    clean = text_.encode(errors="replace").decode().replace("\0", "")
    assert await asked(sessions, text=clean) == []


@pytest.mark.parametrize("person", [UNIT, LEADER])
async def test_only_those_who_take_matters_in_may_ask(sessions: Sessions, person: Any) -> None:
    async with sessions() as session:
        with pytest.raises(NotYourSearch):
            await duplicates(session, Told(text="停水"), person)
