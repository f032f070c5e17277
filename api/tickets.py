"""GET /api/tickets: tickets (工单) and their stories, without query codes, numbers masked."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.calls import Line
from api.errors import NotFound
from api.fields import (
    Answer,
    Cursor,
    Instant,
    Limit,
    MaskedPhone,
    Page,
    page_of,
    read_numbered_cursor,
    write_cursor,
)
from api.resources import Session
from tickets.acts import Act
from tickets.channels import Channel
from tickets.life.looking import shown_to_anybody
from tickets.life.repository import look
from tickets.numbers import is_ticket_number
from tickets.outcomes import Outcome
from tickets.service import get_story, list_newest
from tickets.states import TicketState

router = APIRouter(prefix="/api/tickets", tags=["tickets"])

Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,32}$", description="The ticket's number.")]


class TicketAnswer(Answer):
    """One ticket; times are local, `talk_seconds` seconds."""

    number: str
    channel: Channel
    call_uid: str | None
    line: str
    language: str | None
    caller: MaskedPhone
    state: TicketState
    outcome: Outcome | None
    first_agent: str | None
    talk_seconds: float | None
    rating: int | None
    new_at: Instant
    call_ended_at: Instant | None
    transferred_at: Instant | None
    closed_at: Instant | None


class TicketEventAnswer(Answer):
    """One line of a ticket's story; equal states mean that a fact was noted without a move."""

    at: Instant
    from_state: TicketState | None
    to_state: TicketState
    actor: str
    act: Act | None
    reason: str


class TicketStoryAnswer(TicketAnswer):
    """One ticket with everything that happened to it, oldest first."""

    events: list[TicketEventAnswer] = Field(default_factory=list)


@router.get("")
async def get_tickets(
    session: Session,
    state: TicketState | None = None,
    line: Line = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TicketAnswer]:
    """List tickets, newest first."""
    before = read_numbered_cursor(cursor) if cursor else None
    found = await list_newest(session, limit + 1, before, state, line)
    return page_of(
        found, limit, TicketAnswer.model_validate, lambda one: write_cursor(one.new_at, one.id)
    )


@router.get("/{number}")
async def get_ticket(session: Session, number: Number) -> TicketStoryAnswer:
    """Show one ticket with its story."""
    number = number.upper()
    if not is_ticket_number(number):
        raise NotFound(f"{number} is no ticket number: a digit is wrong or missing.")
    found = await get_story(session, number)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    answer = TicketStoryAnswer.model_validate(found.ticket)
    answer.events = [TicketEventAnswer.model_validate(event) for event in found.events]
    if picture := await look(session, number):
        for event in answer.events:
            event.reason = shown_to_anybody(picture, event.reason)
    return answer
