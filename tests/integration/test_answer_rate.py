"""Answer rates: hand-counted days, numbers walked back to their calls, no made-up 100 %."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day
from queues.models import Call
from reports.answer_rate import (
    AnswerRate,
    EmptyPeriod,
    Period,
    UnknownSelection,
    answer_rate,
    calls_behind,
)
from reports.calls import get_call, list_calls
from reports.selections import SELECTIONS, Grouping
from tests.witnesses import lines_of
from tickets.outcomes import NO_HUMAN_ASKED, Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine o'clock in the city
DAY = date(2026, 11, 24)
THE_DAY = Period(DAY, date(2026, 11, 25))

_uids = count(1)


def a_call(outcome: Outcome | None = Outcome.ANSWERED, wait: float = 5.0, **facts: object) -> Call:
    """An arrival that asked for a human at once and waited so many seconds."""
    began = facts.pop("started_at", MORNING)
    assert isinstance(began, datetime)
    heard = began + timedelta(seconds=wait)
    columns: dict[str, object] = {
        "uid": f"1764000000.{next(_uids)}",
        "node": "node1",
        "line": "12345",
        "did": "12345",
        "caller": "13800000000",
        "started_at": began,
        "day": local_day(began),
        "keys": "",
        "human_requested_at": began,
        "queue": "GEN",
        "queue_visits": 1,
        "answered_at": heard if outcome is Outcome.ANSWERED else None,
        "wait_seconds": wait,
        "ring_seconds": 3.0,
        "ended_at": None,
        "outcome": outcome,
        "orphaned": False,
        "late_changes": 0,
    }
    if outcome is not None:
        columns["ended_at"] = heard + timedelta(seconds=60 if outcome is Outcome.ANSWERED else 0)
    if outcome in NO_HUMAN_ASKED or "human_requested_at" in facts:
        columns |= {"human_requested_at": None, "wait_seconds": None, "queue_visits": 0}
    return Call(**columns | facts)


async def stored(sessions: Sessions, *calls: Call) -> None:
    async with sessions.begin() as session:
        session.add_all(calls)
        for call in calls:
            session.add_all(lines_of(call))


async def report(
    sessions: Sessions, grouping: Grouping = Grouping.DAY, period: Period = THE_DAY
) -> AnswerRate:
    async with sessions() as session:
        return await answer_rate(session, period, grouping)


async def test_a_day_counted_by_hand_comes_out_the_same(sessions: Sessions) -> None:
    await stored(
        sessions,
        *(a_call(wait=4.0, talk_seconds=100.0, rating=rating) for rating in (1, 3, 4)),
        *(a_call(wait=4.0, talk_seconds=100.0) for _ in range(3)),
        *(a_call(wait=20.0, talk_seconds=30.0) for _ in range(2)),
        a_call(Outcome.ABANDONED, wait=40.0),
        a_call(Outcome.ABANDONED_SHORT, wait=2.0),
        a_call(Outcome.IVR_HANGUP, human_requested_at=None, queue=None),
        a_call(Outcome.IVR_SERVED, human_requested_at=None, queue=None),
        a_call(Outcome.CLOSED, human_requested_at=None, queue=None),
        a_call(None),
    )
    total = (await report(sessions)).total
    assert (total.counts.arrivals, total.counts.running) == (14, 1)
    assert total.figures == pytest.approx(
        {
            "arrivals": 14,
            "human_requests": 10,
            "answered": 8,
            "menu_hangups": 1,
            "menu_served": 1,
            "closed_hours": 1,
            "queue_entries": 10,
            "timed_out": 0,
            "not_admitted": 0,
            "voicemails": 0,
            "callbacks_taken": 0,
            "sent_on": 0,
            "failures": 0,
            "mean_ring": 3.0,
            "abandoned_total": 2,
            "abandoned": 1,
            "abandoned_short": 1,
            "answer_rate_gross": 0.8,
            "answer_rate_net": 8 / 9,
            "answered_in_15s_over_offered": 0.6,
            "answered_in_15s_over_answered": 0.75,
            "mean_wait_answered": 8.0,
            "mean_wait_abandoned": 21.0,
            "answer_rate_per_request": 0.8,
            "answer_rate_of_arrivals": 8 / 13,
            "answered_in_15s_of_call_over_offered": 0.6,
            "service_level_with_early_abandons": 0.7,
            "service_level_over_answered_and_abandoned": 0.6,
            "service_level_without_early_abandons": 6 / 9,
            "abandon_rate": 0.2,
            "abandon_rate_without_short": 1 / 9,
            "mean_wait_from_call": 8.0,
            "mean_wait_all": 10.6,
            "longest_wait": 40.0,
            "mean_talk": 82.5,
            "longest_talk": 100.0,
            "rating_share": 0.375,
            "satisfaction": 2 / 3,
        }
    )


async def test_what_passed_after_the_last_wait_was_not_waited(sessions: Sessions) -> None:
    minutes_in_a_menu = MORNING + timedelta(minutes=5)
    await stored(sessions, a_call(Outcome.ABANDONED, wait=20.0, ended_at=minutes_in_a_menu))
    assert (await report(sessions)).total.figures["mean_wait_abandoned"] == 20.0


async def test_who_waited_for_a_partner_line_entered_no_queue(sessions: Sessions) -> None:
    await stored(sessions, a_call(Outcome.ABANDONED, wait=20.0, queue=None, queue_visits=0))
    figures = (await report(sessions)).total.figures
    assert (figures["mean_wait_abandoned"], figures["mean_wait_all"]) == (20.0, None)


async def test_an_answer_at_exactly_fifteen_seconds_is_in_time(sessions: Sessions) -> None:
    await stored(sessions, a_call(wait=15.0), a_call(wait=15.001))
    assert (await report(sessions)).total.counts.answered_in_time == 1


async def test_a_greeting_counts_from_the_calls_beginning_and_not_from_asking(
    sessions: Sessions,
) -> None:
    slow_greeting = a_call(wait=5.0, started_at=MORNING)
    slow_greeting.started_at = MORNING - timedelta(seconds=12)
    await stored(sessions, slow_greeting)
    figures = (await report(sessions)).total.figures
    assert figures["answered_in_15s_over_offered"] == 1
    assert figures["answered_in_15s_of_call_over_offered"] == 0
    assert (figures["mean_wait_answered"], figures["mean_wait_from_call"]) == (5.0, 17.0)


async def test_a_caller_who_asks_twice_is_one_request_by_calls_and_two_by_entries(
    sessions: Sessions,
) -> None:
    await stored(sessions, a_call(queue_visits=2), a_call(None, queue_visits=3))
    figures = (await report(sessions)).total.figures
    assert (figures["answer_rate_gross"], figures["answer_rate_per_request"]) == (1.0, 0.5)


async def test_a_period_without_calls_has_no_rate_and_no_rows(sessions: Sessions) -> None:
    empty = await report(sessions)
    assert empty.rows == []
    assert empty.total.figures["answer_rate_gross"] is None
    assert empty.total.figures["arrivals"] == 0
    assert empty.adds_up


async def test_a_call_over_midnight_belongs_to_the_citys_day_it_began(sessions: Sessions) -> None:
    last_second = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)
    await stored(
        sessions,
        a_call(started_at=last_second, wait=600.0),
        a_call(started_at=last_second + timedelta(seconds=1)),
    )
    both = await report(sessions, period=Period(DAY, date(2026, 11, 26)))
    assert [(row.key, row.counts.arrivals) for row in both.rows] == [
        ("2026-11-24", 1),
        ("2026-11-25", 1),
    ]
    assert (await report(sessions)).total.counts.arrivals == 1


@pytest.mark.parametrize(
    ("grouping", "keys"),
    [
        (Grouping.MONTH, ["2026-11"]),
        (Grouping.DAY, ["2026-11-24"]),
        (Grouping.HOUR, ["2026-11-24 09:00", "2026-11-24 10:00"]),
        (
            Grouping.INTERVAL,
            ["2026-11-24 09:00 ", "2026-11-24 09:00 GEN", "2026-11-24 10:00 ENT"],
        ),
        (Grouping.LINE, ["12345", "mayor"]),
        (Grouping.QUEUE, ["", "ENT", "GEN"]),
    ],
)
async def test_rows_are_days_hours_lines_or_queues_and_add_up_to_the_total(
    sessions: Sessions, grouping: Grouping, keys: list[str]
) -> None:
    await stored(
        sessions,
        a_call(),
        a_call(line="mayor", queue="ENT", started_at=MORNING + timedelta(hours=1)),
        a_call(Outcome.IVR_HANGUP, queue=None, human_requested_at=None),
    )
    found = await report(sessions, grouping)
    assert [row.key for row in found.rows] == keys
    assert sum(row.counts.arrivals for row in found.rows) == found.total.counts.arrivals == 3


@pytest.mark.parametrize("outcome", Outcome)
async def test_each_class_is_counted_and_its_calls_can_be_listed(
    sessions: Sessions, outcome: Outcome
) -> None:
    await stored(sessions, a_call(outcome), a_call(outcome), a_call(None))
    found = await report(sessions)
    assert found.total.counts.of(outcome) == 2
    assert found.adds_up
    async with sessions() as session:
        behind = await calls_behind(session, THE_DAY, outcome.value, Grouping.DAY, "2026-11-24")
    assert {item.call.outcome for item in behind} == {outcome}
    assert len(behind) == 2


async def test_every_number_has_as_many_calls_behind_it_as_it_says(sessions: Sessions) -> None:
    await stored(
        sessions,
        *(a_call(outcome, wait=wait) for outcome in Outcome for wait in (3.0, 30.0)),
        *(a_call(rating=rating) for rating in (1, 3, 5)),
        a_call(None),
    )
    counts = (await report(sessions, Grouping.QUEUE)).rows[0].counts
    expected = {
        "arrivals": counts.arrivals,
        "running": counts.running,
        "unexplained": counts.unexplained,
        "misfits": counts.misfits,
        "late": counts.late,
        "asked": counts.asked,
        "human_requests": counts.human_requests,
        "queued": counts.queued,
        "answered_in_15s": counts.answered_in_time,
        "answered_in_15s_of_call": counts.answered_in_time_of_call,
        "abandoned_in_15s": counts.abandoned_in_time,
        "rated": counts.rated,
        "satisfied": counts.satisfied,
        "abandoned_total": counts.of(Outcome.ABANDONED, Outcome.ABANDONED_SHORT),
        **{outcome.value: counts.of(outcome) for outcome in Outcome},
    }
    async with sessions() as session:
        listed = {
            name: len(await calls_behind(session, THE_DAY, name, Grouping.QUEUE, "GEN"))
            for name in SELECTIONS
        }
    assert listed == expected


async def test_the_calls_behind_a_number_are_paged_without_gap_or_repeat(
    sessions: Sessions,
) -> None:
    await stored(sessions, *(a_call() for _ in range(7)))
    seen: list[str] = []
    before = None
    async with sessions() as session:
        while page := await calls_behind(session, THE_DAY, "answered", limit=3, before=before):
            seen += [item.call.uid for item in page]
            before = (page[-1].call.started_at, page[-1].call.uid)
    assert len(seen) == len(set(seen)) == 7


async def test_a_call_that_ended_without_a_class_is_named_and_nothing_adds_up(
    sessions: Sessions,
) -> None:
    lost = a_call(None)
    await stored(sessions, a_call(), lost)
    async with sessions.begin() as session:
        # The table itself forbids it; a report must still not trust the table.
        await session.execute(text("ALTER TABLE call DROP CONSTRAINT ck_call_outcome_when_ended"))
        await session.execute(
            text("UPDATE call SET ended_at = started_at WHERE uid = :uid"), {"uid": lost.uid}
        )
    found = await report(sessions)
    assert not found.adds_up
    assert [item.call.uid for item in found.offenders] == [lost.uid]
    assert found.total.counts.unexplained == 1


async def test_an_unknown_number_is_refused_in_a_sentence(sessions: Sessions) -> None:
    async with sessions() as session:
        with pytest.raises(UnknownSelection, match="Choose one of: arrivals"):
            await calls_behind(session, THE_DAY, "lost'; --")


def test_a_period_without_a_day_is_refused_in_a_sentence() -> None:
    with pytest.raises(EmptyPeriod, match="there is no day"):
        Period(DAY, DAY)


async def test_one_call_can_be_looked_at_and_all_can_be_listed(sessions: Sessions) -> None:
    first, second = a_call(), a_call(Outcome.ABANDONED, started_at=MORNING + timedelta(hours=1))
    await stored(sessions, first, second)
    async with sessions() as session:
        assert [item.call.uid for item in await list_calls(session)] == [second.uid, first.uid]
        only = await list_calls(session, outcome=Outcome.ANSWERED, day=DAY, line="12345")
        assert [item.call.uid for item in only] == [first.uid]
        found = await get_call(session, first.uid)
        assert found is not None
        assert [event.kind for event in found.events] == ["HL-ARRIVED", "CONNECT", "BRIDGE_ENTER"]
        assert (found.recording, found.summary.ticket_number) == (None, None)
        assert await get_call(session, "nobody") is None
