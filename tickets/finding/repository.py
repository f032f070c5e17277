"""All SQL of lists and searches of tickets."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg.errors import QueryCanceled
from sqlalchemy import ColumnElement, Select, exists, func, select, text, tuple_, union, union_all
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, midnight
from core.errors import HotlineError
from core.phone import plain_number
from tickets.city import City
from tickets.finding.models import Facets, Wording
from tickets.finding.wanted import Order, Wanted
from tickets.finding.words import Block, blocks, patterns
from tickets.life.models import Matter, Task
from tickets.models import Ticket

# What a question may cost the database; nobody waits longer before a screen.
_PATIENCE = "5s"
# Every question has its own plan: what is rare today is common for another word. Several workers
# would not go through the blocks from the newest on.
_QUICKLY = text(
    "SELECT set_config('statement_timeout', :patience, true), "
    "set_config('plan_cache_mode', 'force_custom_plan', true), "
    "set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)"
)


class TooBroad(HotlineError):
    """A question that takes longer than anybody would wait."""

    slug = "search-too-broad"

    def __init__(self) -> None:
        super().__init__("The search takes too long. Narrow it: another word, an area, fewer days.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: behind this ticket of the order."""

    at: datetime
    ticket_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket of a list, with the earliest limit that runs."""

    ticket: Ticket
    matter: Matter
    facets: Facets


@dataclass(frozen=True, slots=True)
class Question:
    """Filters with who asks: the conditions that a ticket's facets must meet."""

    wanted: Wanted
    conditions: Sequence[ColumnElement[bool]]


def conditions(wanted: Wanted, city: City) -> list[ColumnElement[bool]]:
    """Return what the filters say about a ticket's facets."""
    found: list[ColumnElement[bool]] = []
    if wanted.states is not None:
        states = sorted(wanted.states)
        found.append(Facets.state == states[0] if len(states) == 1 else Facets.state.in_(states))
    if wanted.category is not None:
        codes = [code for code in city.routes.categories if code.startswith(wanted.category)]
        one = len(codes) == 1
        found.append(Facets.category == codes[0] if one else Facets.category.in_(codes))
    for column, value in (
        (Facets.area, wanted.area), (Facets.type, wanted.type),
        (Facets.urgency, wanted.urgency), (Facets.channel, wanted.channel),
    ):  # fmt: skip
        if value is not None:
            found.append(column == value)
    if wanted.unit is not None:
        found.append(has_task(wanted.unit))
    if wanted.since is not None:
        found.append(Facets.opened_at >= midnight(wanted.since))
    if wanted.until is not None:
        found.append(Facets.opened_at < midnight(wanted.until + timedelta(days=1)))
    if wanted.due_before is not None:
        found.append(Facets.due_at < wanted.due_before)
    if wanted.caller is not None:
        found.append(of_caller(plain_number(wanted.caller) or ""))
    return found


def has_task(unit: str) -> ColumnElement[bool]:
    """A ticket of which the unit has or had a task."""
    return exists().where(Task.ticket_id == Facets.ticket_id, Task.unit == unit)


def of_caller(number: str) -> ColumnElement[bool]:
    """A ticket of this number, as the caller or as the contact."""
    called = select(Ticket.id).where(Ticket.caller == number)
    named = select(Matter.ticket_id).where(Matter.contact_phone == number)
    return Facets.ticket_id.in_(union(called, named))


@asynccontextmanager
async def quickly(session: AsyncSession, patience: str = _PATIENCE) -> AsyncIterator[None]:
    """Ask within the time that somebody waits, for the rest of the transaction.

    Raises TooBroad.
    """
    await session.execute(_QUICKLY, {"patience": patience})
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            raise TooBroad() from error
        raise


async def page(
    session: AsyncSession, question: Question, limit: int, after: Place | None
) -> list[Found]:
    """Return the tickets that follow a place, in the order that is wanted."""
    places = await _places(session, question, limit, after)
    if places is None:
        return []
    ids = list(await session.scalars(places))
    found = await by_ids(session, ids)
    return [found[ticket_id] for ticket_id in ids]


async def by_ids(session: AsyncSession, ids: Sequence[int]) -> dict[int, Found]:
    """Return tickets with their matters by id."""
    rows = await session.execute(
        select(Ticket, Matter, Facets)
        .join(Matter, Matter.ticket_id == Ticket.id)
        .join(Facets, Facets.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ids))
    )
    return {row.Ticket.id: Found(row.Ticket, row.Matter, row.Facets) for row in rows}


async def count(session: AsyncSession, question: Question, most: int) -> int:
    """Return how many tickets there are, never more than `most`."""
    places = await _places(session, question, most, None)
    if places is None:
        return 0
    return await session.scalar(select(func.count()).select_from(places.subquery())) or 0


async def _places(
    session: AsyncSession, question: Question, limit: int, after: Place | None
) -> Select[int] | None:
    """Return the query for the tickets' ids; None when nothing can be found."""
    if question.wanted.text is None:
        return _in_order(question, limit, after)
    days = await _days(session, question.wanted, after)
    if days is None:
        return None
    likes = [Wording.body.like(pattern) for pattern in patterns(question.wanted.text)]
    looks = [_in_block(question, likes, block, limit, after) for block in blocks(*days)]
    # Without an order of its own the union is read block by block, and ends when it is full.
    together = union_all(*looks).subquery()
    return select(together.c.ticket_id).limit(limit)


def _in_order(question: Question, limit: int, after: Place | None) -> Select[int]:
    query = select(Facets.ticket_id).where(*question.conditions).limit(limit)
    if question.wanted.order is Order.DUE:
        query = query.where(Facets.due_at.is_not(None)).order_by(Facets.due_at, Facets.ticket_id)
        here = tuple_(Facets.due_at, Facets.ticket_id)
        return query if after is None else query.where(here > (after.at, after.ticket_id))
    query = query.order_by(Facets.opened_at.desc(), Facets.ticket_id.desc())
    here = tuple_(Facets.opened_at, Facets.ticket_id)
    return query if after is None else query.where(here < (after.at, after.ticket_id))


async def _days(
    session: AsyncSession, wanted: Wanted, after: Place | None
) -> tuple[date, date] | None:
    oldest = await session.scalar(select(func.min(Facets.opened_at)))
    newest = await session.scalar(select(func.max(Facets.opened_at)))
    if oldest is None or newest is None:
        return None
    first, last = local_day(oldest), local_day(newest)
    if after is not None:
        last = min(last, local_day(after.at))
    return max(first, wanted.since or first), min(last, wanted.until or last)


def _in_block(
    question: Question,
    likes: Sequence[ColumnElement[bool]],
    block: Block,
    limit: int,
    after: Place | None,
) -> Select[int]:
    place = tuple_(Wording.opened_at, Wording.ticket_id)
    query = (
        select(Wording.ticket_id)
        .where(
            *likes,
            Wording.body.like(block.mark),
            Wording.opened_at >= block.begin,
            Wording.opened_at < block.end,
        )
        .order_by(Wording.opened_at.desc(), Wording.ticket_id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(place < (after.at, after.ticket_id))
    if question.conditions:
        query = query.join(Facets, Facets.ticket_id == Wording.ticket_id)
        query = query.where(*question.conditions)
    return query
