"""Deadlines reckoned anew when the calendar changes under open tickets: only in the unit's favour.

A timer does it for every running clock of an older edition; `config calendar` shows beforehand what
would move. A date once given never comes nearer (国办 notices have changed in mid-holiday).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local
from tickets.cards.following import withdraw_mild
from tickets.cards.ladder import set_alarm
from tickets.city import City
from tickets.deadlines import Deadline, in_the_units_favour
from tickets.durations import read_span
from tickets.life import repository
from tickets.life.models import RunningClock
from tickets.life.picture import Picture
from tickets.models import Ticket, TicketEvent

AT_ONCE = 1_000
WHO = "calendar (rule)"


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that the calendar moves."""

    number: str
    clock: RunningClock
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How many clocks were of an older edition, and how many of them moved."""

    looked_at: int
    moved: int


def reckon(clock: RunningClock, city: City) -> Deadline:
    """Reckon a clock's deadline by the present calendar, with all that was added since.

    It never comes nearer. What a merge brought is another ticket's promise and stays.
    """
    limit = read_span(clock.limit)
    if limit.natural or clock.hurried_from is not None:
        return Deadline(clock.due_at, clock.provisional)
    anew = city.time.deadline(clock.started_at, limit, [read_span(span) for span in clock.added])
    return Deadline(in_the_units_favour(clock.due_at, anew), anew.provisional)


async def reckon_anew(
    sessions: async_sessionmaker[AsyncSession], city: City, at: datetime
) -> Reckoned:
    """Bring every running clock to the present calendar, a thousand in a transaction.

    Clocks that somebody is just moving wait for the next time.
    """
    looked_at = moved = last = 0
    while True:
        async with sessions.begin() as session:
            clocks = await _older(session, city, last)
            if not clocks:
                return Reckoned(looked_at, moved)
            movers = [clock for clock in clocks if reckon(clock, city).at != clock.due_at]
            for clock in clocks:
                if clock not in movers:
                    _bring_up_to_date(clock, city)
        looked_at, last = looked_at + len(clocks), clocks[-1].id
        for clock in movers:
            async with sessions.begin() as session:
                moved += await _move(session, city, clock, at)


async def would_move(session: AsyncSession, city: City) -> tuple[int, list[Moved]]:
    """Say how many clocks are of another edition than this calendar, and which would move."""
    found: list[Moved] = []
    looked_at = last = 0
    while clocks := await _older(session, city, last, lock=False):
        for clock in clocks:
            due = reckon(clock, city).at
            if due != clock.due_at:
                number = await session.scalar(
                    select(Ticket.number).where(Ticket.id == clock.ticket_id)
                )
                found.append(Moved(str(number), clock, due))
        looked_at, last = looked_at + len(clocks), clocks[-1].id
    return looked_at, found


async def renew(session: AsyncSession, city: City, picture: Picture, at: datetime) -> int:
    """Bring a locked ticket's running clocks to the present calendar; return how many moved."""
    moved = 0
    for clock in picture.running():
        if clock.edition == city.time.workdays.edition():
            continue
        before, due = clock.due_at, reckon(clock, city).at
        clock.promise(due)
        _bring_up_to_date(clock, city)
        if due != before:
            moved += 1
            session.add(_event(picture, clock, before, at))
            await withdraw_mild(session, picture, at, "the calendar changed", clock)
    await session.flush()
    return moved


async def _move(session: AsyncSession, city: City, clock: RunningClock, at: datetime) -> int:
    ticket = await session.get(Ticket, clock.ticket_id)
    if ticket is None:
        return 0
    [picture] = await repository.lock(session, ticket.number)
    return await renew(session, city, picture, at)


def _bring_up_to_date(clock: RunningClock, city: City) -> None:
    clock.provisional = reckon(clock, city).provisional
    clock.edition = city.time.workdays.edition()
    set_alarm(clock, city)


async def _older(
    session: AsyncSession, city: City, after: int, *, lock: bool = True
) -> Sequence[RunningClock]:
    edition = city.time.workdays.edition()
    wanted = (
        select(RunningClock)
        .where(
            RunningClock.stopped_at.is_(None),
            or_(RunningClock.edition < edition, RunningClock.edition > edition),
            RunningClock.id > after,
        )
        .order_by(RunningClock.id)
        .limit(AT_ONCE)
    )
    if lock:
        wanted = wanted.with_for_update(skip_locked=True)
    return (await session.scalars(wanted)).all()


def _event(picture: Picture, clock: RunningClock, before: datetime, at: datetime) -> TicketEvent:
    state = picture.ticket.state
    return TicketEvent(
        ticket_id=picture.ticket.id,
        from_state=state,
        to_state=state,
        actor=WHO,
        reason=(
            f"the calendar changed: the {clock.kind} limit moves from "
            f"{local(before):%Y-%m-%d %H:%M} to {local(clock.due_at):%Y-%m-%d %H:%M}"
        ),
        facts={
            "clock": clock.kind,
            "from": before.isoformat(),
            "to": clock.due_at.isoformat(),
            "edition": clock.edition,
        },
        at=at,
    )
