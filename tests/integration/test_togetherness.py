"""Several citizens and units on one ticket: merging, parting, joint and third-level work."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.integration.ticket_life import (
    CITY,
    GOOD,
    LEAD,
    OTHER,
    REVIEWER,
    UNIT,
    Life,
    somebody,
)
from tickets.acts import Act, Actor
from tickets.durations import Span, Unit
from tickets.life import drafts, repository
from tickets.life.facts import Facts, Person, TaskWish
from tickets.life.followers import NoFollower, ReplyNotYet, UncleanReply, followers_of, reply_to
from tickets.life.judging import GuardsUnmet
from tickets.life.moves import carry_out
from tickets.life.passing_down import NotBelow, TooLong, pass_down
from tickets.life.words import ClockKind
from tickets.states import TABLE, TicketState
from tickets.units import Unit as CityUnit
from tickets.units import UnitKind

pytestmark = pytest.mark.integration

TOWN, VILLAGE = "LX-01", "LX-01-1"
BELOW = {
    TOWN: CityUnit(TOWN, "柳园街道", "柳园", UnitKind.TOWNSHIP, parent=LEAD),
    VILLAGE: CityUnit(VILLAGE, "柳园社区", "社区", UnitKind.TOWNSHIP, parent=TOWN),
}
WITH_TOWNS = replace(CITY, units=replace(CITY.units, by_code={**CITY.units.by_code, **BELOW}))
REPLY = "您反映的路灯已修复，感谢您的监督。"


@pytest.fixture
def life(sessions: async_sessionmaker[AsyncSession]) -> Life:
    return Life(sessions, city=WITH_TOWNS)


async def merged(life: Life, number: str, main: str) -> None:
    await life.act(number, Act.MERGE, facts=Facts(reason="同一路灯", main=main))


async def due(life: Life, number: str) -> datetime:
    clock = (await life.look(number)).clock(ClockKind.HANDLE)
    assert clock is not None
    return clock.due_at


async def following(life: Life, number: str) -> list[str]:
    async with life.sessions() as session:
        found = await followers_of(session, (await life.look(number)).ticket.id)
    return [one.number for one in found]


async def replied(life: Life, number: str, to: str, reply: str = "") -> None:
    async with life.sessions.begin() as session:
        await reply_to(session, number, to, REVIEWER, "短信", reply, life.now)


async def test_every_citizen_of_a_merged_ticket_gets_a_reply_before_the_main_one_is_done(
    life: Life,
) -> None:
    first, second = await life.ticket(), await life.in_state(TicketState.SIGNED)
    main = await life.in_state(TicketState.SIGNED)
    for number in (first, second):
        await merged(life, number, main)
    assert await following(life, main) == [first, second]
    with pytest.raises(ReplyNotYet):
        await replied(life, main, first)
    for act in (Act.FEED_BACK, Act.REPLY):
        await life.act(main, act)
    await replied(life, main, first)
    with pytest.raises(GuardsUnmet, match="a reply of their own"):
        await life.act(main, Act.SETTLE)
    for unclean in ("王先生您好", "请拨13812345678"):
        with pytest.raises(UncleanReply):
            await replied(life, main, second, unclean)
    with pytest.raises(NoFollower):
        await replied(life, main, main)
    await replied(life, main, second, "您家门前的灯也已修复。")
    await life.act(main, Act.SETTLE)
    async with life.sessions() as session:
        replies = await session.execute(
            text("SELECT reply, delivered_by FROM ticket_follower ORDER BY id")
        )
        told = await session.execute(
            text("SELECT count(*) FROM ticket_event WHERE reason LIKE 'the citizen of%'")
        )
    assert replies.all() == [(REPLY, "短信"), ("您家门前的灯也已修复。", "短信")]
    assert told.scalar_one() == 4, "each reply is in both stories"


async def test_a_merge_can_be_undone_and_each_ticket_has_its_own_deadline_again(
    life: Life,
) -> None:
    early = await life.in_state(TicketState.SIGNED)
    life.later(days=1)
    middle = await life.in_state(TicketState.SIGNED)
    life.later(days=1)
    main = await life.in_state(TicketState.SIGNED)
    own = [await due(life, number) for number in (early, middle, main)]
    for number in (early, middle):
        await merged(life, number, main)
    assert await due(life, main) == own[0]
    await life.act(early, Act.UNMERGE)
    assert await due(life, main) == own[1]
    assert await due(life, early) == own[0]
    await life.act(middle, Act.UNMERGE)
    assert [await due(life, number) for number in (early, middle, main)] == own
    assert await following(life, main) == []
    assert (await life.look(early)).ticket.state is TicketState.TRIAGE


async def test_who_followed_a_ticket_goes_along_when_it_is_merged_and_comes_back_with_it(
    life: Life,
) -> None:
    first, second, main = [await life.in_state(TicketState.SIGNED) for _ in range(3)]
    await merged(life, first, second)
    await merged(life, second, main)
    assert await following(life, main) == [first, second]
    await life.act(second, Act.UNMERGE)
    assert (await following(life, main), await following(life, second)) == ([], [first])
    await life.act(first, Act.UNMERGE)
    assert await following(life, second) == []


@pytest.mark.parametrize("state", [TicketState.CLOSED, TicketState.MERGED, TicketState.WITHDRAWN])
async def test_a_ticket_is_not_merged_into_one_that_has_ended(
    life: Life, state: TicketState
) -> None:
    main = await life.in_state(state)
    number = await life.in_state(TicketState.SIGNED)
    with pytest.raises(GuardsUnmet, match="that is open"):
        await merged(life, number, main)


async def test_a_redo_of_the_main_ticket_owes_everybody_a_new_reply(life: Life) -> None:
    main = await life.in_state(TicketState.SIGNED)
    number = await life.ticket()
    await merged(life, number, main)
    for act in (Act.FEED_BACK, Act.REPLY):
        await life.act(main, act)
    await replied(life, main, number)
    for act in (Act.SETTLE, Act.CALL_BACK, Act.ORDER_REDO, Act.FEED_BACK, Act.REPLY):
        await life.act(main, act)
    with pytest.raises(GuardsUnmet, match="a reply of their own"):
        await life.act(main, Act.SETTLE)


async def test_a_unit_passes_its_task_down_and_stays_answerable(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    span = Span(2, Unit.WORKDAYS)
    town = Person("街道办", Actor.UNIT, TOWN)
    async with life.sessions.begin() as session:
        await pass_down(session, life.city, number, UNIT, TOWN, span, life.now)
    async with life.sessions.begin() as session:
        await pass_down(session, life.city, number, town, VILLAGE, Span(1, Unit.WORKDAYS), life.now)
    async with life.sessions.begin() as session:
        await drafts.answer_task(session, number, Person("社区", Actor.UNIT, VILLAGE), "已处理")
    async with life.sessions() as session:
        tasks = await repository.all_tasks(session, (await life.look(number)).ticket.id)
    assert [(task.unit, task.role, task.parent_id, task.ended_as) for task in tasks] == [
        (LEAD, "lead", None, None),
        (TOWN, "child", tasks[0].id, None),
        (VILLAGE, "child", tasks[1].id, "replied"),
    ]
    assert (await life.look(number)).matter.lead == LEAD


async def test_a_task_goes_to_no_unit_beside_and_ends_a_working_day_before_the_one_above(
    life: Life,
) -> None:
    number = await life.in_state(TicketState.SIGNED)
    for unit, days, error in (
        (OTHER, 1, NotBelow),
        ("XXX", 1, NotBelow),
        (TOWN, 5, TooLong),
    ):
        async with life.sessions.begin() as session:
            wish = Span(days, Unit.WORKDAYS)
            with pytest.raises(error):
                await pass_down(session, life.city, number, UNIT, unit, wish, life.now)


async def test_joint_work_names_units_that_exist_and_end_before_the_lead(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    stranger = Person("路人", Actor.UNIT, OTHER)
    one_day = Span(1, Unit.WORKDAYS)
    for person, unit, span, why in (
        (UNIT, "XXX", one_day, "must be one of units.csv"),
        (UNIT, "CGJ", Span(5, Unit.WORKDAYS), "a working day before"),
        (stranger, "CGJ", one_day, "Only the lead unit"),
    ):
        with pytest.raises(GuardsUnmet, match=why):
            await life.act(number, Act.JOIN_UNITS, person, Facts(tasks=(TaskWish(unit, span),)))
    joint = await life.act(number, Act.JOIN_UNITS, REVIEWER)
    assert joint.ticket.state is TicketState.JOINT
    answered = await life.act(number, Act.FEED_BACK)
    assert answered.ticket.state is TicketState.FEEDBACK, "the lead replies for all"


async def test_nothing_is_dispatched_to_a_unit_that_does_not_exist(life: Life) -> None:
    for state, act in (
        (TicketState.TRIAGE, Act.DISPATCH),
        (TicketState.RETURN_REQ, Act.GRANT_RETURN),
    ):
        number = await life.in_state(state)
        facts = replace(GOOD[act], lead="XXX")
        with pytest.raises(GuardsUnmet, match=r"units\.csv"):
            await life.act(number, act, facts=facts)


async def test_every_move_can_be_made_from_every_state_the_table_names(life: Life) -> None:
    """Each in a transaction that is taken back, so that one ticket serves for all of a state."""
    main = await life.ticket()
    for state in TicketState:
        life.now = datetime(2026, 11, 24, 2, tzinfo=UTC)
        number = await life.in_state(state)
        for row in TABLE:
            if state not in row.sources or row.actors == {Actor.LEDGER}:
                continue
            facts = GOOD.get(row.act, Facts())
            if row.act is Act.MERGE:
                facts = Facts(reason="同一事项", main=main)
            async with life.sessions() as session:
                if row.act is Act.ARCHIVE_UNCALLED:
                    await session.execute(text("UPDATE matter SET type = 'BY'"))
                done = await carry_out(
                    session, life.city, number, row.act, somebody(row), facts, at=life.now
                )
                assert done.ticket.state is (row.to or state), (row.act, state)
                await session.rollback()


async def test_of_two_who_merge_two_tickets_into_each_other_at_once_one_wins(life: Life) -> None:
    one, other = [await life.in_state(TicketState.SIGNED) for _ in range(2)]

    async def merge(number: str, main: str) -> str:
        try:
            await merged(life, number, main)
        except Exception as error:
            return type(error).__name__
        return "won"

    done = await asyncio.gather(merge(one, other), merge(other, one))
    assert done.count("won") == 1
    states = {(await life.look(number)).ticket.state for number in (one, other)}
    assert states == {TicketState.SIGNED, TicketState.MERGED}


async def test_a_database_that_goes_away_in_mid_move_leaves_nothing_half_done(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    before = await life.look(number)
    async with life.sessions() as session:
        backend = await session.scalar(text("SELECT pg_backend_pid()"))
        facts = GOOD[Act.FEED_BACK]
        await carry_out(session, life.city, number, Act.FEED_BACK, UNIT, facts, at=life.now)
        await life.cheat(f"SELECT pg_terminate_backend({backend})")
        with pytest.raises(OperationalError):
            await session.commit()
    after = await life.look(number)
    assert (after.ticket.state, after.matter.version, after.matter.answer) == (
        before.ticket.state,
        before.matter.version,
        before.matter.answer,
    )
    assert (await life.act(number, Act.FEED_BACK)).ticket.state is TicketState.FEEDBACK


CHEATS = {
    "INSERT INTO ticket_event (ticket_id, from_state, to_state, act, actor, reason, at)"
    " SELECT id, 'SIGNED', 'CLOSED', 'archive', 'x', '', now() FROM ticket": "moves_by_the_table",
    "INSERT INTO ticket_event (ticket_id, from_state, to_state, actor, reason, at)"
    " SELECT id, 'SIGNED', 'CLOSED', 'x', '', now() FROM ticket": "moves_by_the_table",
    "INSERT INTO ticket_follower (main_id, from_id, since_at)"
    " SELECT id, id, now() FROM ticket": "not_following_itself",
    "INSERT INTO ticket_follower (main_id, from_id, since_at)"
    " SELECT main_id, from_id, now() FROM ticket_follower": "uq_ticket_follower_one_main",
    "UPDATE ticket_follower SET delivered_at = now()": "delivered_by_something",
}


async def test_the_database_itself_refuses_a_move_that_is_not_in_the_table(life: Life) -> None:
    main = await life.in_state(TicketState.SIGNED)
    await merged(life, await life.ticket(), main)
    for cheat, name in CHEATS.items():
        with pytest.raises(IntegrityError, match=name):
            await life.cheat(cheat)


async def test_the_databases_table_of_moves_is_ours(life: Life) -> None:
    """A row added to the table needs a migration; this says so."""
    async with life.sessions() as session:
        kept = await session.scalar(
            text(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conname = 'ck_ticket_event_moves_by_the_table'"
            )
        )
    assert kept is not None
    ours = {f"'{row.act} {s} {row.to or s}'" for row in TABLE for s in row.sources if s}
    listed = {word.removesuffix("::text") for word in kept.split("ELSE")[1].split("ARRAY[")[1]
              .split("]")[0].split(", ")}  # fmt: skip
    assert listed == ours
