"""What follow-up comes to: each figure by its own definition, and the tickets behind it."""

from dataclasses import asdict
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from reports.answer_rate import Period
from reports.follow_up import CONDITIONS, Behind, follow_up_report, list_behind
from tests.integration.follow_ups import CONTENT, UNSOLVED, asked, done, missed
from tests.integration.ticket_life import WAYS, Life
from tickets.acts import Act
from tickets.followup.sweeping import sweep
from tickets.followup.verdict import Answers
from tickets.followup.words import Mark, Solved
from tickets.states import TicketState

pytestmark = pytest.mark.integration

WEEK = Period(date(2026, 11, 23), date(2026, 11, 30))
PARTLY = Answers(Mark.DISSATISFIED, Mark.FAIRLY_SATISFIED, Solved.PARTLY, "等了很久")


async def test_every_figure_is_what_its_definition_says(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    life = Life(sessions)
    asked_ones = [await done(life) for _ in range(5)]
    in_vain, untouched = await done(life), await done(life)
    praise = await life.ticket(type="BY")
    for act in WAYS[TicketState.DONE]:
        await life.act(praise, act)
    withdrawn = await done(life)
    await life.act(withdrawn, Act.WITHDRAW)
    for number, said in zip(asked_ones, (CONTENT, CONTENT, UNSOLVED, PARTLY, CONTENT), strict=True):
        await asked(life, number, said)
    await life.cheat(
        "UPDATE ticket SET state = 'UNREASONABLE', closed_at = NULL WHERE id ="
        " (SELECT ticket_id FROM follow_up WHERE state = 'closed' ORDER BY id DESC LIMIT 1)"
    )
    for hours in (0, 5, 19):
        life.later(hours=hours)
        await missed(life, in_vain)
    life.later(hours=25)
    await sweep(life.sessions, life.city, life.now)
    async with sessions() as session:
        report = await follow_up_report(session, WEEK, life.city.follow_up.weights)
        counts = asdict(report.total.counts)
        for behind in CONDITIONS:
            listed = await list_behind(session, WEEK, behind)
            assert len(listed) == counts[behind], behind
        open_ = await list_behind(session, WEEK, Behind.OPEN)
    assert [one.ticket.number for one in open_] == [untouched]
    figures = report.total.figures
    assert (figures["follow_ups_due"], figures["follow_ups_reached"]) == (7, 5)
    assert figures["follow_up_coverage"] == pytest.approx(6 / 7)
    assert figures["follow_up_success"] == pytest.approx(5 / 6)
    # Of the five reached one was found unreasonable.
    assert figures["follow_up_solved_rate"] == pytest.approx(2 / 4)
    assert figures["handling_satisfaction"] == pytest.approx(3 / 4)
    assert figures["handling_satisfaction_weighted"] == pytest.approx(2.8 / 4)
    assert figures["service_satisfaction"] == pytest.approx(4 / 5)
    assert figures["follow_up_redo_rate"] == pytest.approx(1 / 5)


async def test_a_day_without_answers_has_no_rate(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as session:
        report = await follow_up_report(session, WEEK, (1, 1, 0.8, 0, 0))
    assert report.rows == []
    assert report.total.figures["follow_up_solved_rate"] is None
