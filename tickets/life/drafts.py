"""What people write into a ticket without moving it: the matter, contacts, tasks' replies, notes.

Every one is a line of the story. While a ticket is NEW its form is saved as it is being filled in:
then one line says who fills it, until somebody else does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from pydantic import ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from core.phone import plain_number
from tickets.city import City
from tickets.life import repository
from tickets.life.clocks import stop
from tickets.life.facts import Facts, Person, fit_to_store
from tickets.life.moves import ChangedMeanwhile, UnknownTicket, said, signature
from tickets.life.picture import Picture
from tickets.life.words import ClockKind, Secrecy
from tickets.models import TicketEvent
from tickets.states import ENDED, TicketState
from tickets.urgency import Urgency

LONGEST = {"title": 100, "details": 20_000, "address": 200, "contact_name": 40}


class BadMatter(HotlineError):
    """A field of the form that cannot be as it was written."""

    slug = "bad-matter"


class TicketEnded(HotlineError):
    """An ended ticket is a record; nothing is written into it any more."""

    slug = "ticket-ended"


class UnknownTask(HotlineError):
    """No open task of this unit belongs to the ticket."""

    slug = "unknown-task"


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it is being filled in; None leaves a field as it is."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    type: str | None = None
    urgency: Urgency | None = None
    category: str | None = None
    area: str | None = None
    enterprise: bool | None = None
    title: str | None = None
    details: str | None = None
    address: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    secrecy: Secrecy | None = None
    duplicates_checked: bool | None = None

    def given(self) -> Mapping[str, object]:
        """Return the fields that were filled in."""
        values = {name: getattr(self, name) for name in self.__match_args__}
        return {name: value for name, value in values.items() if value is not None}


async def write(
    session: AsyncSession,
    city: City,
    number: str,
    draft: Draft,
    person: Person,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Picture:
    """Save the form; the urgency and secrecy of a category fill themselves in when not given.

    Raises UnknownTicket, ChangedMeanwhile, TicketEnded, and BadMatter naming the first wrong field.
    """
    picture = await _open(session, number)
    if version is not None and version != picture.matter.version:
        raise ChangedMeanwhile(number)
    draft = _completed(_checked(draft, city), picture, city)
    matter, by, at = picture.matter, signature(person), at or utc_now()
    changed = [name for name, value in draft.given().items() if getattr(matter, name) != value]
    for name in changed:
        setattr(matter, name, draft.given()[name])
    is_news = picture.ticket.state is not TicketState.NEW or by != _known_writer(picture, by)
    matter.changed_by = by
    if changed and is_news:
        await _note(session, picture, person, f"wrote {', '.join(changed)}", at)
    else:
        await _keep(session, picture, at)
    return picture


def _known_writer(picture: Picture, by: str) -> str | None:
    """Whom the story names already; what a channel brought was written by whoever opened it."""
    opened_by = None if picture.ticket.call_uid else by
    return picture.matter.changed_by or opened_by


async def note_contact(
    session: AsyncSession, number: str, person: Person, how: str, at: datetime | None = None
) -> Picture:
    """Note that the unit has spoken with the citizen (先行联系): the first-contact clock is met."""
    at = at or utc_now()
    picture = await _open(session, number)
    stop(
        [clock for clock in picture.running() if clock.kind is ClockKind.FIRST_CONTACT],
        at,
        "first contact",
    )
    await _note(session, picture, person, f"spoke with the citizen: {how}", at)
    return picture


async def answer_task(
    session: AsyncSession, number: str, person: Person, reply: str, at: datetime | None = None
) -> Picture:
    """End the open task of a co-handling unit with its reply; the lead answers for all.

    Raises UnknownTask when the person's unit has none, or leads.
    """
    at = at or utc_now()
    picture = await _open(session, number)
    for task in picture.tasks:
        if task.unit == person.unit and task is not picture.lead_task:
            task.reply, task.ended_at, task.ended_as = _text("reply", reply, 5_000), at, "replied"
            await _note(session, picture, person, f"{task.unit} replied to the lead unit", at)
            return picture
    raise UnknownTask(f"{person.unit} has no open task of its own in {number}.")


async def add_note(
    session: AsyncSession, number: str, person: Person, text: str, at: datetime | None = None
) -> Picture:
    """Add a line to the story: a supplement, an urging (催办), a remark."""
    picture = await _open(session, number)
    await _note(session, picture, person, _text("note", text, 2_000), at or utc_now())
    return picture


async def _open(session: AsyncSession, number: str) -> Picture:
    found = await repository.lock(session, number)
    if not found:
        raise UnknownTicket(number)
    if found[0].ticket.state in ENDED and found[0].ticket.state is not TicketState.ANSWERED:
        raise TicketEnded(f"{number} is {found[0].ticket.state} and can only be read.")
    return found[0]


async def _note(
    session: AsyncSession, picture: Picture, person: Person, text: str, at: datetime
) -> None:
    await _keep(session, picture, at)
    state = picture.ticket.state
    event = TicketEvent(
        ticket_id=picture.ticket.id,
        from_state=state,
        to_state=state,
        actor=signature(person),
        reason=text,
        facts=said(Facts()),
        at=at,
    )
    await repository.tell(session, event)


async def _keep(session: AsyncSession, picture: Picture, at: datetime) -> None:
    picture.matter.version += 1
    picture.matter.changed_at = at
    session.add(picture.matter)
    await repository.keep(session, picture)


def _checked(draft: Draft, city: City) -> Draft:
    if draft.type is not None:
        city.rules.type_of(draft.type)
    category = city.routes.categories.get(draft.category or "")
    if draft.category is not None and (category is None or category.handling is None):
        raise BadMatter(f"{draft.category!r} is no category that a ticket can have.")
    if draft.area is not None and draft.area not in city.units.areas:
        raise BadMatter(f"{draft.area!r} is no area. Areas: {', '.join(sorted(city.units.areas))}.")
    phone = draft.contact_phone
    if phone and plain_number(phone) is None:
        raise BadMatter("The contact's number is no phone number.")
    texts: dict[str, Any] = {
        name: _text(name, value, longest)
        for name, longest in LONGEST.items()
        if (value := getattr(draft, name)) is not None
    }
    return replace(draft, **texts, contact_phone=plain_number(phone) if phone else phone)


def _text(name: str, value: str, longest: int) -> str:
    """Keep what was written, without NULs and halves of characters, which no database takes."""
    text = fit_to_store(value)
    if len(text) > longest:
        raise BadMatter(f"'{name}' has {len(text)} characters; {longest} are possible.")
    return text


def _completed(draft: Draft, picture: Picture, city: City) -> Draft:
    """Let a new category bring its type, urgency and secrecy where nobody chose them yet."""
    category = city.routes.categories.get(draft.category or "")
    if category is None or category.handling is None:
        return draft
    matter, handling = picture.matter, category.handling
    return replace(
        draft,
        type=draft.type or matter.type or handling.type,
        urgency=draft.urgency or matter.urgency or handling.urgency,
        secrecy=draft.secrecy or matter.secrecy or _secrecy(handling.secret),
    )


def _secrecy(secret: bool) -> Secrecy | None:
    return Secrecy.CONFIDENTIAL if secret else None
