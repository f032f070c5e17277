"""Drafts, versions, aliases on a real PostgreSQL: whole or not at all, and one of two at once."""

import asyncio

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from core.errors import HotlineError
from core.settings import Settings
from ivr.life.drafting import (
    Doing,
    approve_draft,
    begin_draft,
    rebase_draft,
    submit_draft,
    write_draft,
)
from ivr.life.errors import (
    BadShare,
    BrokenPromise,
    NothingBefore,
    Overtaken,
    OwnDraft,
    RedFlow,
    RevisionChanged,
    StaleDraft,
)
from ivr.life.judging import Judgement, judge
from ivr.life.publishing import (
    Moving,
    Share,
    point_alias,
    publish_draft,
    roll_back,
    set_canary,
)
from ivr.life.repository import get_alias, in_use, list_moves, newest_number
from ivr.life.rules import Rules
from ivr.life.states import IllegalMove
from ivr.life.transaction import changing
from ivr.models import FlowAliasMove, FlowDraft, FlowVersion
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
SETTINGS = Settings(config_dir=CONFIG)
TEXT = (CONFIG / "flows/direct.yaml").read_text()
ALONE = Rules(review=False, tests=True)


def worded(word: str) -> str:
    """The shipped flow with another title, which no caller hears."""
    return TEXT.replace("title: 直通", f"title: {word}")


async def begun(sessions: Sessions, words: str, by: str = "wang") -> int:
    async with changing(sessions) as session:
        return (await begin_draft(session, "direct", words, by, "why")).id


async def published(
    sessions: Sessions,
    draft: int,
    by: str = "wang",
    rules: Rules = ALONE,
    alias: str = "direct",
    share: Share | None = None,
) -> FlowAliasMove:
    async with sessions() as session:
        words = (await session.get_one(FlowDraft, draft)).text
    judgement = await judge(SETTINGS, "direct", words)
    async with changing(sessions) as session:
        moving = Moving(alias, by, "now")
        return await publish_draft(
            session, Doing(draft, by, "now"), moving, judgement, rules, share
        )


@pytest.fixture
async def first(sessions: Sessions) -> FlowAliasMove:
    """The alias `direct` on version 1."""
    return await published(sessions, await begun(sessions, TEXT))


async def stands(sessions: Sessions, alias: str = "direct") -> tuple[str, int]:
    async with sessions() as session:
        move = await get_alias(session, alias)
        return move.flow, move.number


async def test_a_draft_becomes_a_version_when_a_second_person_says_yes(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    draft = await begun(sessions, worded("二"))
    with pytest.raises(IllegalMove, match="second person"):
        await published(sessions, draft, rules=Rules())
    async with changing(sessions) as session:
        await submit_draft(session, Doing(draft, "wang", ""))
    with pytest.raises(OwnDraft):
        async with changing(sessions) as session:
            await approve_draft(session, Doing(draft, "wang", ""))
    async with changing(sessions) as session:
        await approve_draft(session, Doing(draft, "li", "seen"))
    move = await published(sessions, draft, rules=Rules())
    assert (move.number, move.actor, await stands(sessions)) == (2, "wang", ("direct", 2))
    with pytest.raises(IllegalMove, match="published"):
        await published(sessions, draft)


async def test_nobody_reviews_a_draft_they_had_a_hand_in(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    draft = await begun(sessions, worded("一"), by="wang")
    async with changing(sessions) as session:
        await write_draft(session, Doing(draft, "li", "mended"), worded("二"))
        await submit_draft(session, Doing(draft, "li", ""))
    for author in ("wang", "li"):
        with pytest.raises(OwnDraft):
            async with changing(sessions) as session:
                await approve_draft(session, Doing(draft, author, ""))


async def test_who_writes_over_what_they_have_not_seen_is_told(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    draft = await begun(sessions, worded("一"))
    async with changing(sessions) as session:
        await write_draft(session, Doing(draft, "li", "", revision=1), worded("二"))
    with pytest.raises(RevisionChanged, match="li"):
        async with changing(sessions) as session:
            await write_draft(session, Doing(draft, "wang", "", revision=1), worded("三"))


async def test_a_draft_from_before_the_newest_version_must_look_at_it_first(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    mine, theirs = await begun(sessions, worded("我")), await begun(sessions, worded("他"), "li")
    await published(sessions, theirs, "li")
    with pytest.raises(StaleDraft, match="li published direct@2"):
        await published(sessions, mine)
    assert await stands(sessions) == ("direct", 2)
    async with changing(sessions) as session:
        await rebase_draft(session, Doing(mine, "wang", "looked"))
    await published(sessions, mine)
    assert await stands(sessions) == ("direct", 3)


async def test_of_many_who_publish_at_once_one_does_and_the_others_are_told(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    drafts = [await begun(sessions, worded(str(number))) for number in range(4)]
    told = await asyncio.gather(
        *(published(sessions, draft) for draft in drafts), return_exceptions=True
    )
    done = [one for one in told if isinstance(one, FlowAliasMove)]
    assert len(done) == 1
    assert all(isinstance(one, Overtaken | StaleDraft | FlowAliasMove) for one in told)
    async with sessions() as session:
        assert await newest_number(session, "direct") == 2
        assert [move.number for move in await list_moves(session, "direct")] == [2, 1]


async def test_the_same_words_are_the_same_version(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    await published(sessions, await begun(sessions, worded("二")))
    move = await published(sessions, await begun(sessions, TEXT))
    assert move.number == 1


async def test_red_findings_and_broken_promises_keep_a_draft_from_callers(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    red = await begun(sessions, TEXT.replace('      "9": police\n', "", 1))
    with pytest.raises(RedFlow, match="line"):
        await published(sessions, red)
    forgetful = await begun(sessions, TEXT.replace("prompt: goodbye", "prompt: survey-thanks"))
    with pytest.raises(BrokenPromise, match="scenarios of direct"):
        await published(sessions, forgetful)
    await published(sessions, forgetful, rules=Rules(review=False, tests=False))
    assert await stands(sessions) == ("direct", 2)


async def test_a_draft_changed_while_it_was_judged_is_not_published(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    draft = await begun(sessions, worded("二"))
    other = Judgement("00000000", (), ())
    with pytest.raises(RevisionChanged):
        async with changing(sessions) as session:
            await publish_draft(
                session, Doing(draft, "wang", ""), Moving("direct", "wang", ""), other, ALONE
            )


async def test_roll_back_takes_back_one_step_and_a_canary_first(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    moving = Moving("direct", "li", "too long")
    for number in (2, 3):
        await published(sessions, await begun(sessions, worded(str(number))))
    async with changing(sessions) as session:
        await set_canary(session, moving, ("direct", 1), Share(10))
    for expected in (3, 2, 1):
        async with changing(sessions) as session:
            move = await roll_back(session, moving)
        assert (move.number, move.candidate_flow) == (expected, None)
    with pytest.raises(NothingBefore):
        async with changing(sessions) as session:
            await roll_back(session, moving)


async def test_a_canary_changes_nothing_for_the_others(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    draft = await begun(sessions, worded("二"))
    move = await published(sessions, draft, share=Share(20, ("139*", "+86 138-0000-0000")))
    assert (move.number, move.candidate_number) == (1, 2)
    async with sessions() as session:
        standing = (await in_use(session)).published.aliases["direct"]
    assert standing.candidate is not None
    assert (standing.candidate.percent, standing.candidate.callers) == (20, ("139*", "13800000000"))
    assert (standing.pinned.number, standing.candidate.pinned.number) == (1, 2)


@pytest.mark.parametrize(
    "share", [Share(), Share(101), Share(-1), Share(0, ("x",)), Share(0, ("13*9",))]
)
async def test_a_share_that_cannot_be_is_refused(
    sessions: Sessions, first: FlowAliasMove, share: Share
) -> None:
    draft = await begun(sessions, worded("二"))
    with pytest.raises(BadShare):
        await published(sessions, draft, share=share)
    async with sessions() as session:
        assert await newest_number(session, "direct") == 1


async def test_an_alias_of_any_name_points_at_any_version(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    async with changing(sessions) as session:
        await point_alias(session, Moving("night", "li", ""), "direct", 1)
    async with sessions() as session:
        assert set((await in_use(session)).published.aliases) == {"direct", "night"}
    for alias, number in (("night", 9), ("Night!", 1), ("x" * 50, 1)):
        with pytest.raises(HotlineError):
            async with changing(sessions) as session:
                await point_alias(session, Moving(alias, "li", ""), "direct", number)


async def test_a_version_that_gave_way_a_moment_ago_is_still_kept_for_its_calls(
    sessions: Sessions, first: FlowAliasMove
) -> None:
    await published(sessions, await begun(sessions, worded("二")))
    async with sessions() as session:
        found = await in_use(session)
    assert {one.number for one in found.published.versions} == {2}
    assert {one.number for one in found.texts} == {1, 2}


async def test_a_database_lost_in_the_middle_leaves_nothing_half_published(
    sessions: Sessions, engine: AsyncEngine, first: FlowAliasMove
) -> None:
    draft = await begun(sessions, worded("二"))
    judgement = await judge(SETTINGS, "direct", worded("二"))

    async def publish_and_lose_the_database() -> None:
        async with changing(sessions) as session:
            mine = await session.scalar(select(func.pg_backend_pid()))
            moving = Moving("direct", "wang", "")
            await publish_draft(session, Doing(draft, "wang", ""), moving, judgement, ALONE)
            async with engine.connect() as other:
                await other.execute(text(f"SELECT pg_terminate_backend({mine})"))

    with pytest.raises(DBAPIError):
        await publish_and_lose_the_database()
    assert await stands(sessions) == ("direct", 1)
    await published(sessions, draft)
    assert await stands(sessions) == ("direct", 2)


@pytest.mark.parametrize("table", ["flow_version", "flow_alias_move", "flow_draft_event"])
@pytest.mark.parametrize("change", ["UPDATE {} SET actor = ''", "DELETE FROM {}", "TRUNCATE {}"])
async def test_what_was_published_by_whom_cannot_be_rewritten(
    session: AsyncSession, table: str, change: str
) -> None:
    column = "author" if table == "flow_version" else "actor"
    statement = change.format(table).replace("actor", column)
    with pytest.raises(DBAPIError, match=r"append-only|foreign key"):
        await session.execute(text(statement))


async def test_the_text_of_a_version_is_kept_to_the_byte(sessions: Sessions) -> None:
    words = TEXT.replace("\n", "\r\n", 3) + "# 尾声"
    await published(sessions, await begun(sessions, words))
    async with sessions() as session:
        kept = await session.scalar(select(FlowVersion.text))
    assert kept == words
