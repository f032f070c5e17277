"""/api/review-desk: what waits for the review desk (审核组), where it would go, and going there."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import Field

from api.errors import Refused
from api.fields import Answer, Cursor, Limit, page_of
from api.finding import FoundAnswer, cursor_of, place_in
from api.matters import At, MatterAnswer, Number
from api.persons import By, TheCity
from api.resources import Session
from core.clock import utc_now
from tickets.acts import Actor
from tickets.city import City
from tickets.finding import search
from tickets.finding.repository import Found
from tickets.finding.rows import row_of
from tickets.finding.wanted import Wanted
from tickets.life.facts import Person
from tickets.life.looking import read
from tickets.life.picture import Picture
from tickets.life.words import Secrecy
from tickets.review.dispatching import dispatch_by_route, route_of
from tickets.routes import ForReview, Route
from tickets.states import TicketState
from tickets.urgency import Urgency

router = APIRouter(prefix="/api/review-desk", tags=["tickets"])


class Waiting(StrEnum):
    """What the desk has to do."""

    DISPATCH = "dispatch"  # 派单
    RETURN = "return"  # 退单
    EXTENSION = "extension"  # 延期
    SUSPENSION = "suspension"  # 挂起
    ANSWER = "answer"  # 答复审核
    REDO = "redo"  # 重办


_STATES = {
    Waiting.DISPATCH: TicketState.TRIAGE,
    Waiting.RETURN: TicketState.RETURN_REQ,
    Waiting.EXTENSION: TicketState.EXT_REQ,
    Waiting.SUSPENSION: TicketState.SUSP_REQ,
    Waiting.ANSWER: TicketState.FEEDBACK,
    Waiting.REDO: TicketState.REDO,
}
_TO_DISPATCH = frozenset({TicketState.TRIAGE, TicketState.REDO})


class RouteAnswer(Answer):
    """Where a ticket goes if it is dispatched now, or why people must say: `review`."""

    lead: str | None = None
    co: list[str] = Field(default_factory=list)
    urgency: Urgency | None = Field(default=None, description="The least it must have.")
    handle: str | None = Field(
        default=None, description="A limit of the route's own, such as 2 wd."
    )
    rules: list[int] = Field(default_factory=list, description="Lines of routes.toml.")
    review: str | None = None


class WaitingAnswer(FoundAnswer):
    """A ticket that waits, with its route when it waits to be dispatched."""

    waits_for: Waiting
    route: RouteAnswer | None = None


class DeskPage(Answer):
    """A page of what waits."""

    items: list[WaitingAnswer]
    next: str | None


@router.get("")
async def list_waiting(
    session: Session,
    city: TheCity,
    person: By,
    what: Annotated[list[Waiting] | None, Query(description="All, unless said.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DeskPage:
    """List what waits for the desk, newest first."""
    if person.role is not Actor.REVIEWER:
        raise Refused("The desk's list is for reviewers.")
    wanted = Wanted(state=tuple(_STATES[one] for one in what or Waiting))
    question = search.question_of(wanted, person, city)
    found = await search.find(session, question, limit + 1, place_in(cursor))
    page = page_of(
        found, limit, lambda one: _waiting(one, person, city), lambda one: cursor_of(one, wanted)
    )
    return DeskPage(items=page.items, next=page.next)


@router.get("/{number}/route")
async def show_route(session: Session, city: TheCity, person: By, number: Number) -> RouteAnswer:
    """Say where a ticket would go now: by its category, area, enterprise, and the hour."""
    picture = await read(session, number, person)
    return _route(route_of(picture, city, utc_now()))


@router.post("/{number}/dispatch")
async def dispatch(
    city: TheCity,
    at: At,
    duplicates_checked: Annotated[bool, Body()],
    secrecy: Annotated[Secrecy | None, Body()] = None,
) -> MatterAnswer:
    """Dispatch as the route says; where it is not clear, 409 says why, and a person names the unit
    with /api/tickets/{number}/acts/dispatch."""
    return await at.change(
        lambda: dispatch_by_route(
            at.session, city, at.number, at.person,
            duplicates_checked=duplicates_checked, secrecy=secrecy,
        )
    )  # fmt: skip


def _waiting(found: Found, person: Person, city: City) -> WaitingAnswer:
    state = found.ticket.state
    waits_for = next(what for what, its in _STATES.items() if its is state)
    seen = FoundAnswer.model_validate(row_of(found, person))
    route = None
    if state in _TO_DISPATCH:
        picture = Picture(found.ticket, found.matter, [], [], None)
        route = _route(route_of(picture, city, utc_now()))
    return WaitingAnswer(**seen.model_dump(), waits_for=waits_for, route=route)


def _route(route: Route | ForReview) -> RouteAnswer:
    if isinstance(route, ForReview):
        return RouteAnswer(
            review=route.reason, rules=[rule.line for rule in route.rules if rule.line]
        )
    line = route.rule.line if route.rule else None
    return RouteAnswer(
        lead=route.lead, co=list(route.co), urgency=route.urgency,
        handle=str(route.handle) if route.handle else None, rules=[line] if line else [],
    )  # fmt: skip
