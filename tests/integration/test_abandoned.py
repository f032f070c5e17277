"""Who gave up is in the list once, with what they did, until they got through."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from queues.models import Call
from reports.abandoned import GaveUp, Tally, list_abandoned, tally_abandoned
from reports.answer_rate import Period
from tests.integration.test_answer_rate import a_call
from tickets import service as tickets
from tickets.outcomes import Outcome
from tickets.service import CallForTicket

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PERIOD = Period(date(2026, 11, 24), date(2026, 11, 25))
ANNA, BERTA = "13800000001", "13800000002"


def gave_up(caller: str = ANNA, minutes: float = 0, wait: float = 30.0, keys: str = "") -> Call:
    outcome = Outcome.ABANDONED if wait > 5 else Outcome.ABANDONED_SHORT
    began = MORNING + timedelta(minutes=minutes)
    return a_call(outcome, wait, started_at=began, caller=caller, keys=keys)


def got_through(caller: str = ANNA, minutes: float = 0, wait: float = 5.0) -> Call:
    began = MORNING + timedelta(minutes=minutes)
    return a_call(wait=wait, started_at=began, caller=caller)


async def stored(sessions: Sessions, *calls: Call) -> None:
    """Store calls with their tickets, as the ledger does."""
    async with sessions.begin() as session:
        session.add_all(calls)
        openings = [CallForTicket(c.uid, c.started_at, c.line, c.caller) for c in calls]
        await tickets.open_for_calls(session, openings)


async def listed(
    sessions: Sessions, recovered: bool | None = None, short: bool | None = None
) -> list[GaveUp]:
    async with sessions() as session:
        found = await list_abandoned(session, PERIOD, recovered=recovered, short=short)
        return list(found)


async def tally(sessions: Sessions) -> Tally:
    async with sessions() as session:
        return await tally_abandoned(session, PERIOD)


async def test_who_gave_up_is_there_with_wait_queue_keys_and_ticket(sessions: Sessions) -> None:
    call = gave_up(wait=40.0, keys="1")
    await stored(sessions, call, got_through(BERTA))
    (only,) = await listed(sessions)
    told = (only.call.uid, only.call.wait_seconds, only.call.queue, only.call.keys)
    assert told == (call.uid, 40.0, "GEN", "1")
    assert only.ticket_number is not None
    assert (only.times, only.short, only.recovered_by) == (1, False, None)


async def test_a_caller_who_gave_up_three_times_is_there_once_by_the_last_call(
    sessions: Sessions,
) -> None:
    last = gave_up("+86 138-0000-0001", minutes=20)
    await stored(sessions, gave_up(), gave_up(minutes=10, wait=2.0), last, gave_up(BERTA))
    anna, berta = await listed(sessions)
    assert (anna.call.uid, anna.times, anna.short) == (last.uid, 3, False)
    assert berta.times == 1
    assert await tally(sessions) == Tally(callers=2, calls=4, short=0, recovered=0)


async def test_callers_without_a_number_are_never_taken_for_one_another(
    sessions: Sessions,
) -> None:
    unknown = [gave_up(caller, minutes=n) for n, caller in enumerate(("", "anonymous", ""))]
    await stored(sessions, *unknown, got_through("", minutes=30))
    found = await listed(sessions)
    assert [(one.times, one.recovered_by) for one in found] == [(1, None)] * 3


async def test_who_hears_a_human_within_a_day_is_recovered_and_stays_in_the_list(
    sessions: Sessions,
) -> None:
    answer = got_through("0086 13800000001", minutes=30)
    await stored(sessions, gave_up(), answer, got_through(minutes=50), gave_up(BERTA))
    berta, anna = sorted(await listed(sessions), key=lambda one: one.recovered_by or "")
    assert (anna.recovered_by, anna.recovered_at) == (answer.uid, answer.answered_at)
    assert berta.recovered_by is None
    assert await tally(sessions) == Tally(callers=2, calls=2, short=0, recovered=1)
    assert (await tally(sessions)).open == 1


@pytest.mark.parametrize(
    ("minutes", "recovered"), [(-10, False), (24 * 60, True), (24 * 60 + 1, False)]
)
async def test_an_answer_before_or_a_day_after_recovers_nobody(
    sessions: Sessions, minutes: float, recovered: bool
) -> None:
    answer = got_through(minutes=minutes, wait=10.0)
    await stored(sessions, gave_up(), answer)
    (only,) = await listed(sessions)
    assert (only.recovered_by is not None) == recovered


async def test_who_gave_up_again_after_an_answer_is_open_again(sessions: Sessions) -> None:
    await stored(sessions, gave_up(), got_through(minutes=30), gave_up(minutes=60))
    (only,) = await listed(sessions)
    assert (only.times, only.recovered_by) == (2, None)


async def test_short_and_recovered_ones_can_be_left_out_or_looked_at_alone(
    sessions: Sessions,
) -> None:
    await stored(sessions, gave_up(), got_through(minutes=5), gave_up(BERTA, wait=2.0))
    anna, berta = [ANNA], [BERTA]

    async def callers(recovered: bool | None = None, short: bool | None = None) -> list[str]:
        return [one.call.caller for one in await listed(sessions, recovered, short)]

    assert (await callers(recovered=True), await callers(recovered=False)) == (anna, berta)
    assert (await callers(short=False), await callers(short=True)) == (anna, berta)
    assert await callers(short=True, recovered=True) == []


async def test_pages_neither_miss_nor_repeat_a_caller(sessions: Sessions) -> None:
    callers = [f"1380000{n:04}" for n in range(7)]
    await stored(sessions, *(gave_up(who, minutes=5) for who in callers for _ in range(2)))
    seen: list[str] = []
    before = None
    async with sessions() as session:
        while page := await list_abandoned(session, PERIOD, limit=3, before=before):
            seen += [one.call.caller for one in page]
            before = (page[-1].call.started_at, page[-1].call.uid)
    assert sorted(seen) == callers


async def test_a_day_on_which_nobody_gave_up_is_empty(sessions: Sessions) -> None:
    await stored(sessions, got_through(), a_call(None))
    assert await listed(sessions) == []
    assert await tally(sessions) == Tally(0, 0, 0, 0)
