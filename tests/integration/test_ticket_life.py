"""A ticket among people: every move of the table made or refused, its clocks and its holder."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.integration.ticket_life import (
    AGENT,
    CITY,
    FEEDBACK,
    GOOD,
    LEAD,
    MORNING,
    OTHER,
    RULE,
    UNIT,
    Life,
    somebody,
)
from tickets.acts import Act, Actor
from tickets.channels import Channel
from tickets.durations import Span, Unit
from tickets.guards import Guard
from tickets.life import drafts, repository
from tickets.life.drafts import BadMatter, Draft, TicketEnded, UnknownTask
from tickets.life.facts import Facts, Person
from tickets.life.intake import Submission, register
from tickets.life.judging import HOLDS, GuardsUnmet
from tickets.life.moves import ChangedMeanwhile, UnknownTicket, carry_out
from tickets.life.words import ClockKind
from tickets.service import get_story
from tickets.states import TABLE, IllegalMove, NotTheirMove, TicketState

pytestmark = pytest.mark.integration

BY_PEOPLE = [row for row in TABLE if row.act is not Act.REGISTER and row.actors != {Actor.LEDGER}]


@pytest.fixture
def life(sessions: async_sessionmaker[AsyncSession]) -> Life:
    return Life(sessions)


async def test_every_move_of_the_table_can_be_made(life: Life) -> None:
    """In the first state the table names, by somebody it names, with what its guards ask for."""
    for row in BY_PEOPLE:
        source = min(state for state in row.sources if state is not None)
        number = await life.in_state(source)
        if row.act is Act.ARCHIVE_UNCALLED:
            await life.cheat("UPDATE matter SET type = 'BY'")
        picture = await life.act(number, row.act)
        assert picture.ticket.state is (row.to or source), row.act
        async with life.sessions() as session:
            story = await get_story(session, number)
        assert story is not None
        last = next(event for event in reversed(story.events) if event.act)
        assert (last.act, last.from_state) == (row.act, source)
        assert last.to_state is picture.ticket.state


async def test_every_other_move_is_refused_and_changes_nothing(life: Life) -> None:
    for state in TicketState:
        number = await life.in_state(state)
        before = await life.look(number)
        for row in (row for row in BY_PEOPLE if state not in row.sources):
            facts = GOOD.get(row.act) or Facts(reason="x")
            with pytest.raises(IllegalMove, match="Possible here"):
                await life.act(number, row.act, somebody(row), facts)
        after = await life.look(number)
        assert (after.ticket.state, after.matter.version) == (state, before.matter.version)


async def test_a_move_without_what_it_needs_names_all_of_it(life: Life) -> None:
    for row in (row for row in BY_PEOPLE if row.guards):
        source = min(state for state in row.sources if state is not None)
        life.now = MORNING
        number = await life.in_state(source)
        if row.act in (Act.HANDLE_HERE, Act.DISPATCH, Act.APPEAL, Act.REPLY):
            await life.cheat(
                "UPDATE matter SET category = NULL, secrecy = NULL, appealed = true,"
                " duplicates_checked = false, public_reply = ''"
            )
        if Guard.CALLING_HOURS in row.guards:
            life.later(hours=15)
        stranger = somebody(row)
        if Guard.LEAD_UNIT in row.guards:
            stranger = Person("路人", Actor.UNIT, OTHER)
        with pytest.raises(GuardsUnmet) as refused:
            await life.act(number, row.act, stranger, Facts(notes={"said": "nothing"}))
        assert str(refused.value).count(".") >= len(refused.value.guards) > 0
        assert (await life.look(number)).ticket.state is source


async def test_a_move_is_refused_to_whoever_may_not_make_it(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    with pytest.raises(NotTheirMove):
        await life.act(number, Act.WITHDRAW, UNIT, GOOD[Act.WITHDRAW])


def test_every_guard_has_a_judge() -> None:
    assert set(HOLDS) == set(Guard)


async def test_the_handling_clock_starts_at_dispatch_and_not_when_the_unit_signs(
    life: Life,
) -> None:
    number = await life.in_state(TicketState.DISPATCHED)
    life.later(hours=6)
    signed = await life.act(number, Act.SIGN)
    handle, sign = signed.clock(ClockKind.HANDLE), signed.clock(ClockKind.SIGN)
    assert handle is not None
    assert sign is not None
    assert handle.started_at == MORNING
    # Tuesday and five working days: the end of next Tuesday.
    assert handle.due_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert sign.stopped_at == life.now
    assert sign.due_at < sign.stopped_at, "a late signature is shown, not refused"


async def test_an_answer_stops_the_clock_when_it_is_accepted_and_not_when_it_is_rejected(
    life: Life,
) -> None:
    number = await life.in_state(TicketState.SIGNED)
    life.later(hours=2)
    await life.act(number, Act.FEED_BACK)
    life.later(hours=20)
    rejected = await life.act(number, Act.REJECT_FEEDBACK)
    clock = rejected.clock(ClockKind.HANDLE)
    assert clock is not None
    assert clock.stopped_at is None, "the wait for the judge is the unit's own time"
    await life.act(number, Act.TAKE_UP_AGAIN)
    submitted = life.now
    await life.act(number, Act.FEED_BACK)
    life.later(hours=20)
    accepted = await life.act(number, Act.REPLY)
    clock = accepted.clock(ClockKind.HANDLE)
    assert clock is not None
    assert clock.stopped_at == submitted


async def test_a_pause_gives_back_the_working_days_it_took(life: Life) -> None:
    number = await life.in_state(TicketState.SUSPENDED)
    before = (await life.look(number)).clock(ClockKind.HANDLE)
    assert before is not None
    assert before.due_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    life.later(days=7)
    resumed = await life.act(number, Act.RESUME)
    clock = resumed.clock(ClockKind.HANDLE)
    assert clock is not None
    assert clock.due_at == datetime(2026, 12, 8, 16, tzinfo=UTC)
    assert resumed.matter.suspended_days == 7


async def test_an_extension_moves_the_deadline_and_keeps_the_first_promise(life: Life) -> None:
    number = await life.in_state(TicketState.EXT_REQ)
    granted = await life.act(number, Act.GRANT_EXTENSION)
    clock = granted.clock(ClockKind.HANDLE)
    assert clock is not None
    assert clock.first_due_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert clock.due_at == datetime(2026, 12, 3, 16, tzinfo=UTC)
    with pytest.raises(GuardsUnmet, match="extensions of this type are used up"):
        await life.act(number, Act.ASK_EXTENSION)
    with_leader = Facts(extension=Span(2, Unit.WORKDAYS), leader="分管领导")
    await life.act(number, Act.ASK_EXTENSION, facts=with_leader)


async def test_an_extension_asked_for_after_the_limit_is_refused(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    life.later(days=8)
    with pytest.raises(GuardsUnmet, match="before the limit is over"):
        await life.act(number, Act.ASK_EXTENSION)


async def test_a_return_is_decided_once_and_the_new_unit_gets_clocks_of_its_own(
    life: Life,
) -> None:
    number = await life.in_state(TicketState.RETURN_REQ)
    life.later(days=1)
    moved = await life.act(number, Act.GRANT_RETURN)
    clock = moved.clock(ClockKind.HANDLE)
    assert clock is not None
    assert (clock.unit, clock.started_at) == (OTHER, life.now)
    lead = moved.lead_task
    assert lead is not None
    assert lead.unit == OTHER
    async with life.sessions() as session:
        tasks = await repository.all_tasks(session, moved.ticket.id)
    assert [(task.unit, task.ended_as) for task in tasks] == [(LEAD, "returned"), (OTHER, None)]


async def test_a_refused_return_cannot_be_asked_for_again(life: Life) -> None:
    number = await life.in_state(TicketState.RETURN_REQ)
    await life.act(number, Act.REFUSE_RETURN)
    with pytest.raises(GuardsUnmet, match="decided once"):
        await life.act(number, Act.ASK_RETURN)


async def test_a_return_may_be_asked_for_within_two_working_days(life: Life) -> None:
    number = await life.in_state(TicketState.DISPATCHED)
    life.later(days=2, hours=15)
    with pytest.raises(GuardsUnmet, match="within two working days"):
        await life.act(number, Act.ASK_RETURN)


async def test_from_the_third_dispatch_on_the_units_must_have_met(life: Life) -> None:
    number = await life.in_state(TicketState.RETURN_REQ)
    await life.act(number, Act.GRANT_RETURN, facts=Facts(lead=OTHER))
    other = Person("民警", Actor.UNIT, OTHER)
    await life.act(number, Act.ASK_RETURN, other)
    with pytest.raises(GuardsUnmet, match="must have met"):
        await life.act(number, Act.GRANT_RETURN, facts=Facts(lead="CGJ"))
    await life.act(number, Act.GRANT_RETURN, facts=Facts(lead="CGJ", consulted=True))


async def test_a_redo_gets_half_the_time_and_there_are_two(life: Life) -> None:
    number = await life.in_state(TicketState.REDO)
    for redo in (1, 2):
        picture = await life.look(number)
        clock = picture.clock(ClockKind.HANDLE)
        assert clock is not None
        assert (clock.limit, picture.matter.redos) == ("3 wd", redo)
        for act in (Act.FEED_BACK, Act.REPLY, Act.SETTLE, Act.CALL_BACK):
            await life.act(number, act)
        if redo == 1:
            await life.act(number, Act.ORDER_REDO)
    with pytest.raises(GuardsUnmet, match="supervised instead"):
        await life.act(number, Act.ORDER_REDO)


async def test_a_reply_with_a_number_or_the_citizens_name_is_not_public(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    for reply in ("请联系13812345678", "王先生您好", "身份证37150219900101123X", ""):
        wrong = Facts(feedback=FEEDBACK, public_reply=reply)
        with pytest.raises(GuardsUnmet, match="public reply"):
            await life.act(number, Act.FEED_BACK, facts=wrong)


async def test_who_holds_a_ticket_and_how_long_is_always_known(life: Life) -> None:
    number = await life.ticket()
    life.later(hours=1)
    for act in (Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.FEED_BACK, Act.REPLY):
        await life.act(number, act)
        life.later(hours=1)
    picture = await life.look(number)
    async with life.sessions() as session:
        hops = await repository.hops(session, picture.ticket.id)
    assert [(hop.holder, hop.state) for hop in hops] == [
        ("intake", TicketState.NEW),
        ("review", TicketState.TRIAGE),
        (LEAD, TicketState.DISPATCHED),
        (LEAD, TicketState.SIGNED),
        ("review", TicketState.FEEDBACK),
        ("review", TicketState.REPLIED),
    ]
    held = [hop.until_at - hop.since_at for hop in hops if hop.until_at]
    assert held == [timedelta(hours=1)] * 5
    assert hops[-1].until_at is None
    assert hops[4].due_at is not None


async def test_a_merged_ticket_hands_its_earlier_promise_to_the_main_one_and_can_come_back(
    life: Life,
) -> None:
    early = await life.in_state(TicketState.SIGNED)
    life.later(days=2)
    main = await life.in_state(TicketState.SIGNED)
    await life.act(early, Act.MERGE, facts=Facts(reason="同一路灯", main=main))
    clock = (await life.look(main)).clock(ClockKind.HANDLE)
    assert clock is not None
    assert clock.due_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    back = await life.act(early, Act.UNMERGE)
    assert back.ticket.state is TicketState.TRIAGE
    assert back.matter.main_id is None
    assert [clock.kind for clock in back.running()] != []


async def test_a_ticket_is_not_merged_into_itself(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    with pytest.raises(GuardsUnmet):
        await life.act(number, Act.MERGE, facts=Facts(reason="x", main=number))


async def test_co_handling_units_reply_to_the_lead_and_have_tasks_of_their_own(
    life: Life,
) -> None:
    number = await life.in_state(TicketState.JOINT)
    helper = Person("城管", Actor.UNIT, "CGJ")
    async with life.sessions.begin() as session:
        picture = await drafts.answer_task(session, number, helper, "已清理", life.now)
    assert [task.unit for task in picture.tasks if task.ended_at is None] == [LEAD]
    async with life.sessions.begin() as session:
        with pytest.raises(UnknownTask):
            await drafts.answer_task(session, number, UNIT, "…", life.now)


async def test_first_contact_is_a_clock_that_a_call_to_the_citizen_meets(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    life.later(hours=3)
    clock = (await life.contact(number)).clock(ClockKind.FIRST_CONTACT)
    assert clock is not None
    assert (clock.stopped_at, clock.stopped_by) == (life.now, "first contact")


async def test_of_two_reviewers_who_act_at_once_one_wins_and_one_is_told(life: Life) -> None:
    number = await life.in_state(TicketState.RETURN_REQ)

    async def decide(act: Act) -> str:
        try:
            await life.act(number, act)
        except IllegalMove:
            return "told"
        return "won"

    done = await asyncio.gather(decide(Act.GRANT_RETURN), decide(Act.REFUSE_RETURN))
    assert sorted(done) == ["told", "won"]


async def test_a_change_after_one_looked_is_noticed(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    seen = (await life.look(number)).matter.version
    await life.contact(number)
    with pytest.raises(ChangedMeanwhile):
        await life.act(number, Act.FEED_BACK, version=seen)
    await life.act(number, Act.FEED_BACK, version=seen + 1)


async def test_the_same_submission_twice_is_one_ticket_also_at_once(life: Life) -> None:
    submission = Submission(Channel.APP, "key-1", Draft(title="噪音"), at=MORNING)

    async def send() -> tuple[str, bool]:
        async with life.sessions.begin() as session:
            ticket, new = await register(session, CITY, submission, AGENT)
            return ticket.number, new

    answers = await asyncio.gather(send(), send(), send())
    assert len({number for number, _ in answers}) == 1
    assert sorted(new for _, new in answers) == [False, False, True]


async def test_hostile_text_is_kept_as_it_was_written(life: Life) -> None:
    nasty = "🚧\u202e\u200b<script>alert(1)</script>'; DROP TABLE ticket; --\ud800\0"
    number = await life.ticket()
    async with life.sessions.begin() as session:
        await drafts.write(session, CITY, number, Draft(details=nasty), AGENT)
    kept = (await life.look(number)).matter.details
    assert kept == "🚧\u202e\u200b<script>alert(1)</script>'; DROP TABLE ticket; --?"
    async with life.sessions.begin() as session:
        with pytest.raises(BadMatter, match="1000000 characters; 20000 are possible"):
            await drafts.write(session, CITY, number, Draft(details="长" * 10**6), AGENT)


async def test_a_field_that_cannot_be_is_refused(life: Life) -> None:
    number = await life.ticket()
    for wrong in (
        Draft(category="9999"),
        Draft(category="01"),
        Draft(area="110101"),
        Draft(contact_phone="138' OR 1=1"),
    ):
        async with life.sessions.begin() as session:
            with pytest.raises(BadMatter):
                await drafts.write(session, CITY, number, wrong, AGENT)


async def test_nothing_is_written_into_an_ended_ticket(life: Life) -> None:
    number = await life.in_state(TicketState.CLOSED)
    async with life.sessions.begin() as session:
        with pytest.raises(TicketEnded):
            await drafts.add_note(session, number, AGENT, "…")


async def test_an_unknown_number_is_said_so(life: Life) -> None:
    with pytest.raises(UnknownTicket):
        await life.act("LC2611249999999", Act.SUBMIT)


async def test_a_move_that_fails_half_way_leaves_nothing(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    async with life.sessions() as session:
        facts = GOOD[Act.FEED_BACK]
        await carry_out(session, CITY, number, Act.FEED_BACK, UNIT, facts, at=life.now)
        await session.rollback()
    picture = await life.look(number)
    assert picture.ticket.state is TicketState.SIGNED
    assert picture.hop is not None
    assert picture.hop.state is TicketState.SIGNED


CHEATS = (
    "UPDATE matter SET redos = 3",
    "UPDATE matter SET main_id = ticket_id",
    "UPDATE ticket_clock SET due_at = first_due_at - interval '1 day'",
    "INSERT INTO ticket_task (ticket_id, unit, role, opened_at)"
    " SELECT ticket_id, unit, role, opened_at FROM ticket_task",
    "INSERT INTO ticket_hop (ticket_id, holder, state, since_at)"
    " SELECT ticket_id, holder, state, since_at FROM ticket_hop WHERE until_at IS NULL",
    "INSERT INTO ticket (number, channel, query_code, line, state, new_at)"
    " VALUES ('LCx', 'web', '000000', '12345', 'NEW', now())",
)


async def test_the_database_itself_refuses_what_no_ticket_can_be(life: Life) -> None:
    await life.in_state(TicketState.SIGNED)
    for cheat in CHEATS:
        with pytest.raises(IntegrityError):
            await life.cheat(cheat)


async def test_a_timer_resumes_a_suspended_ticket_without_a_person(life: Life) -> None:
    number = await life.in_state(TicketState.SUSPENDED)
    picture = await life.act(number, Act.RESUME, RULE)
    assert picture.ticket.state is TicketState.SIGNED
