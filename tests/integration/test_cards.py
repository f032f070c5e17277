"""Cards and supervision on a real database: when each comes, who is told, and never twice."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local, utc_now
from core.database import make_engine, make_sessions
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from tests.integration.ticket_life import LEAD, LEADER, OTHER, Life
from tickets.acts import Act
from tickets.cards import repository
from tickets.cards.models import Card
from tickets.cards.timer import Watched, watch
from tickets.cards.words import Addressee, CardKind, CardState
from tickets.life.words import ClockKind
from tickets.service import get_story
from tickets.states import TicketState

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
K, S = CardKind, CardState


@pytest.fixture
def life(sessions: Sessions) -> Life:
    return Life(sessions)


async def looked(life: Life) -> Watched:
    return await watch(life.sessions, life.city, life.now)


async def handled_cards(life: Life, number: str) -> list[Card]:
    """The cards that the handling clock and supervision brought."""
    picture = await life.look(number)
    others = {clock.id for clock in picture.clocks if clock.kind is not ClockKind.HANDLE}
    async with life.sessions() as session:
        cards = await repository.cards_of(session, picture.ticket.id)
    return [card for card in cards if card.clock_id not in others]


async def kinds(life: Life, number: str) -> list[tuple[CardKind, CardState]]:
    return [(card.kind, card.state) for card in await handled_cards(life, number)]


async def signed(life: Life) -> str:
    """A ticket whose unit has signed and spoken with the citizen: only handling is left."""
    number = await life.in_state(TicketState.SIGNED)
    await life.contact(number)
    return number


def turn_to(life: Life, day: int, hour: int, minute: int = 0) -> None:
    """Turn the clock to an hour of November or, from the 1st on, December in the city."""
    month = 11 if day >= 24 else 12
    life.now = datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


async def test_a_late_ticket_brings_its_cards_one_after_the_other(life: Life) -> None:
    """Dispatched on a Tuesday with five working days, that is until the end of next Tuesday."""
    number = await signed(life)
    seen = []
    for day in range(24, 31):
        turn_to(life, day, 23, 59)
        await looked(life)
        seen.append((day, [kind for kind, _ in await kinds(life, number)]))
    for day in range(1, 21):
        turn_to(life, day, 23, 59)
        await looked(life)
        seen.append((day, [kind for kind, _ in await kinds(life, number)]))
    came = {kind: next(day for day, cards in seen if kind in cards) for kind in K}
    assert came == {
        K.WARNING: 30,  # Monday evening: four fifths of the working time
        K.YELLOW: 1,  # Tuesday is the one working day left
        K.RED: 2,
        K.LETTER: 3,
        K.ESCALATION: 8,
        K.CENSURE: 15,
    }
    assert await kinds(life, number) == [(kind, S.ISSUED) for kind in K]
    assert (await life.look(number)).matter.supervision == 3


async def test_a_card_is_in_the_story_with_the_unit_and_who_is_told(life: Life) -> None:
    number = await signed(life)
    turn_to(life, 2, 9)
    assert (await looked(life)).issued == 1
    [red] = await handled_cards(life, number)
    assert (red.kind, red.unit, red.edition) == (K.RED, LEAD, life.city.time.workdays.edition())
    async with life.sessions() as session:
        story = await get_story(session, number)
        notices = await repository.notices_for(session, LEAD, None, True, None, 10)
    assert story is not None
    assert story.events[-1].reason == f"red card to {LEAD} (head)"
    assert (story.events[-1].facts or {})["to"] == ["head"]
    [(notice, ticket)] = notices
    assert (notice.addressee, notice.card_id, ticket) == (Addressee.HEAD, red.id, number)
    assert notice.text == f"红牌，{number}，时限 2026-12-02 00:00"


async def test_after_a_time_without_timers_only_the_hardest_card_comes(life: Life) -> None:
    number = await signed(life)
    turn_to(life, 30, 23, 59)
    async with life.sessions.begin() as session:
        await repository.fall_due(session, life.now, 10)
    turn_to(life, 2, 9)
    await looked(life)
    assert await kinds(life, number) == [(K.RED, S.ISSUED)]


async def test_an_extension_withdraws_a_card_nobody_has_served_and_brings_its_own_later(
    life: Life,
) -> None:
    number = await signed(life)
    turn_to(life, 1, 9)
    await looked(life)
    for act in (Act.ASK_EXTENSION, Act.GRANT_EXTENSION):
        await life.act(number, act)
    assert await kinds(life, number) == [(K.YELLOW, S.WITHDRAWN)]
    turn_to(life, 2, 9)
    assert (await looked(life)).issued == 0
    turn_to(life, 3, 9)  # extended by two working days, to the end of Thursday
    await looked(life)
    assert await kinds(life, number) == [(K.YELLOW, S.WITHDRAWN), (K.YELLOW, S.ISSUED)]
    async with life.sessions() as session:
        texts = [
            n.text for n, _ in await repository.notices_for(session, LEAD, None, True, None, 10)
        ]
    assert texts.count(f"{number} 的黄牌已撤回") == 2


async def test_a_suspended_ticket_brings_none_and_the_day_for_looking_again_wakes_it(
    life: Life,
) -> None:
    number = await signed(life)
    for act in (Act.ASK_SUSPENSION, Act.GRANT_SUSPENSION):
        await life.act(number, act)
    turn_to(life, 9, 23, 59)
    assert await looked(life) == Watched(0, 0, 0)
    turn_to(life, 10, 0, 1)
    assert (await looked(life)).woken == 1
    picture = await life.look(number)
    assert picture.ticket.state is TicketState.SIGNED
    clock = picture.clock(ClockKind.HANDLE)
    assert clock is not None
    assert clock.next_card is K.WARNING


async def test_an_answered_ticket_brings_none_and_a_rejected_answer_all_that_came_meanwhile(
    life: Life,
) -> None:
    number = await signed(life)
    await life.act(number, Act.FEED_BACK)
    turn_to(life, 2, 9)
    assert (await looked(life)).issued == 0
    await life.act(number, Act.REJECT_FEEDBACK)
    await looked(life)
    assert await kinds(life, number) == [(K.RED, S.ISSUED)]


async def test_a_due_card_is_asked_for_again_before_it_is_issued(life: Life) -> None:
    """The unit answers between the moment the card falls due and the one a worker takes it."""
    number = await signed(life)
    turn_to(life, 2, 9)
    async with life.sessions.begin() as session:
        assert await repository.fall_due(session, life.now, 10) == 1
    await life.act(number, Act.FEED_BACK)
    assert (await looked(life)).issued == 0
    assert await kinds(life, number) == [(K.WARNING, S.WITHDRAWN)]


async def test_a_late_signature_is_yellow_at_the_limit_and_red_at_twice_that(life: Life) -> None:
    number = await life.in_state(TicketState.DISPATCHED)
    seen = []
    for hour, minute in ((13, 0), (15, 29), (15, 31), (10, 29), (10, 31)):
        turn_to(life, 25 if hour < 11 else 24, hour, minute)
        await looked(life)
        async with life.sessions() as session:
            cards = await repository.cards_of(session, (await life.look(number)).ticket.id)
        seen.append([card.kind for card in cards])
    # Four working hours from 10:00 are over at 15:30, as many again at 10:30 the next morning.
    assert seen[1:] == [
        [K.WARNING],
        [K.WARNING, K.YELLOW],
        [K.WARNING, K.YELLOW],
        [K.WARNING, K.YELLOW, K.RED],
    ]


async def test_a_redo_and_a_leaders_note_bring_a_letter_at_once(life: Life) -> None:
    number = await life.in_state(TicketState.REDO)
    await life.act(number, Act.SUPERVISE, LEADER)
    letters = await handled_cards(life, number)
    assert [(card.kind, card.level, card.cause, card.unit) for card in letters] == [
        (K.LETTER, 1, "redo", LEAD),
        (K.LETTER, 2, "leaders-note", LEAD),
    ]
    assert [card.letter_no for card in letters] == [f"督办2026-{card.id}号" for card in letters]
    assert [local(card.reply_due_at).isoformat()[:10] for card in letters if card.reply_due_at] == [
        "2026-11-28",
        "2026-11-28",
    ]


async def test_a_new_lead_begins_without_the_cards_of_the_old_one(life: Life) -> None:
    number = await signed(life)
    await life.act(number, Act.ASK_RETURN)
    turn_to(life, 1, 9)
    await looked(life)
    await life.act(number, Act.GRANT_RETURN)
    assert await kinds(life, number) == [(K.YELLOW, S.WITHDRAWN)]
    clock = (await life.look(number)).clock(ClockKind.HANDLE)
    assert clock is not None
    assert (clock.unit, clock.card, clock.next_card) == (OTHER, None, K.WARNING)


async def test_two_workers_issue_nothing_twice(life: Life, database_url: str) -> None:
    for _ in range(12):
        await signed(life)
    turn_to(life, 2, 9)
    other = make_engine(database_url)
    try:
        workers = [life.sessions, make_sessions(other), life.sessions, make_sessions(other)]
        done = await asyncio.gather(*(watch(one, life.city, life.now) for one in workers))
        assert sum(one.rung for one in done) == 12
        done += [await looked(life)]  # whatever one worker left because another looked at it
    finally:
        await other.dispose()
    assert sum(one.issued for one in done) == 12
    async with life.sessions() as session:
        counts = await session.execute(
            text("SELECT (SELECT count(*) FROM ticket_card), (SELECT count(*) FROM notice)")
        )
    assert counts.one() == (12, 12)


async def test_a_ticket_that_cannot_be_settled_keeps_no_other_from_its_card(life: Life) -> None:
    numbers = [await signed(life) for _ in range(4)]
    await life.cheat(
        """UPDATE ticket_clock SET "limit" = 'nonsense' WHERE ticket_id IN
           (SELECT id FROM ticket ORDER BY id OFFSET 1 LIMIT 1)"""
    )
    turn_to(life, 2, 9)
    assert (await looked(life)).issued == 3
    assert [await kinds(life, number) for number in numbers] == [
        [(K.RED, S.ISSUED)],
        [(K.WARNING, S.DUE)],
        [(K.RED, S.ISSUED)],
        [(K.RED, S.ISSUED)],
    ]


async def test_a_worker_killed_between_card_and_message_leaves_nothing_half_done(
    life: Life, database_url: str, tmp_path: Path
) -> None:
    life.now = utc_now() - timedelta(days=45)
    number = await signed(life)
    life.now = utc_now()
    async with life.sessions() as blocking, blocking.begin():
        await blocking.execute(text("LOCK TABLE notice IN ACCESS EXCLUSIVE MODE"))
        worker = await a_worker(database_url, tmp_path)
        await eventually(life, "SELECT count(*) FROM pg_locks WHERE NOT granted", 1)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    await eventually(life, "SELECT count(*) FROM pg_locks WHERE NOT granted", 0)
    assert await kinds(life, number) == [(K.WARNING, S.DUE)]
    await life.cheat("DELETE FROM procrastinate_jobs")  # the next minute's pass is another job
    worker = await a_worker(database_url, tmp_path)
    await eventually(life, "SELECT count(*) FROM notice", 2)
    worker.send_signal(signal.SIGTERM)
    await worker.wait()
    assert await kinds(life, number) == [(K.CENSURE, S.ISSUED)]


async def a_worker(database_url: str, home: Path) -> asyncio.subprocess.Process:
    """The real process of the jobs, with the pass of a minute that is just beginning."""
    ensure_secrets(Settings(home=home, database_url=database_url).secrets_file)
    engine = make_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(
            text("""
                SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
                    'tickets', 'tickets.cards', 0, NULL, NULL, '{"timestamp": 0}'::jsonb, NULL
                )::procrastinate_job_to_defer_v1])
            """)
        )
    await engine.dispose()
    spoken = {"HOTLINE_HOME": str(home), "HOTLINE_DATABASE_URL": database_url}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "jobs"),
        cwd=CHECKOUT,
        env=os.environ | spoken | {"PYTHONPATH": str(CHECKOUT)},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def eventually(life: Life, question: str, answer: int) -> None:
    async with asyncio.timeout(30):
        while True:
            async with life.sessions() as session:
                if await session.scalar(text(question)) == answer:
                    return
            await asyncio.sleep(0.05)


CHEATS = {
    "UPDATE ticket_card SET state = 'served'": "time_when_served",
    "UPDATE ticket_card SET issued_at = NULL": "issued_at_an_instant",
    "UPDATE ticket_card SET state = 'withdrawn', withdrawn_because = 'x'": "red_stays_issued",
    "UPDATE ticket_card SET withdrawn_because = 'x'": "withdrawn_says_why",
    "UPDATE ticket_card SET letter_no = 'x'": "letters_have_a_number",
    "UPDATE ticket_card SET state = 'answered'": "time_of_answer",
    "UPDATE notice SET read_at = now()": "read_by_somebody",
    "UPDATE ticket_clock SET paused_at = now()": "no_alarm_at_rest",
    "UPDATE ticket_clock SET alert_at = NULL": "alarm_is_for_a_card",
    "INSERT INTO ticket_card (ticket_id, clock_id, kind, state, unit, deadline, due_at, edition)"
    " SELECT ticket_id, clock_id, kind, 'due', unit, deadline, due_at, edition"
    " FROM ticket_card": "uq_ticket_card_once",
}


async def test_the_database_itself_refuses_what_no_card_can_be(life: Life) -> None:
    await signed(life)
    turn_to(life, 2, 9)
    await looked(life)
    for cheat, name in CHEATS.items():
        with pytest.raises(IntegrityError, match=name):
            await life.cheat(cheat)


async def test_a_notice_says_nothing_of_the_citizen(life: Life) -> None:
    await signed(life)
    turn_to(life, 2, 9)
    await looked(life)
    async with life.sessions() as session:
        told = (await session.scalars(text("SELECT text FROM notice"))).all()
    assert told
    assert not any("王先生" in line or "13812345678" in line for line in told)
