"""A card is issued, or withdrawn, with its line in the story and its notices: all or nothing.

The caller holds the ticket's lock and commits.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local, local_day
from tickets.cards.models import Card, Notice
from tickets.cards.states import check_move
from tickets.cards.words import ADDRESSEES, LETTERS, CardKind, CardState
from tickets.city import City
from tickets.life.picture import Picture
from tickets.models import TicketEvent

TIMER = "timer (rule)"
_NAMES = {
    CardKind.WARNING: "预警",
    CardKind.YELLOW: "黄牌",
    CardKind.RED: "红牌",
    CardKind.LETTER: "督办单",
    CardKind.ESCALATION: "提级督办单",
    CardKind.CENSURE: "通报约谈单",
}


async def issue(
    session: AsyncSession, city: City, picture: Picture, card: Card, at: datetime
) -> None:
    """Issue a due card: number and reply limit for a letter, a notice to each who is told."""
    check_move(card.kind, card.state, CardState.ISSUED)
    card.state, card.issued_at = CardState.ISSUED, at
    if card.kind in LETTERS:
        card.letter_no = f"督办{local_day(at).year}-{card.id}号"
        card.reply_due_at = city.time.deadline(at, city.rules.cards.reply).at
    told = ADDRESSEES[card.kind]
    session.add_all(_notice(picture, card, to, _told(picture, card), at) for to in told)
    heads = ", ".join(told)
    session.add(story(picture, card, TIMER, f"{card.kind} card to {card.unit} ({heads})", at))
    await session.flush()


async def withdraw(
    session: AsyncSession, picture: Picture, card: Card, at: datetime, because: str
) -> None:
    """Take a card back; whoever was told of it is told of this too."""
    check_move(card.kind, card.state, CardState.WITHDRAWN)
    was_told = card.state is CardState.ISSUED
    card.state, card.withdrawn_at, card.withdrawn_because = CardState.WITHDRAWN, at, because
    if was_told:
        text = f"{picture.ticket.number} 的{_NAMES[card.kind]}已撤回"
        session.add_all(_notice(picture, card, to, text, at) for to in ADDRESSEES[card.kind])
        session.add(story(picture, card, TIMER, f"{card.kind} card withdrawn: {because}", at))
    await session.flush()


def story(picture: Picture, card: Card, actor: str, reason: str, at: datetime) -> TicketEvent:
    """Return the line that a ticket's story keeps of a card."""
    state = picture.ticket.state
    facts = {
        "card": card.id,
        "kind": card.kind,
        "state": card.state,
        "unit": card.unit,
        "to": list(ADDRESSEES[card.kind]),
        "edition": card.edition,
    }
    if card.deadline is not None:
        facts["deadline"] = card.deadline.isoformat()
    if card.letter_no is not None:
        facts["letter"] = card.letter_no
    return TicketEvent(
        ticket_id=picture.ticket.id,
        from_state=state,
        to_state=state,
        actor=actor,
        reason=reason,
        facts=facts,
        at=at,
    )


def _notice(picture: Picture, card: Card, addressee: str, text: str, at: datetime) -> Notice:
    return Notice(
        unit=card.unit,
        addressee=addressee,
        ticket_id=picture.ticket.id,
        card_id=card.id,
        text=text,
        at=at,
    )


def _told(picture: Picture, card: Card) -> str:
    """What the unit reads; nothing of the citizen is in it."""
    words = [f"{_NAMES[card.kind]} {card.letter_no or ''}".strip(), picture.ticket.number]
    if card.deadline is not None:
        words.append(f"时限 {local(card.deadline):%Y-%m-%d %H:%M}")
    if card.reply_due_at is not None:
        words.append(f"请于 {local(card.reply_due_at):%Y-%m-%d %H:%M} 前回复")
    return "，".join(words)
