"""All SQL of cards and notices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.cards.models import Card, Notice
from tickets.cards.words import LETTERS, Addressee, CardState
from tickets.models import Ticket

# Tickets that somebody is moving are left for the next pass: their alarms may just be changing.
# The tickets are locked before the clocks, as by everybody else.
_FALL_DUE = text("""
    WITH ripe AS MATERIALIZED (
        SELECT clock.id
        FROM ticket_clock AS clock JOIN ticket ON ticket.id = clock.ticket_id
        WHERE clock.alert_at <= :at
        ORDER BY clock.alert_at
        LIMIT :limit
        FOR NO KEY UPDATE OF ticket SKIP LOCKED
    ), rung AS (
        UPDATE ticket_clock AS clock SET alert_at = NULL, next_card = NULL
        FROM ripe, ticket_clock AS before
        WHERE clock.id = ripe.id AND before.id = ripe.id AND clock.alert_at <= :at
        RETURNING clock.id, clock.ticket_id, clock.unit, clock.due_at, clock.edition,
                  before.next_card, before.alert_at
    ), due AS (
        INSERT INTO ticket_card
            (ticket_id, clock_id, kind, state, unit, deadline, due_at, edition)
        SELECT ticket_id, id, next_card, 'due', unit, due_at, alert_at, edition
        FROM rung ORDER BY alert_at, id
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM rung
""")


async def fall_due(session: AsyncSession, at: datetime, limit: int) -> int:
    """Turn the alarms that have come into due cards; return how many clocks rang."""
    return int(await session.scalar(_FALL_DUE, {"at": at, "limit": limit}) or 0)


async def claim_due(session: AsyncSession, after: int, limit: int) -> Sequence[tuple[int, str]]:
    """Lock tickets whose cards wait to be issued, oldest first; return the cards and the numbers.

    What somebody else has just now is left out: a person who moves it, or another worker.
    """
    found = await session.execute(
        select(Card.id, Ticket.number)
        .join(Ticket, Ticket.id == Card.ticket_id)
        .where(Card.state == CardState.DUE, Card.id > after)
        .order_by(Card.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(card, number) for card, number in found]


async def card(session: AsyncSession, identity: int) -> Card | None:
    """Return a card as it stands now."""
    return await session.get(Card, identity, populate_existing=True)


async def cards_of(session: AsyncSession, ticket_id: int, *states: CardState) -> Sequence[Card]:
    """Return the cards of a ticket, of these states or of all, oldest first."""
    wanted = select(Card).where(Card.ticket_id == ticket_id).order_by(Card.id)
    if states:
        wanted = wanted.where(Card.state.in_(states))
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


async def due_letter(session: AsyncSession, ticket_id: int) -> Card | None:
    """Return the letter of a ticket that a timer has found due."""
    found = await cards_of(session, ticket_id, CardState.DUE)
    return next((card for card in found if card.kind in LETTERS), None)


async def cards_for(
    session: AsyncSession, unit: str | None, state: CardState | None, before: int | None, limit: int
) -> Sequence[tuple[Card, str]]:
    """Return cards with their tickets' numbers, newest first; those only due are nobody's yet."""
    wanted = select(Card, Ticket.number).join(Ticket, Ticket.id == Card.ticket_id)
    wanted = wanted.where(Card.state == state if state else Card.state != CardState.DUE)
    if unit is not None:
        wanted = wanted.where(Card.unit == unit)
    if before is not None:
        wanted = wanted.where(Card.id < before)
    found = await session.execute(wanted.order_by(Card.id.desc()).limit(limit))
    return [(card, number) for card, number in found]


async def notices_for(
    session: AsyncSession,
    unit: str,
    addressee: Addressee | None,
    unread: bool,
    before: int | None,
    limit: int,
) -> Sequence[tuple[Notice, str]]:
    """Return what a unit is told, with tickets' numbers, newest first."""
    wanted = select(Notice, Ticket.number).join(Ticket, Ticket.id == Notice.ticket_id)
    wanted = wanted.where(Notice.unit == unit)
    if addressee is not None:
        wanted = wanted.where(Notice.addressee == addressee)
    if unread:
        wanted = wanted.where(Notice.read_at.is_(None))
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    found = await session.execute(wanted.order_by(Notice.id.desc()).limit(limit))
    return [(notice, number) for notice, number in found]
