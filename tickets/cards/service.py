"""What people do about cards: acknowledge one, answer a letter, read notices, and urge (催办).

Each is a line of the ticket's story, in the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets.acts import Actor
from tickets.cards import repository
from tickets.cards.issuing import story
from tickets.cards.models import Card, Notice
from tickets.cards.states import check_move
from tickets.cards.words import LETTERS, Addressee, CardState
from tickets.life import repository as life
from tickets.life.drafts import TicketEnded
from tickets.life.facts import Person, fit_to_store
from tickets.life.moves import UnknownTicket, signature
from tickets.life.picture import Picture
from tickets.models import TicketEvent
from tickets.states import OPEN

# From the second urging on the head of the unit is told too.
_HEAD_FROM = 2


class UnknownCard(HotlineError):
    """The ticket has no such card that anybody was told of."""

    slug = "unknown-card"


class NotTheirCard(HotlineError):
    """The card is another unit's."""

    slug = "not-their-card"


class NoLetter(HotlineError):
    """Only letters of supervision are answered."""

    slug = "no-letter"


async def serve(
    session: AsyncSession, number: str, card_id: int, person: Person, at: datetime | None = None
) -> Card:
    """Acknowledge a card; its notices count as read.

    Raises UnknownTicket, UnknownCard, NotTheirCard and IllegalCardMove.
    """
    at = at or utc_now()
    picture, card = await _theirs(session, number, card_id, person)
    await _serve(session, picture, card, person, at)
    return card


async def answer(
    session: AsyncSession,
    number: str,
    card_id: int,
    person: Person,
    reply: str,
    at: datetime | None = None,
) -> Card:
    """Answer a letter, which acknowledges it too. Raises as `serve`, and NoLetter."""
    at = at or utc_now()
    picture, card = await _theirs(session, number, card_id, person)
    if card.kind not in LETTERS:
        raise NoLetter(f"A {card.kind} card is acknowledged; only a letter is answered.")
    if card.state is CardState.ISSUED:
        await _serve(session, picture, card, person, at)
    check_move(card.kind, card.state, CardState.ANSWERED)
    card.state, card.answered_at, card.answer = CardState.ANSWERED, at, fit_to_store(reply)
    late = " after its limit" if card.reply_due_at and at >= card.reply_due_at else ""
    session.add(story(picture, card, signature(person), f"{card.letter_no} was answered{late}", at))
    await session.flush()
    return card


async def urge(
    session: AsyncSession, number: str, person: Person, words: str, at: datetime | None = None
) -> Picture:
    """Note that the citizen asks again and tell whoever holds the ticket, then its head too.

    Raises UnknownTicket, and TicketEnded when nothing is owed any more.
    """
    at = at or utc_now()
    picture = await _locked(session, number)
    if picture.ticket.state not in OPEN or picture.hop is None:
        raise TicketEnded(f"{number} is {picture.ticket.state}: there is nothing to urge.")
    picture.matter.urges += 1
    picture.matter.version += 1
    picture.matter.changed_at = at
    session.add(picture.matter)
    nth, state = picture.matter.urges, picture.ticket.state
    to = [Addressee.CLERK] + ([Addressee.HEAD] if nth >= _HEAD_FROM else [])
    session.add_all(
        Notice(
            unit=picture.hop.holder,
            addressee=addressee,
            ticket_id=picture.ticket.id,
            text=f"催办（第{nth}次），{number}",
            at=at,
        )
        for addressee in to
    )
    session.add(
        TicketEvent(
            ticket_id=picture.ticket.id,
            from_state=state,
            to_state=state,
            actor=signature(person),
            reason=f"urged: {fit_to_store(words)}",
            facts={"urge": nth, "unit": picture.hop.holder, "to": list(to)},
            at=at,
        )
    )
    await session.flush()
    return picture


async def read_notice(
    session: AsyncSession, notice_id: int, unit: str, person: Person, at: datetime | None = None
) -> bool:
    """Note who of a unit has read a notice; return whether nobody had before."""
    done = await session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.unit == unit, Notice.read_at.is_(None))
        .values(read_at=at or utc_now(), read_by=signature(person))
        .returning(Notice.id)
    )
    return done.first() is not None


async def _theirs(
    session: AsyncSession, number: str, card_id: int, person: Person
) -> tuple[Picture, Card]:
    """A unit's card is acknowledged by that unit; a desk's by the hotline's own people."""
    picture = await _locked(session, number)
    card = await repository.card(session, card_id)
    if card is None or card.ticket_id != picture.ticket.id or card.state is CardState.DUE:
        raise UnknownCard(f"{number} has no card {card_id}.")
    of_a_desk = card.unit.islower()
    if person.unit != card.unit and not (of_a_desk and person.role is not Actor.UNIT):
        raise NotTheirCard(f"Card {card_id} of {number} is {card.unit}'s to acknowledge.")
    return picture, card


async def _serve(
    session: AsyncSession, picture: Picture, card: Card, person: Person, at: datetime
) -> None:
    check_move(card.kind, card.state, CardState.SERVED)
    card.state, card.served_at, card.served_by = CardState.SERVED, at, signature(person)
    session.add(story(picture, card, signature(person), f"acknowledged the {card.kind} card", at))
    await session.execute(
        update(Notice)
        .where(Notice.card_id == card.id, Notice.read_at.is_(None))
        .values(read_at=at, read_by=signature(person))
    )
    await session.flush()


async def _locked(session: AsyncSession, number: str) -> Picture:
    found = await life.lock(session, number)
    if not found:
        raise UnknownTicket(number)
    return found[0]
