"""The report's second count, from the switch's own lines, names whatever the first gets wrong."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.settings import Settings
from queues.ledger.ledger import Ledger
from reports.answer_rate import AnswerRate, Period, answer_rate
from reports.hearing import days_to_hear, hear
from reports.recount import recount
from reports.selections import Grouping
from reports.witness import Doubt
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call
from tests.unit.test_fold_outcomes import ENDINGS
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
THE_DAY = Period(date(2026, 11, 24), date(2026, 11, 25))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


async def counted(settings: Settings, sessions: Sessions, *calls: ACall) -> None:
    """Let the ledger read these calls."""
    SwitchFiles(settings).tell(*calls)
    ledger = Ledger.of(settings, sessions, quiet=0)
    while await ledger.step():
        pass


async def planted(sessions: Sessions, statement: str, uid: str) -> None:
    async with sessions.begin() as session:
        await session.execute(text(statement), {"uid": uid})


async def report(sessions: Sessions) -> AnswerRate:
    await hear(sessions, [THE_DAY.since])
    async with sessions() as session:
        return await answer_rate(session, THE_DAY, Grouping.DAY)


@pytest.fixture
async def crowd(settings: Settings, sessions: Sessions) -> list[ACall]:
    """Three calls: two answered, one given up."""
    calls = [answered_call(1), answered_call(2)]
    calls.append(ACall(3).arrives().in_menu().queues().wait(30).abandons())
    await counted(settings, sessions, *calls)
    return calls


def numbered(call: ACall, number: int) -> ACall:
    """Make the same story another caller's."""
    own = f"{int(NOON)}.{call.number}".encode()
    new = f"{int(NOON)}.{1000 + number}".encode()
    call.lines = [(at, stream, line.replace(own, new)) for at, stream, line in call.lines]
    return call


async def test_of_every_ending_the_lines_tell_what_the_ledger_made_of_them(
    settings: Settings, sessions: Sessions
) -> None:
    calls = [numbered(tell(), n) for n, (_, tell) in enumerate(ENDINGS.values())]
    await counted(settings, sessions, *calls)
    found = await report(sessions)
    assert found.witness.doubts == ()
    assert found.total.counts.arrivals == len(ENDINGS)
    # Who was blocked before we picked up never reached the dialplan's first line.
    blocked = found.total.counts.of(Outcome.BLOCKED_TRUNK)
    assert found.witness.arrivals == len(ENDINGS) - blocked
    # One agent was joined with the caller for an instant and said nothing.
    assert found.witness.answered == found.total.counts.of(Outcome.ANSWERED) + 1


async def test_a_good_day_is_told_twice_alike(sessions: Sessions, crowd: list[ACall]) -> None:
    found = await report(sessions)
    assert (found.witness.arrivals, found.witness.answered) == (3, 2)
    assert found.adds_up


@pytest.mark.parametrize(
    ("number", "defect", "why"),
    [
        (0, "DELETE FROM call WHERE uid = :uid", "arrived and is not counted"),
        (
            1,
            "UPDATE call SET outcome = 'abandoned' WHERE uid = :uid",
            "talked with an agent and does not count as answered",
        ),
        (
            2,
            "UPDATE call SET outcome = 'answered' WHERE uid = :uid",
            "counts as answered and nobody picked up",
        ),
    ],
)
async def test_a_planted_defect_is_found_by_name(
    sessions: Sessions, crowd: list[ACall], number: int, defect: str, why: str
) -> None:
    uid = crowd[number].uid
    await planted(sessions, defect, uid)
    found = await report(sessions)
    assert found.witness.doubts == (Doubt(uid, why),)
    assert not found.adds_up


async def test_a_call_of_which_no_line_tells_is_found(
    sessions: Sessions, crowd: list[ACall]
) -> None:
    await planted(sessions, "UPDATE call SET uid = 'invented' WHERE uid = :uid", crowd[0].uid)
    found = await report(sessions)
    assert set(found.witness.doubts) == {
        Doubt("invented", "is counted and no line tells of it"),
        Doubt(crowd[0].uid, "arrived and is not counted"),
    }


async def test_an_agent_who_picked_up_and_left_is_no_doubt(
    settings: Settings, sessions: Sessions
) -> None:
    lost = ACall().arrives().in_menu().queues().wait(9).rings().picks_up_and_leaves().hangs_up()
    await counted(settings, sessions, lost)
    assert (await report(sessions)).adds_up


async def test_a_call_over_midnight_belongs_to_its_first_day_for_both(
    settings: Settings, sessions: Sessions
) -> None:
    late = ACall(began=NOON + 10 * 3600 - 1).arrives().wait(3).queues().rings().connects()
    await counted(settings, sessions, late.wait(60).agent_hangs_up().hangs_up())
    found = await report(sessions)
    assert (found.witness.arrivals, found.witness.answered, found.adds_up) == (1, 1, True)


async def test_a_day_is_heard_again_once_its_calls_were_written(
    sessions: Sessions, crowd: list[ACall], monkeypatch: pytest.MonkeyPatch
) -> None:
    months_later = date(2027, 3, 1)
    monkeypatch.setattr("reports.hearing.local_day", lambda _: months_later)

    async def due() -> set[date]:
        async with sessions() as session:
            return set(await days_to_hear(session, limit=10)) - {months_later, date(2027, 2, 28)}

    await recount(sessions)
    assert await due() == {THE_DAY.since}
    await hear(sessions, list(await due()))
    assert await due() == set()
    await planted(sessions, "UPDATE call SET rating = 1 WHERE uid = :uid", crowd[0].uid)
    await recount(sessions)
    assert await due() == {THE_DAY.since}


async def test_a_day_not_heard_yet_is_said_to_be_so_and_is_no_doubt(
    sessions: Sessions, crowd: list[ACall]
) -> None:
    await recount(sessions)
    async with sessions() as session:
        found = await answer_rate(session, THE_DAY, Grouping.DAY)
    assert (found.witness.as_of, found.witness.unheard) == (None, 1)
    assert found.adds_up
