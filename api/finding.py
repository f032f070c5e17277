"""GET /api/matters: tickets (工单) that somebody took up, found by their words and filters.

Everybody sees what their role and each ticket allow, and cannot search for what they cannot see.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.fields import Answer, Instant, Page, page_of, read_numbered_cursor, write_cursor
from api.persons import By, TheCity
from api.resources import Session
from tickets.channels import Channel
from tickets.finding import search
from tickets.finding.repository import Found, Place
from tickets.finding.rows import row_of
from tickets.finding.wanted import Wanted
from tickets.life.words import Secrecy
from tickets.states import TicketState
from tickets.urgency import Urgency

router = APIRouter(prefix="/api/matters", tags=["tickets"])


class ListQuery(Wanted):
    """Filters of a list, and which page of it."""

    count: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None

    @property
    def wanted(self) -> Wanted:
        """The filters alone."""
        return Wanted.model_validate(self.model_dump(include=set(Wanted.model_fields)))


class FoundAnswer(Answer):
    """One ticket of a list, as the person who asks may see it."""

    number: str
    opened_at: Instant
    channel: Channel
    state: TicketState
    type: str | None
    urgency: Urgency | None
    category: str | None
    area: str | None
    title: str
    address: str
    contact_name: str
    contact_number: str | None
    secrecy: Secrecy | None
    lead: str | None
    due_at: Instant | None


class CountAnswer(Answer):
    """How many there are; `more` when counting stopped before the end."""

    found: int
    more: bool


class FoundPage(Page[FoundAnswer]):
    """A page of tickets; `count` when it was asked for."""

    count: CountAnswer | None = None


@router.get("")
async def find(
    session: Session, city: TheCity, person: By, query: Annotated[ListQuery, Query()]
) -> FoundPage:
    """List tickets, newest first or soonest due; `text` finds words of one character and more."""
    wanted = query.wanted
    question = search.question_of(wanted, person, city)
    found = await search.find(session, question, query.limit + 1, place_in(query.cursor))
    page = page_of(
        found,
        query.limit,
        lambda one: FoundAnswer.model_validate(row_of(one, person)),
        lambda one: cursor_of(one, wanted),
    )
    answer = FoundPage(items=page.items, next=page.next)
    if query.count:
        answer.count = CountAnswer.model_validate(await search.count(session, question))
    return answer


def cursor_of(found: Found, wanted: Wanted) -> str:
    """Name the place behind a ticket."""
    place = search.place_of(found, wanted.order)
    return write_cursor(place.at, place.ticket_id)


def place_in(cursor: str | None) -> Place | None:
    """Read the place that a cursor names. Raises BadCursor."""
    return Place(*read_numbered_cursor(cursor)) if cursor is not None else None
