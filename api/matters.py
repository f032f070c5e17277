"""/api/tickets/…: taking matters in, writing them down, and every move of their life.

Somebody signed in acts in their role; a program says as whom it acts (`Hotline-Role`, and
`Hotline-Unit` for a unit). `ETag` is the version of
what was read; sent back as `If-Match` it keeps two people from overwriting each other.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.acting import Who
from api.errors import Refused
from api.etags import Revision, tag
from api.fields import Answer, Instant
from api.persons import By, TheCity
from api.resources import Open, Session
from api.trail import entry_by
from people.audit_log import What, append
from tickets.acts import Act
from tickets.channels import Channel
from tickets.life import drafts, repository
from tickets.life.drafts import Draft
from tickets.life.facts import Facts, Person
from tickets.life.intake import Submission, register
from tickets.life.looking import read, reveal, shown_address, shown_name, shown_number, shown_text
from tickets.life.moves import carry_out, signature
from tickets.life.picture import Picture
from tickets.life.repeats import is_repeat
from tickets.life.words import ClockKind, Secrecy, TaskRole
from tickets.states import TicketState, acts_for_people
from tickets.urgency import Urgency

router = APIRouter(prefix="/api/tickets", tags=["tickets"])

Number = Annotated[str, Path(pattern=r"^LC[0-9]{13,16}$", description="The ticket's number.")]
Reason = Annotated[str, Body(embed=True, min_length=2, max_length=500)]
Key = Annotated[str, Header(description="The submission's own key: sent twice, one ticket.")]
AnyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="The change's own name: sent again, it is not made again.",
    ),
]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a ticket: what every change of it needs."""

    session: AsyncSession
    number: str
    person: Person
    response: Response
    key: str | None
    asked: str

    async def change(self, change: Callable[[], Awaitable[Picture]]) -> "MatterAnswer":
        """Make a change, by somebody who may read the ticket, and show what it is now."""
        async with self.session.begin():
            picture = await read(self.session, self.number, self.person)
            if not await self._made_before():
                picture = await change()
        return await _answer(self.session, picture, self.person, self.response)

    async def _made_before(self) -> bool:
        who = signature(self.person)
        return self.key is not None and await is_repeat(self.session, who, self.key, self.asked)


async def _visit(
    session: Session,
    number: Number,
    person: By,
    request: Request,
    response: Response,
    idempotency_key: AnyKey = None,
) -> Visit:
    """What is asked is the address with the body: the same key must come with the same."""
    asked = sha256(request.url.path.encode() + b"\n" + await request.body()).hexdigest()
    return Visit(session, number, person, response, idempotency_key, asked)


At = Annotated[Visit, Depends(_visit)]


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
    urges: int
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
    city: TheCity, at: At, seen: Revision, draft: Annotated[Draft, Body()]
) -> MatterAnswer:
    """Save the form as it is being filled in; fields that are not sent stay as they are."""
    return await at.change(
        lambda: drafts.write(at.session, city, at.number, draft, at.person, version=seen)
    )


@router.post("/{number}/acts/{act}")
async def move(
    city: TheCity,
    at: At,
    act: Act,
    seen: Revision,
    facts: Annotated[Facts, Body()] = Facts(),  # noqa: B008 - immutable
) -> MatterAnswer:
    """Make one move of the ticket's life, with what its guards ask for."""
    return await at.change(
        lambda: carry_out(at.session, city, at.number, act, at.person, facts, version=seen)
    )


@router.post("/{number}/notes")
async def note(
    at: At, text: Annotated[str, Body(embed=True, min_length=1, max_length=2_000)]
) -> MatterAnswer:
    """Add a line to the story: a supplement, an urging (催办), a remark."""
    return await at.change(lambda: drafts.add_note(at.session, at.number, at.person, text))


@router.post("/{number}/contact")
async def contact(
    at: At, how: Annotated[str, Body(embed=True, min_length=1, max_length=200)]
) -> MatterAnswer:
    """Note that the unit has spoken with the citizen (先行联系)."""
    return await at.change(lambda: drafts.note_contact(at.session, at.number, at.person, how))


@router.post("/{number}/reply")
async def reply_to_lead(
    at: At, reply: Annotated[str, Body(embed=True, min_length=1, max_length=5_000)]
) -> MatterAnswer:
    """End the co-handling task of the person's unit with its reply to the lead unit."""
    return await at.change(lambda: drafts.answer_task(at.session, at.number, at.person, reply))


@router.post("/{number}/reveal")
async def reveal_number(
    opened: Open, session: Session, who: Who, number: Number, person: By, reason: Reason
) -> NumberAnswer:
    """Give the citizen's number in full, and keep who asked and why."""
    async with session.begin():
        given = await reveal(session, number, person, reason)
        entry = entry_by(who, What.REVEALED, f"{number} number", reason)
        await append(session, opened.settings.secrets.audit.encode(), entry)
    return NumberAnswer(number=given)


async def _answer(
    session: AsyncSession, picture: Picture, person: Person, response: Response
) -> MatterAnswer:
    tag(response, picture.matter.version)
    ticket, matter = picture.ticket, picture.matter
    values: dict[str, Any] = {
        name: getattr(matter, name) for name in MatterAnswer.model_fields if hasattr(matter, name)
    }
    for name in ("title", "details", "answer", "public_reply"):
        values[name] = shown_text(picture, person, values[name])
    values |= {
        "number": ticket.number,
        "channel": ticket.channel,
        "state": ticket.state,
        "address": shown_address(picture, person),
        "contact_name": shown_name(picture, person),
        "contact_number": shown_number(picture),
        "possible": acts_for_people(ticket.state),
        "tasks": [
            TaskAnswer.model_validate(task).model_copy(
                update={"reply": shown_text(picture, person, task.reply)}
            )
            for task in await repository.all_tasks(session, ticket.id)
        ],
        "clocks": picture.clocks,
        "hops": await repository.hops(session, ticket.id),
    }
    return MatterAnswer.model_validate(values)
