"""/api/tickets/…: taking matters in, writing them down, and every move of their life.

Whoever acts says as whom (`Hotline-Role`, and `Hotline-Unit` for a unit). `ETag` is the version of
what was read; sent back as `If-Match` it keeps two people from overwriting each other.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Response
from pydantic import Field

from api.acting import Actor as ActorName
from api.errors import Refused
from api.fields import Answer, Instant
from api.resources import Open, Session
from tickets.acts import Act, Actor
from tickets.channels import Channel
from tickets.city import City, city_of
from tickets.life import drafts, repository
from tickets.life.drafts import Draft
from tickets.life.facts import Facts, Person
from tickets.life.intake import Submission, register
from tickets.life.looking import read, reveal, shown_name, shown_number, shown_text
from tickets.life.moves import carry_out
from tickets.life.picture import Picture
from tickets.life.words import ClockKind, Secrecy, TaskRole
from tickets.states import TicketState, acts_for_people
from tickets.urgency import Urgency

router = APIRouter(prefix="/api/tickets", tags=["tickets"])

Number = Annotated[str, Path(pattern=r"^LC[0-9]{13,16}$", description="The ticket's number.")]
Reason = Annotated[str, Body(embed=True, min_length=2, max_length=500)]
Key = Annotated[str, Header(description="The submission's own key: sent twice, one ticket.")]
_BY_PEOPLE = frozenset(Actor) - {Actor.LEDGER, Actor.RULE}


def _city(opened: Open) -> City:
    return city_of(opened.settings.config_dir)


TheCity = Annotated[City, Depends(_city)]


def _person(
    name: ActorName,
    hotline_role: Annotated[Actor, Header(description="The role in which they act.")],
    hotline_unit: Annotated[str | None, Header(description="The unit they act for.")] = None,
) -> Person:
    if hotline_role not in _BY_PEOPLE:
        raise Refused(f"Nobody acts as {hotline_role} from outside.")
    if (hotline_role is Actor.UNIT) != (hotline_unit is not None):
        raise Refused("Somebody of a unit says which, and nobody else does: Hotline-Unit.")
    return Person(name, hotline_role, hotline_unit)


By = Annotated[Person, Depends(_person)]


def _version(
    if_match: Annotated[str | None, Header(description="The ETag that was read.")] = None,
) -> int | None:
    if if_match is None:
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Refused("If-Match must be an ETag as it was sent.")
    return int(text)


Seen = Annotated[int | None, Depends(_version)]


class ClockAnswer(Answer):
    """One limit: whose, how long, when it is over, and when it was met."""

    kind: ClockKind
    unit: str
    limit: str
    started_at: Instant
    first_due_at: Instant
    due_at: Instant
    provisional: bool
    paused_at: Instant | None
    stopped_at: Instant | None


class TaskAnswer(Answer):
    """What one unit owes to the ticket."""

    unit: str
    role: TaskRole
    opened_at: Instant
    due_at: Instant | None
    ended_at: Instant | None
    ended_as: str | None
    reply: str


class HopAnswer(Answer):
    """Who held the ticket in which state, from when until when."""

    holder: str
    state: TicketState
    since_at: Instant
    due_at: Instant | None
    until_at: Instant | None


class MatterAnswer(Answer):
    """A ticket as the person who asks may see it; `possible` are the acts open from here."""

    number: str
    channel: Channel
    state: TicketState
    version: int
    type: str | None
    urgency: Urgency | None
    category: str | None
    area: str | None
    enterprise: bool
    title: str
    details: str
    address: str
    contact_name: str
    contact_number: str | None
    secrecy: Secrecy | None
    lead: str | None
    first_unit: str | None
    answer: str
    public_reply: str
    redos: int
    supervision: int
    possible: list[Act]
    tasks: list[TaskAnswer] = Field(default_factory=list)
    clocks: list[ClockAnswer] = Field(default_factory=list)
    hops: list[HopAnswer] = Field(default_factory=list)


class NumberAnswer(Answer):
    """A number in full; that it was given, to whom and why, is on record."""

    number: str | None


@router.post("", status_code=201)
async def take_in(
    session: Session,
    city: TheCity,
    person: By,
    channel: Annotated[Channel, Body()],
    matter: Annotated[Draft, Body()],
    response: Response,
    idempotency_key: Key,
    phone: Annotated[str | None, Body(max_length=40)] = None,
) -> MatterAnswer:
    """Make a submission of any channel but the phone a ticket; 200 when it was one already."""
    if channel is Channel.PHONE:
        raise Refused("Calls become tickets by themselves.")
    async with session.begin():
        submission = Submission(channel, idempotency_key, matter, phone)
        ticket, new = await register(session, city, submission, person)
        picture = await read(session, ticket.number, person)
    response.status_code = 201 if new else 200
    return await _answer(session, picture, person, response)


@router.get("/{number}/life")
async def show(session: Session, number: Number, person: By, response: Response) -> MatterAnswer:
    """Show a ticket with its matter, tasks, clocks, and who held it how long."""
    return await _answer(session, await read(session, number, person), person, response)


@router.patch("/{number}/matter")
async def write(
    session: Session,
    city: TheCity,
    number: Number,
    person: By,
    seen: Seen,
    draft: Annotated[Draft, Body()],
    response: Response,
) -> MatterAnswer:
    """Save the form as it is being filled in; fields that are not sent stay as they are."""
    async with session.begin():
        await read(session, number, person)
        picture = await drafts.write(session, city, number, draft, person, version=seen)
    return await _answer(session, picture, person, response)


@router.post("/{number}/acts/{act}")
async def move(
    session: Session,
    city: TheCity,
    number: Number,
    act: Act,
    person: By,
    seen: Seen,
    response: Response,
    facts: Annotated[Facts, Body()] = Facts(),  # noqa: B008 - immutable
) -> MatterAnswer:
    """Make one move of the ticket's life, with what its guards ask for."""
    async with session.begin():
        await read(session, number, person)
        picture = await carry_out(session, city, number, act, person, facts, version=seen)
    return await _answer(session, picture, person, response)


@router.post("/{number}/notes")
async def note(
    session: Session,
    number: Number,
    person: By,
    text: Annotated[str, Body(embed=True, min_length=1, max_length=2_000)],
    response: Response,
) -> MatterAnswer:
    """Add a line to the story: a supplement, an urging (催办), a remark."""
    async with session.begin():
        await read(session, number, person)
        picture = await drafts.add_note(session, number, person, text)
    return await _answer(session, picture, person, response)


@router.post("/{number}/contact")
async def contact(
    session: Session,
    number: Number,
    person: By,
    how: Annotated[str, Body(embed=True, min_length=1, max_length=200)],
    response: Response,
) -> MatterAnswer:
    """Note that the unit has spoken with the citizen (先行联系)."""
    async with session.begin():
        await read(session, number, person)
        picture = await drafts.note_contact(session, number, person, how)
    return await _answer(session, picture, person, response)


@router.post("/{number}/reply")
async def reply_to_lead(
    session: Session,
    number: Number,
    person: By,
    reply: Annotated[str, Body(embed=True, min_length=1, max_length=5_000)],
    response: Response,
) -> MatterAnswer:
    """End the co-handling task of the person's unit with its reply to the lead unit."""
    async with session.begin():
        await read(session, number, person)
        picture = await drafts.answer_task(session, number, person, reply)
    return await _answer(session, picture, person, response)


@router.post("/{number}/reveal")
async def reveal_number(
    session: Session, number: Number, person: By, reason: Reason
) -> NumberAnswer:
    """Give the citizen's number in full, and keep who asked and why."""
    async with session.begin():
        return NumberAnswer(number=await reveal(session, number, person, reason))


async def _answer(
    session: Session, picture: Picture, person: Person, response: Response
) -> MatterAnswer:
    response.headers["ETag"] = f'"{picture.matter.version}"'
    ticket, matter = picture.ticket, picture.matter
    values: dict[str, Any] = {
        name: getattr(matter, name) for name in MatterAnswer.model_fields if hasattr(matter, name)
    }
    for name in ("title", "details", "address", "answer", "public_reply"):
        values[name] = shown_text(picture, person, values[name])
    values |= {
        "number": ticket.number,
        "channel": ticket.channel,
        "state": ticket.state,
        "contact_name": shown_name(picture, person),
        "contact_number": shown_number(picture),
        "possible": acts_for_people(ticket.state),
        "tasks": await repository.all_tasks(session, ticket.id),
        "clocks": picture.clocks,
        "hops": await repository.hops(session, ticket.id),
    }
    return MatterAnswer.model_validate(values)
