"""/api/citizen/…: citizens' own doors, without signing in; the pages and mini-programs call them.

A telephone number and the query code (查询码) together are the key. Answers tell a citizen no more
than they know, never a number; numbers and codes come in bodies, so that no log has them.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import SmallBodies
from api.errors import Refused
from api.fields import Answer, Instant
from api.persons import TheCity
from api.resources import Open, Session
from api.throttle import Rule, Throttle, address_of
from core.phone import plain_number
from tickets.citizens import album, service
from tickets.citizens.service import NoSuchMatter, Stage, Wish
from tickets.followup import answering
from tickets.followup.answering import WrongCode
from tickets.followup.service import LONGEST_REASON
from tickets.followup.verdict import Answers
from tickets.followup.words import Mark, Solved
from tickets.models import Ticket

router = APIRouter(prefix="/api/citizen", tags=["citizens"], route_class=SmallBodies)

_DAY, _HOUR = 24 * 3600, 3600
SUBMITS = Rule("submit", 3, _DAY)
SUBMITS_FROM = Rule("submit-from", 30, _HOUR)
ASKS = Rule("ask", 30, _HOUR)
ASKS_FROM = Rule("ask-from", 300, _HOUR)
# A code has a million values; nobody gets to try more than a few of them.
WRONG = Rule("wrong-code", 5, _HOUR)
ADDS = Rule("add", 5, _DAY)
URGES = Rule("urge", 1, _DAY)

_STRICT = ConfigDict(extra="forbid")
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{8,40}$")]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="查询码")]
Phone = Annotated[str, Field(min_length=3, max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=service.LONGEST)]
PictureTokens = Annotated[list[str], Field(max_length=album.MOST)]


class MatterBody(BaseModel):
    """What a citizen wants to tell us."""

    model_config = _STRICT

    phone: Phone
    text: Text
    place: str = Field(default="", max_length=200)
    name: str = Field(default="", max_length=40)
    pictures: PictureTokens = Field(default_factory=list)


class KeyBody(BaseModel):
    """By what a citizen shows that a matter is theirs."""

    model_config = _STRICT

    phone: Phone
    code: Code


class AddBody(KeyBody):
    """What a citizen adds."""

    text: Text
    pictures: PictureTokens = Field(default_factory=list)


class UrgeBody(KeyBody):
    """A citizen asks again."""

    text: str = Field(default="请尽快办理", min_length=1, max_length=500)


class AnswersBody(BaseModel):
    """The three answers, kept apart: 1 very satisfied … 5 not at all."""

    model_config = _STRICT

    service: Mark
    handling: Mark
    solved: Solved
    reason: str = Field(default="", max_length=LONGEST_REASON)

    @property
    def said(self) -> Answers:
        """As the follow-up takes them."""
        return Answers(self.service, self.handling, self.solved, self.reason)


class RateBody(AnswersBody):
    """The answers of a citizen who was not called."""

    phone: Phone
    code: Code


class LinkBody(AnswersBody):
    """The answers of a citizen who has a link."""

    code: Code


class SubmittedAnswer(Answer):
    """The ticket's number and the code by which to follow it."""

    number: str
    query_code: str


class ProgressAnswer(Answer):
    """Where a matter stands; `promised` is by when it is to be handled."""

    number: str
    stage: Stage
    opened_on: date
    unit: str | None
    promised: Instant | None
    reply: str
    urges: int
    pictures: int


class RatedAnswer(Answer):
    """What follows: the matter is closed, handled again, or a person will call."""

    state: str


class LinkAnswer(Answer):
    """Whose link it is, by the ticket's last digits, and whether it was answered."""

    tail: str
    expires_at: Instant
    answered: bool


def _throttle(opened: Open) -> Throttle:
    return opened.throttle


Counting = Annotated[Throttle, Depends(_throttle)]


@router.post("/matters", status_code=201)
async def submit(
    request: Request,
    session: Session,
    city: TheCity,
    counting: Counting,
    matter: Annotated[MatterBody, Body()],
    response: Response,
    idempotency_key: Annotated[
        str, Header(min_length=16, max_length=100, description="Sent twice, one matter.")
    ],
) -> SubmittedAnswer:
    """Hand a matter in; 200 when this submission was one already."""
    number = _number(matter.phone)
    await counting.take(SUBMITS_FROM, address_of(request))
    await counting.take(ASKS, number)
    wish = Wish(key=idempotency_key, **matter.model_dump())
    async with session.begin():
        ticket, new = await service.submit(session, city, wish)
        if new:  # too many are undone
            await counting.take(SUBMITS, number)
    response.status_code = 201 if new else 200
    return SubmittedAnswer.model_validate(ticket)


@router.post("/progress")
async def progress(
    request: Request,
    session: Session,
    city: TheCity,
    counting: Counting,
    key: Annotated[KeyBody, Body()],
) -> ProgressAnswer:
    """Tell a citizen where their matter stands."""
    ticket = await _theirs(request, session, counting, key)
    return ProgressAnswer.model_validate(await service.progress(session, city, ticket))


@router.post("/supplement", status_code=204)
async def supplement(
    request: Request, session: Session, counting: Counting, add: Annotated[AddBody, Body()]
) -> None:
    """Add to an open matter."""
    async with session.begin():
        ticket = await _theirs(request, session, counting, add)
        await counting.take(ADDS, ticket.number)
        await service.supplement(session, ticket, add.text, add.pictures)


@router.post("/urge", status_code=204)
async def urge(
    request: Request, session: Session, counting: Counting, body: Annotated[UrgeBody, Body()]
) -> None:
    """Ask again (催办), once a day."""
    async with session.begin():
        ticket = await _theirs(request, session, counting, body)
        await counting.take(URGES, ticket.number)
        await service.urge(session, ticket, body.text)


@router.post("/ratings")
async def rate(
    request: Request,
    session: Session,
    city: TheCity,
    counting: Counting,
    body: Annotated[RateBody, Body()],
) -> RatedAnswer:
    """Answer the three questions about an answered matter; sent twice they are one."""
    key = KeyBody(phone=body.phone, code=body.code)
    async with session.begin():
        ticket = await _theirs(request, session, counting, key)
        one = await service.rate(session, city, ticket, body.said)
    return RatedAnswer(state=one.state)


@router.get("/ratings/{token}")
async def link(request: Request, session: Session, counting: Counting, token: Token) -> LinkAnswer:
    """Say whose link this is, and nothing of the matter: that needs the query code."""
    await counting.take(ASKS_FROM, address_of(request))
    await counting.take(ASKS, token)
    found = await answering.find(session, token)
    return LinkAnswer(
        tail=found.ticket.number[-4:],
        expires_at=found.link.expires_at,
        answered=found.follow_up.answered_at is not None,
    )


@router.post("/ratings/{token}")
async def rate_by_link(
    request: Request,
    session: Session,
    city: TheCity,
    counting: Counting,
    token: Token,
    body: Annotated[LinkBody, Body()],
) -> RatedAnswer:
    """Answer by link and query code; sent twice the answers are one."""
    await counting.take(ASKS_FROM, address_of(request))
    await counting.check(WRONG, token)
    try:
        async with session.begin():
            one = await answering.answer(session, city, token, body.code, body.said)
    except WrongCode:
        await counting.take(WRONG, token)
        raise
    return RatedAnswer(state=one.state)


async def _theirs(request: Request, session: Session, counting: Throttle, key: KeyBody) -> Ticket:
    """Find the citizen's ticket. A few wrong codes close the door of a number for an hour."""
    number = _number(key.phone)
    await counting.take(ASKS_FROM, address_of(request))
    await counting.take(ASKS, number)
    await counting.check(WRONG, number)
    try:
        return await service.find(session, key.phone, key.code)
    except NoSuchMatter:
        await counting.take(WRONG, number)
        raise


def _number(phone: str) -> str:
    """The one spelling of a number, so that no other spelling counts anew."""
    number = plain_number(phone)
    if number is None:
        raise Refused("That is no telephone number.")
    return number
