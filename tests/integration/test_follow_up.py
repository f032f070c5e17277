"""After the answer the citizen is asked: who is called when, and what follows from it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local
from tests.integration.follow_ups import (
    CONTENT,
    UNSOLVED,
    asked,
    claim,
    done,
    missed,
    newest,
    record,
)
from tests.integration.ticket_life import CALLER_BACK, WAYS, Life
from tickets.acts import Act, Actor
from tickets.followup import repository, service
from tickets.followup.service import ClaimedByAnother, NoFollowUp, Report, UnfitAnswers
from tickets.followup.states import FollowUpState
from tickets.followup.sweeping import sweep
from tickets.followup.verdict import Answers
from tickets.followup.words import Ending, Mark, Means, Referred, Solved
from tickets.life.facts import Facts, Person
from tickets.life.judging import GuardsUnmet
from tickets.states import TicketState

pytestmark = pytest.mark.integration

OTHER = Person("回访二", Actor.FOLLOW_UP)


@pytest.fixture
def life(sessions: async_sessionmaker[AsyncSession]) -> Life:
    return Life(sessions)


async def test_an_answer_is_due_to_be_followed_up_within_two_working_days(life: Life) -> None:
    number = await done(life)
    one, attempts = await newest(life, number)
    assert (one.state, one.attempts, attempts) == (FollowUpState.WAITING, 0, [])
    # Settled on a Tuesday: until Thursday is over.
    assert local(one.due_at).isoformat() == "2026-11-27T00:00:00+08:00"


async def test_a_content_citizen_closes_the_ticket_and_the_three_answers_stay_apart(
    life: Life,
) -> None:
    number = await done(life)
    one = await asked(life, number, CONTENT)
    assert one.state is FollowUpState.CLOSED
    assert (one.service, one.handling, one.solved) == (1, 2, Solved.YES)
    picture = await life.look(number)
    assert picture.ticket.state is TicketState.CLOSED
    assert (picture.matter.satisfied, picture.matter.solved) == (True, True)
    assert not picture.running(), "a clock outlived the ticket"


async def test_what_is_not_solved_is_handled_again_and_then_asked_anew(life: Life) -> None:
    number = await done(life)
    assert (await asked(life, number, UNSOLVED)).state is FollowUpState.REDO
    picture = await life.look(number)
    assert (picture.ticket.state, picture.matter.redos) == (TicketState.REDO, 1)
    life.later(hours=1)
    for act in (Act.FEED_BACK, Act.REPLY, Act.SETTLE):
        await life.act(number, act)
    one, attempts = await newest(life, number)
    assert (one.round, one.state, attempts) == (1, FollowUpState.WAITING, [])


async def test_dissatisfied_although_solved_is_archived_as_what_it_is(life: Life) -> None:
    number = await done(life)
    said = Answers(Mark.SATISFIED, Mark.VERY_DISSATISFIED, Solved.YES, "拖了三天")
    assert (await asked(life, number, said)).state is FollowUpState.CLOSED
    assert (await life.look(number)).matter.satisfied is False


async def test_after_two_redos_the_matter_is_supervised_and_a_person_looks(life: Life) -> None:
    number = await done(life)
    await life.cheat("UPDATE matter SET redos = 2")
    one = await asked(life, number, UNSOLVED)
    assert (one.state, one.why) == (FollowUpState.REFERRED, Referred.REDOS_USED_UP)
    picture = await life.look(number)
    assert (picture.ticket.state, picture.matter.supervision) == (TicketState.CALLBACK, 1)
    # Later the citizen is content after all.
    assert (await asked(life, number, CONTENT)).state is FollowUpState.CLOSED


async def test_three_half_days_in_vain_end_as_unreached(life: Life) -> None:
    number = await done(life)
    for wait in (0, 5, 19):
        life.later(hours=wait)
        one = await missed(life, number)
    assert (one.attempts, one.state) == (3, FollowUpState.WAITING)
    assert await sweep(life.sessions, life.city, life.now) == 0, "the link had no time"
    life.later(hours=25)
    assert await sweep(life.sessions, life.city, life.now) == 1
    one, attempts = await newest(life, number)
    assert one.state is FollowUpState.UNREACHED
    assert [a.half_day for a in attempts] == ["2026-11-24 am", "2026-11-24 pm", "2026-11-25 am"]
    picture = await life.look(number)
    assert (picture.ticket.state, picture.matter.satisfied) == (TicketState.CLOSED, None)


async def test_two_attempts_of_one_half_day_count_once_and_both_stay(life: Life) -> None:
    number = await done(life)
    await missed(life, number)
    life.later(minutes=10)
    one = await missed(life, number)
    _, attempts = await newest(life, number)
    assert one.attempts == 1
    assert [a.counts for a in attempts] == [True, False]
    assert local(one.not_before).isoformat() == "2026-11-24T14:00:00+08:00"


async def test_nobody_is_called_outside_the_hours(life: Life) -> None:
    number = await done(life)
    await claim(life, number)
    life.now = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)  # 12:30 in the city
    with pytest.raises(GuardsUnmet, match="hours"):
        await record(life, number, said=CONTENT)
    assert (await newest(life, number))[1] == []


async def test_of_two_who_claim_one_has_it(life: Life) -> None:
    number = await done(life)
    both = await asyncio.gather(
        claim(life, number), claim(life, number, OTHER), return_exceptions=True
    )
    assert sum(isinstance(one, ClaimedByAnother) for one in both) == 1
    loser = OTHER if isinstance(both[1], ClaimedByAnother) else CALLER_BACK
    with pytest.raises(ClaimedByAnother):
        await record(life, number, said=CONTENT, person=loser)


async def test_answers_that_do_not_fit_are_refused(life: Life) -> None:
    number = await done(life)
    await claim(life, number)
    for ending, said in (
        (Ending.ANSWERED, Answers(Mark.SATISFIED, Mark.SATISFIED)),
        (Ending.NO_ANSWER, CONTENT),
        (Ending.ANSWERED, Answers(Mark.SATISFIED, Mark.DISSATISFIED, Solved.NO)),
        (Ending.ANSWERED, Answers(Mark.SATISFIED, Mark.SATISFIED, Solved.NO, " ")),
        (Ending.ANSWERED, Answers(Mark.SATISFIED, Mark.DISSATISFIED, Solved.NO, "x" * 501)),
    ):
        with pytest.raises(UnfitAnswers):
            await record(life, number, ending, said)
    assert (await newest(life, number))[1] == []


async def test_an_ended_follow_up_takes_no_second_answer(life: Life) -> None:
    number = await done(life)
    await asked(life, number, CONTENT)
    with pytest.raises(NoFollowUp):
        await claim(life, number)


async def test_a_withdrawn_ticket_is_not_called(life: Life) -> None:
    number = await done(life)
    await claim(life, number)
    await life.act(number, Act.WITHDRAW)
    assert (await newest(life, number))[0].state is FollowUpState.OVERTAKEN
    with pytest.raises(NoFollowUp):
        await record(life, number, said=CONTENT)


async def test_a_type_that_nobody_asks_about_is_archived_by_itself(life: Life) -> None:
    number = await life.ticket(type="BY")
    for act in WAYS[TicketState.DONE]:
        await life.act(number, act)
    one, _ = await newest(life, number)
    assert (one.state, one.why) == (FollowUpState.NOT_DUE, "type")
    life.later(hours=2)
    await asyncio.gather(*(sweep(life.sessions, life.city, life.now) for _ in range(2)))
    assert (await life.look(number)).ticket.state is TicketState.CLOSED


async def test_a_share_is_drawn_and_a_bad_mark_brings_a_ticket_into_it(life: Life) -> None:
    states = []
    for _ in range(12):
        number = await life.ticket(type="ZX")
        await life.act(number, Act.ANSWER)
        states.append(((await newest(life, number))[0].state, number))
    left_out = [number for state, number in states if state is FollowUpState.NOT_DUE]
    assert 0 < len(left_out) <= 12
    await life.cheat(
        "UPDATE ticket SET rating = 5 WHERE id ="
        " (SELECT min(ticket_id) FROM follow_up WHERE state = 'not-due')"
    )
    life.later(hours=2)
    await sweep(life.sessions, life.city, life.now)
    assert (await newest(life, left_out[0]))[0].state is FollowUpState.WAITING
    assert (await life.look(left_out[0])).ticket.state is TicketState.ANSWERED
    assert all([(await life.look(n)).ticket.state is TicketState.CLOSED for n in left_out[1:]])


async def test_a_report_is_followed_up_only_with_consent(life: Life) -> None:
    for notes, state in (
        ({}, FollowUpState.NOT_DUE),
        ({"consent": "yes"}, FollowUpState.WAITING),
    ):
        number = await life.ticket(type="JB")
        for act in WAYS[TicketState.DONE][:-1]:
            await life.act(number, act)
        await life.act(number, Act.SETTLE, facts=Facts(delivered_by="短信", notes=notes))
        assert (await newest(life, number))[0].state is state


async def test_an_attempt_can_never_be_changed(life: Life) -> None:
    number = await done(life)
    await missed(life, number)
    for statement in (
        "UPDATE follow_up_attempt SET ending = 'busy'",
        "DELETE FROM follow_up_attempt",
    ):
        with pytest.raises(DBAPIError, match="append"):
            await life.cheat(statement)


async def test_an_answer_by_message_at_night_wins_over_whoever_claimed_it(life: Life) -> None:
    number = await done(life)
    await claim(life, number)
    life.now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 23:00 in the city
    person = Person("link", Actor.FOLLOW_UP)
    async with life.sessions.begin() as session:
        desk = await service.take_up(session, life.city, number, person, life.now)
        await service.settle(desk, Report(Means.MESSAGE, Ending.ANSWERED, CONTENT))
    one, _ = await newest(life, number)
    assert (one.state, one.answered_by) == (FollowUpState.CLOSED, Means.MESSAGE)


async def test_the_work_list_is_by_due_time_and_leaves_out_what_must_wait(life: Life) -> None:
    first = await done(life)
    life.later(days=1)
    second = await done(life)
    async with life.sessions() as session:
        work = await repository.work_list(session, 10)
        assert [one.ticket.number for one in work] == [first, second]
        page = await repository.work_list(
            session, 10, (work[0].follow_up.due_at, work[0].follow_up.id)
        )
        assert [one.ticket.number for one in page] == [second]
    await missed(life, first)
    async with life.sessions() as session:
        ready = await repository.work_list(session, 10, ready_at=life.now + timedelta(minutes=1))
        assert [one.ticket.number for one in ready] == [second]


async def test_one_live_follow_up_for_each_ticket_is_held_by_the_database(life: Life) -> None:
    number = await done(life)
    async with life.sessions.begin() as session:
        with pytest.raises(DBAPIError, match="uq_follow_up_live"):
            await session.execute(
                text(
                    "INSERT INTO follow_up (ticket_id, round, state, opened_at, due_at, not_before)"
                    " SELECT ticket_id, round, state, opened_at, due_at, not_before FROM follow_up"
                )
            )
        await session.rollback()
    assert number
