"""The calendar changes under open tickets: deadlines move in the unit's favour and say so."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from cli.config import app as config_app
from core.settings import CHECKOUT, get_settings
from tests.integration.ticket_life import CITY, Life
from tickets.acts import Act
from tickets.calendar import Workdays
from tickets.cards import repository
from tickets.cards.timer import watch
from tickets.cards.words import CardKind, CardState
from tickets.city import City
from tickets.life.models import RunningClock
from tickets.life.reckoning import Reckoned, reckon_anew, would_move
from tickets.life.words import ClockKind
from tickets.service import get_story
from tickets.states import TicketState

pytestmark = pytest.mark.integration

TUESDAY = datetime(2026, 12, 1, 16, tzinfo=UTC)
WEDNESDAY = datetime(2026, 12, 2, 16, tzinfo=UTC)


@pytest.fixture
def life(sessions: async_sessionmaker[AsyncSession]) -> Life:
    return Life(sessions)


def city_with(*, off: tuple[date, ...] = (), worked: tuple[date, ...] = ()) -> City:
    """The city after a notice that changes these days."""
    days = CITY.time.workdays
    changed = Workdays(
        days.notices, {**days.holidays, **dict.fromkeys(off, "x")}, days.makeups | set(worked)
    )
    return replace(CITY, time=replace(CITY.time, workdays=changed))


async def handling(life: Life, number: str) -> RunningClock:
    clock = (await life.look(number)).clock(ClockKind.HANDLE)
    assert clock is not None
    return clock


async def test_a_new_holiday_moves_the_deadline_and_the_story_says_so(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    life.city = city_with(off=(date(2026, 11, 27),))
    done = await reckon_anew(life.sessions, life.city, life.now)
    assert done.moved == 1
    clock = await handling(life, number)
    assert (clock.first_due_at, clock.due_at) == (TUESDAY, WEDNESDAY)
    assert clock.edition == life.city.time.workdays.edition()
    async with life.sessions() as session:
        story = await get_story(session, number)
    assert story is not None
    assert story.events[-1].reason == (
        "the calendar changed: the handle limit moves from 2026-12-02 00:00 to 2026-12-03 00:00"
    )
    assert await reckon_anew(life.sessions, life.city, life.now) == Reckoned(0, 0)


async def test_a_holiday_taken_back_and_a_new_make_up_day_move_nothing(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    life.city = city_with(worked=(date(2026, 11, 28),))
    done = await reckon_anew(life.sessions, life.city, life.now)
    assert (done.looked_at > 0, done.moved) == (True, 0)
    clock = await handling(life, number)
    assert (clock.due_at, clock.edition) == (TUESDAY, life.city.time.workdays.edition())


async def test_extensions_and_pauses_are_kept_when_the_calendar_changes(life: Life) -> None:
    number = await life.in_state(TicketState.EXT_REQ)
    await life.act(number, Act.GRANT_EXTENSION)  # two working days: to the end of Thursday
    for act in (Act.ASK_SUSPENSION, Act.GRANT_SUSPENSION):
        await life.act(number, act)
    life.later(days=2)
    await life.act(number, Act.RESUME)  # two more: Monday, the 7th
    assert (await handling(life, number)).added == ["2 wd", "2 wd"]
    life.city = city_with(off=(date(2026, 12, 4),))
    await reckon_anew(life.sessions, life.city, life.now)
    assert (await handling(life, number)).due_at == datetime(2026, 12, 8, 16, tzinfo=UTC)


async def test_a_card_of_the_old_deadline_is_withdrawn_and_never_issued_by_a_stale_calendar(
    life: Life,
) -> None:
    number = await life.in_state(TicketState.SIGNED)
    await life.contact(number)
    life.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    await watch(life.sessions, life.city, life.now)
    life.city = city_with(off=(date(2026, 11, 27),))
    life.now = datetime(2026, 12, 1, 17, tzinfo=UTC)  # late by the old calendar, yellow by the new
    await watch(life.sessions, life.city, life.now)
    await watch(life.sessions, life.city, life.now)
    async with life.sessions() as session:
        cards = await repository.cards_of(session, (await life.look(number)).ticket.id)
    assert [(card.kind, card.state) for card in cards if card.clock_id] == [
        (CardKind.YELLOW, CardState.WITHDRAWN),
        (CardKind.RED, CardState.WITHDRAWN),
        (CardKind.YELLOW, CardState.ISSUED),
    ]


async def test_a_year_without_its_notice_is_provisional_until_the_notice_is_in(life: Life) -> None:
    life.now = datetime(2026, 12, 28, 2, tzinfo=UTC)
    number = await life.in_state(TicketState.SIGNED)
    assert (await handling(life, number)).provisional
    days = CITY.time.workdays
    notice = {2027: days.notices[2026]}
    known = replace(days, notices={**days.notices, **notice}, holidays={
        **days.holidays, date(2027, 1, 1): "元旦", date(2027, 1, 4): "元旦",
    })  # fmt: skip
    life.city = replace(CITY, time=replace(CITY.time, workdays=known))
    before = (await handling(life, number)).due_at
    await reckon_anew(life.sessions, life.city, life.now)
    clock = await handling(life, number)
    assert (clock.provisional, clock.due_at > before) == (False, True)


async def test_a_dry_run_names_what_would_move_and_changes_nothing(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    async with life.sessions() as session:
        looked_at, moves = await would_move(session, city_with(off=(date(2026, 11, 27),)))
    assert looked_at == 2
    assert [(one.number, one.clock.kind, one.due_at) for one in moves] == [
        (number, ClockKind.HANDLE, WEDNESDAY)
    ]
    assert (await handling(life, number)).due_at == TUESDAY


def test_the_command_tries_a_calendar_before_it_counts(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    try:
        candidate = CHECKOUT / "config" / "calendar.toml"
        done = CliRunner().invoke(config_app, ["calendar", "--with", str(candidate)])
        refused = CliRunner().invoke(config_app, ["calendar", "--with", "nowhere", "--apply"])
    finally:
        get_settings.cache_clear()
    assert done.exit_code == 0, done.output
    assert "Every running clock is of this edition." in done.output
    assert "provisional: no notice" in done.output
    assert "tried, not applied" in str(refused.exception)


async def test_nothing_of_a_calendar_moves_a_limit_of_natural_hours(life: Life) -> None:
    number = await life.in_state(TicketState.SIGNED)
    await life.cheat("""UPDATE ticket_clock SET "limit" = '24 h'""")
    life.city = city_with(off=(date(2026, 11, 27),))
    assert (await reckon_anew(life.sessions, life.city, life.now)).moved == 0
    assert (await handling(life, number)).due_at == TUESDAY
    async with life.sessions() as session:
        assert await session.scalar(text("SELECT count(DISTINCT edition) FROM ticket_clock")) == 2
