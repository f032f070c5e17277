"""All SQL of the ticket room. Writing is by whole batches: one statement for any number of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import TextClause, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.channels import Channel
from tickets.models import Ticket, TicketEvent
from tickets.outcomes import Outcome
from tickets.states import TicketState

_LOCK_DAYS = text("""
    INSERT INTO ticket_day (day, last)
    SELECT day, 0 FROM unnest(CAST(:days AS date[])) AS day ORDER BY day
    ON CONFLICT (day) DO UPDATE SET last = ticket_day.last
    RETURNING day, last
""")

_SAVE_DAYS = text("""
    UPDATE ticket_day SET last = fresh.last
    FROM unnest(CAST(:days AS date[]), CAST(:lasts AS int[])) AS fresh (day, last)
    WHERE ticket_day.day = fresh.day
""")

_OPEN = text("""
    WITH opened AS (
        INSERT INTO ticket
            (number, call_uid, query_code, line, language, caller, state, new_at, channel,
             external_id)
        SELECT number, call_uid, query_code, line, language, caller, 'NEW', new_at, channel,
               external_id
        FROM unnest(
            CAST(:number AS text[]), CAST(:call_uid AS text[]), CAST(:query_code AS text[]),
            CAST(:line AS text[]), CAST(:language AS text[]), CAST(:caller AS text[]),
            CAST(:new_at AS timestamptz[]), CAST(:channel AS text[]), CAST(:external_id AS text[])
        ) AS fresh (
            number, call_uid, query_code, line, language, caller, new_at, channel, external_id
        )
        ON CONFLICT (call_uid) DO NOTHING
        RETURNING id, line, new_at
    )
    INSERT INTO ticket_event (ticket_id, from_state, to_state, actor, reason, at)
    SELECT id, NULL, 'NEW', :actor, 'call arrived on line ' || line, new_at FROM opened
""")

_ATTACH = text("""
    UPDATE ticket SET
        state = call.state, outcome = call.outcome, call_ended_at = call.call_ended_at,
        transferred_at = call.transferred_at, closed_at = call.closed_at,
        query_code = coalesce(call.query_code, ticket.query_code),
        language = coalesce(call.language, ticket.language),
        first_agent = coalesce(call.first_agent, ticket.first_agent),
        talk_seconds = coalesce(call.talk_seconds, ticket.talk_seconds),
        rating = coalesce(call.rating, ticket.rating)
    FROM unnest(
        CAST(:id AS bigint[]), CAST(:state AS text[]), CAST(:outcome AS text[]),
        CAST(:call_ended_at AS timestamptz[]), CAST(:transferred_at AS timestamptz[]),
        CAST(:closed_at AS timestamptz[]), CAST(:query_code AS text[]),
        CAST(:language AS text[]), CAST(:first_agent AS text[]),
        CAST(:talk_seconds AS float8[]), CAST(:rating AS int[])
    ) AS call (
        id, state, outcome, call_ended_at, transferred_at, closed_at, query_code, language,
        first_agent, talk_seconds, rating
    )
    WHERE ticket.id = call.id
""")

_APPEND = text("""
    INSERT INTO ticket_event (ticket_id, from_state, to_state, actor, reason, at)
    SELECT ticket_id, from_state, to_state, :actor, reason, at
    FROM unnest(
        CAST(:ticket_id AS bigint[]), CAST(:from_state AS text[]), CAST(:to_state AS text[]),
        CAST(:reason AS text[]), CAST(:at AS timestamptz[])
    ) WITH ORDINALITY AS story (ticket_id, from_state, to_state, reason, at, place)
    ORDER BY place
""")


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket to be written; the fields are its columns."""

    number: str
    call_uid: str
    query_code: str
    line: str
    language: str | None
    caller: str | None
    new_at: datetime
    channel: Channel
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What the end of a call writes to its ticket. None for a fact leaves the known one alone."""

    id: int
    state: TicketState
    outcome: Outcome
    call_ended_at: datetime
    transferred_at: datetime | None
    closed_at: datetime | None
    query_code: str | None
    language: str | None
    first_agent: str | None
    talk_seconds: float | None
    rating: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a ticket's story."""

    ticket_id: int
    from_state: TicketState
    to_state: TicketState
    reason: str
    at: datetime


async def lock_days(session: AsyncSession, days: Iterable[date]) -> dict[date, int]:
    """Take the days' counters for this transaction and return their last sequence.

    The locks are taken in the order of the days, so that two batches over midnight cannot wait for
    each other. Whoever reads `calls_with_ticket` after this sees all tickets of those days.
    """
    rows = await session.execute(_LOCK_DAYS, {"days": sorted(days)})
    return {row.day: row.last for row in rows}


async def save_days(session: AsyncSession, lasts: Mapping[date, int]) -> None:
    """Write the counters back; they become visible with the tickets they counted."""
    await session.execute(_SAVE_DAYS, {"days": list(lasts), "lasts": list(lasts.values())})


async def calls_with_ticket(session: AsyncSession, uids: Sequence[str]) -> set[str]:
    """Return those of the calls that have their ticket already."""
    rows = await session.execute(
        text("SELECT call_uid FROM ticket WHERE call_uid = ANY(CAST(:uids AS text[]))"),
        {"uids": list(uids)},
    )
    return set(rows.scalars())


async def insert_opened(session: AsyncSession, tickets: Sequence[Opening], actor: str) -> None:
    """Write new tickets, each with the first line of its story."""
    await _execute(session, _OPEN, Opening, tickets, {"actor": actor})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the ticket of a call stands; the fields are its columns."""

    id: int
    call_uid: str
    channel: Channel
    state: TicketState
    outcome: Outcome | None
    call_ended_at: datetime | None
    transferred_at: datetime | None
    closed_at: datetime | None


async def lock_tickets(session: AsyncSession, uids: Sequence[str]) -> list[Standing]:
    """Take the tickets of these calls for this transaction, in an order all takers share."""
    rows = await session.execute(
        select(*(getattr(Ticket, name) for name in Standing.__match_args__))
        .where(Ticket.call_uid.in_(uids))
        .order_by(Ticket.id)
        .with_for_update(key_share=True)
    )
    return [Standing(*row) for row in rows]


async def attach(session: AsyncSession, endings: Sequence[Attachment]) -> None:
    """Write what the ends of calls brought."""
    await _execute(session, _ATTACH, Attachment, endings, {})


async def append(session: AsyncSession, lines: Sequence[Line], actor: str) -> None:
    """Add lines to the stories of tickets, in the order given."""
    await _execute(session, _APPEND, Line, lines, {"actor": actor})


async def latest_by_code(session: AsyncSession, caller: str, code: str) -> Ticket | None:
    """Return the caller's newest ticket with this query code."""
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.caller == caller, Ticket.query_code == code)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return found.first()


async def latest_of(session: AsyncSession, caller: str) -> Ticket | None:
    """Return the caller's newest ticket, but never that of a call that still lasts."""
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.caller == caller, Ticket.outcome.is_not(None))
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return found.first()


async def latest_by_tail(session: AsyncSession, code: str, tail: str) -> Ticket | None:
    """Return the newest ticket with this query code whose caller's number ends so."""
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.query_code == code, Ticket.caller.endswith(tail, autoescape=True))
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return found.first()


async def has_code(session: AsyncSession, code: str) -> bool:
    """Tell whether any ticket has this query code."""
    found = await session.scalars(select(Ticket.id).where(Ticket.query_code == code).limit(1))
    return found.first() is not None


async def by_number(session: AsyncSession, number: str) -> Ticket | None:
    """Return the ticket with this number."""
    return (await session.scalars(select(Ticket).where(Ticket.number == number))).one_or_none()


async def story(session: AsyncSession, ticket_id: int) -> Sequence[TicketEvent]:
    """Return the lines of a ticket's story, oldest first."""
    lines = await session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    )
    return lines.all()


async def newest(
    session: AsyncSession,
    limit: int,
    before: tuple[datetime, int] | None,
    state: TicketState | None,
    line: str | None,
) -> Sequence[Ticket]:
    """Return tickets newest first, from just before the given (new_at, id)."""
    query = select(Ticket).order_by(Ticket.new_at.desc(), Ticket.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(Ticket.new_at, Ticket.id) < before)
    if state is not None:
        query = query.where(Ticket.state == state)
    if line is not None:
        query = query.where(Ticket.line == line)
    return (await session.scalars(query)).all()


async def _execute(
    session: AsyncSession,
    statement: TextClause,
    kind: type[Opening] | type[Attachment] | type[Line],
    rows: Sequence[Opening] | Sequence[Attachment] | Sequence[Line],
    parameters: dict[str, Any],
) -> None:
    """Run a statement that unnests one array for each field of the rows."""
    if not rows:
        return
    fields: tuple[str, ...] = kind.__match_args__
    arrays = {name: [getattr(row, name) for row in rows] for name in fields}
    await session.execute(statement, {**parameters, **arrays})
