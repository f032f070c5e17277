"""The timer's pass: find what is due, ask again under the ticket's lock, and only then act.

Killed anywhere, a worker leaves a card either due or issued with all that belongs to it. Two
workers share the work and never issue a card twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day
from tickets.acts import Act, Actor
from tickets.cards import repository
from tickets.cards.issuing import issue, withdraw
from tickets.cards.ladder import reached, set_alarm
from tickets.cards.models import Card
from tickets.cards.words import LETTERS, CardState
from tickets.city import City
from tickets.life import repository as life
from tickets.life.facts import Facts, Person
from tickets.life.models import RunningClock
from tickets.life.moves import carry_out
from tickets.life.picture import Picture
from tickets.life.reckoning import renew
from tickets.life.words import SupervisionCause
from tickets.states import TicketState

log = structlog.get_logger()

RULE = Person("timer", Actor.RULE)
# A statement's worth of alarms; what is left rings in the next statement.
CLOCKS_AT_ONCE = 10_000
_CARDS_AT_ONCE = 20

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Watched:
    """What one pass did: tickets woken, alarms that came, cards issued."""

    woken: int
    rung: int
    issued: int


async def watch(sessions: Sessions, city: City, at: datetime) -> Watched:
    """Do everything that is due by an instant; harmless when others do the same meanwhile."""
    woken = await wake(sessions, city, at)
    rung = await ring(sessions, at)
    return Watched(woken, rung, await issue_due(sessions, city, at))


async def ring(sessions: Sessions, at: datetime) -> int:
    """Turn every alarm that has come into a due card; return how many there were."""
    rung = 0
    while True:
        async with sessions.begin() as session:
            found = await repository.fall_due(session, at, CLOCKS_AT_ONCE)
        rung += found
        if found < CLOCKS_AT_ONCE:
            return rung


async def issue_due(sessions: Sessions, city: City, at: datetime) -> int:
    """Issue or withdraw every card that waits; return how many were issued.

    A few tickets share a transaction; should it fail, each of them gets one of its own.
    """
    issued, last, size = 0, 0, _CARDS_AT_ONCE
    while True:
        batch = _Batch(last, size)
        try:
            async with sessions.begin() as session:
                issued += await batch.settle(session, city, at)
        except (OperationalError, InterfaceError):
            raise  # the database is away: every card waits
        except Exception:
            if not batch.claimed:
                raise
            if size == 1:
                log.exception("card stays due", ticket=batch.claimed)
                last = batch.end
            size = 1
            continue
        if not batch.claimed:
            return issued
        last, size = batch.end, _CARDS_AT_ONCE


async def wake(sessions: Sessions, city: City, at: datetime) -> int:
    """Let suspended tickets run on whose review date has come; return how many did."""
    async with sessions() as session:
        asleep = await life.suspended_until(session, local_day(at))
    woken = 0
    for number in asleep:
        async with sessions.begin() as session:
            woken += await _wake(session, city, number, at)
    return woken


@dataclass(slots=True)
class _Batch:
    """Due cards behind a place in their order that no other worker has; `end` is the last."""

    after: int
    size: int
    claimed: Sequence[tuple[int, str]] = ()

    @property
    def end(self) -> int:
        return self.claimed[-1][0] if self.claimed else self.after

    async def settle(self, session: AsyncSession, city: City, at: datetime) -> int:
        self.claimed = await repository.claim_due(session, self.after, self.size)
        done = [await _settle(session, city, card, number, at) for card, number in self.claimed]
        return sum(done)


async def _settle(
    session: AsyncSession, city: City, card_id: int, number: str, at: datetime
) -> bool:
    """Decide one due card, its ticket being locked; return whether a card was issued."""
    [picture] = await life.lock(session, number)
    await renew(session, city, picture, at)
    card = await repository.card(session, card_id)
    if card is None or card.state is not CardState.DUE:
        return False
    clock = next((clock for clock in picture.clocks if clock.id == card.clock_id), None)
    step = reached(clock, city, at) if clock else None
    if clock is None or step is None or clock.due_at != card.deadline:
        await withdraw(session, picture, card, at, "it was no longer due")
        _wind(picture, city)
        await session.flush()
        return False
    # After a time without timers only the hardest card counts; nobody was told of the milder one.
    card.kind, card.due_at = step.kind, step.at
    await _issue(session, city, picture, card, clock, at)
    return True


async def _issue(
    session: AsyncSession,
    city: City,
    picture: Picture,
    card: Card,
    clock: RunningClock,
    at: datetime,
) -> None:
    if card.kind in LETTERS:
        # The move raises the level of supervision and issues the letter that is due.
        cause = Facts(cause=SupervisionCause.RED_CARD)
        await carry_out(session, city, picture.ticket.number, Act.SUPERVISE, RULE, cause, at=at)
        return
    await issue(session, city, picture, card, at)
    clock.card = card.kind
    set_alarm(clock, city)
    await session.flush()


def _wind(picture: Picture, city: City) -> None:
    for clock in picture.running():
        set_alarm(clock, city)


async def _wake(session: AsyncSession, city: City, number: str, at: datetime) -> bool:
    [picture] = await life.lock(session, number)
    review_on = picture.matter.review_on
    if picture.ticket.state is not TicketState.SUSPENDED or review_on is None:
        return False
    if review_on > local_day(at):
        return False
    facts = Facts(reason="the day for looking again has come")
    await carry_out(session, city, number, Act.RESUME, RULE, facts, at=at)
    return True
