"""/api/due, /api/cards, /api/notices and a ticket's cards: who is late, who was told, who answered.

A unit sees and acknowledges what is its own; everybody else of the hotline sees all of it.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from api.errors import Refused
from api.fields import Answer, Before, Instant, Limit, Page, page_of
from api.matters import At, MatterAnswer, Number
from api.persons import By
from api.resources import Session
from core.clock import utc_now
from tickets.acts import Actor
from tickets.cards import repository, service
from tickets.cards.due import Due, due_for
from tickets.cards.models import Card, Notice
from tickets.cards.words import Addressee, CardKind, CardState
from tickets.life.facts import Person
from tickets.life.looking import read
from tickets.life.words import SupervisionCause
from tickets.states import TicketState

router = APIRouter(prefix="/api", tags=["cards"])

Unit = Annotated[str | None, Query(max_length=32, description="A unit's code, or a desk's name.")]
CardId = Annotated[int, Path(ge=1)]


class DueAnswer(Answer):
    """One limit that runs for the unit: a clock, or a task it helps with."""

    number: str
    state: TicketState
    what: str
    limit: str
    due_at: Instant
    first_due_at: Instant
    paused_at: Instant | None
    card: CardKind | None
    provisional: bool
    late: bool


class CardAnswer(Answer):
    """One card or letter: whose, why, and how far it came."""

    id: int
    number: str
    kind: CardKind
    state: CardState
    unit: str
    deadline: Instant | None
    due_at: Instant
    edition: str
    cause: SupervisionCause | None
    level: int
    letter_no: str | None
    reply_due_at: Instant | None
    issued_at: Instant | None
    served_at: Instant | None
    served_by: str | None
    answered_at: Instant | None
    answer: str
    withdrawn_at: Instant | None
    withdrawn_because: str | None


class NoticeAnswer(Answer):
    """News for somebody of a unit."""

    id: int
    number: str
    unit: str
    addressee: Addressee
    card_id: int | None
    text: str
    at: Instant
    read_at: Instant | None
    read_by: str | None


@router.get("/due")
async def list_due(
    session: Session,
    person: By,
    unit: Unit = None,
    until: datetime | None = None,
    limit: Limit = 100,
) -> list[DueAnswer]:
    """List what a unit owes by clock, the most pressing first."""
    now = utc_now()
    found = await due_for(session, _needed(_allowed(person, unit)), until, limit)
    return [_due(one, now) for one in found]


@router.get("/cards")
async def list_cards(
    session: Session,
    person: By,
    unit: Unit = None,
    state: CardState | None = None,
    limit: Limit = 50,
    before: Before = None,
) -> Page[CardAnswer]:
    """List cards, newest first: of a unit, in a state, or all."""
    found = await repository.cards_for(session, _allowed(person, unit), state, before, limit + 1)
    return page_of(found, limit, lambda one: card_answer(*one), lambda one: one[0].id)


@router.get("/notices")
async def list_notices(
    session: Session,
    person: By,
    unit: Unit = None,
    addressee: Addressee | None = None,
    unread: bool = True,
    limit: Limit = 50,
    before: Before = None,
) -> Page[NoticeAnswer]:
    """List what a unit is told, newest first; by default what nobody has read."""
    found = await repository.notices_for(
        session, _needed(_allowed(person, unit)), addressee, unread, before, limit + 1
    )
    return page_of(found, limit, lambda one: _notice(*one), lambda one: one[0].id)


@router.post("/notices/{notice}/read", status_code=204)
async def mark_read(session: Session, person: By, notice: CardId, unit: Unit = None) -> None:
    """Note that somebody of the unit has read a notice; again is harmless."""
    async with session.begin():
        await service.read_notice(session, notice, _needed(_allowed(person, unit)), person)


@router.get("/tickets/{number}/cards")
async def show_cards(session: Session, number: Number, person: By) -> list[CardAnswer]:
    """Show every card and letter of a ticket, oldest first."""
    picture = await read(session, number, person)
    found = await repository.cards_of(session, picture.ticket.id)
    return [card_answer(card, number) for card in found if card.state is not CardState.DUE]


@router.post("/tickets/{number}/cards/{card}/serve")
async def serve(session: Session, number: Number, card: CardId, person: By) -> CardAnswer:
    """Acknowledge a card."""
    async with session.begin():
        return card_answer(await service.serve(session, number, card, person), number)


@router.post("/tickets/{number}/cards/{card}/answer")
async def answer(
    session: Session,
    number: Number,
    card: CardId,
    person: By,
    reply: Annotated[str, Body(embed=True, min_length=2, max_length=5_000)],
) -> CardAnswer:
    """Answer a letter of supervision."""
    async with session.begin():
        return card_answer(await service.answer(session, number, card, person, reply), number)


@router.post("/tickets/{number}/urge")
async def urge(
    at: At, words: Annotated[str, Body(embed=True, min_length=1, max_length=500)]
) -> MatterAnswer:
    """Note that the citizen asks again (催办), and tell whoever holds the ticket."""
    if at.person.role not in (Actor.CITIZEN, Actor.AGENT, Actor.FOLLOW_UP):
        raise Refused("It is the citizen who urges, or who takes the citizen's call.")
    return await at.change(lambda: service.urge(at.session, at.number, at.person, words))


def _allowed(person: Person, unit: str | None) -> str | None:
    """A unit asks about itself; citizens about nothing here."""
    if person.role is Actor.CITIZEN or (
        person.role is Actor.UNIT and unit not in (None, person.unit)
    ):
        raise Refused("A unit sees what is its own.")
    return person.unit if person.role is Actor.UNIT else unit


def _needed(unit: str | None) -> str:
    if unit is None:
        raise Refused("Say whose: ?unit= and a unit's code or a desk's name.")
    return unit


def _due(one: Due, now: datetime) -> DueAnswer:
    names = (name for name in DueAnswer.model_fields if name != "late")
    return DueAnswer(**{name: getattr(one, name) for name in names}, late=one.is_late(now))


def card_answer(card: Card, number: str) -> CardAnswer:
    """Show a card with its ticket's number."""
    names = (name for name in CardAnswer.model_fields if name != "number")
    return CardAnswer(number=number, **{name: getattr(card, name) for name in names})


def _notice(notice: Notice, number: str) -> NoticeAnswer:
    names = (name for name in NoticeAnswer.model_fields if name != "number")
    return NoticeAnswer(number=number, **{name: getattr(notice, name) for name in names})
