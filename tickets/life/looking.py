"""Who may read a ticket, what they see of the citizen, and the record of every closer look.

Units never see a number by reading; whoever needs it says why, and that stays (GB/T 33358: the
ticket is handled confidentially on request).
"""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from core.masking import mask_phone, mask_text
from tickets.acts import Actor
from tickets.life import repository
from tickets.life.facts import Person
from tickets.life.models import Look, Task
from tickets.life.moves import UnknownTicket, signature
from tickets.life.picture import Picture
from tickets.life.words import Secrecy

HIDDEN = "***"
_ANYBODY = Person("", Actor.CITIZEN)
# Those who take, judge and follow up matters of every kind.
INSIDE = frozenset({Actor.AGENT, Actor.REVIEWER, Actor.FOLLOW_UP, Actor.RULE, Actor.LEDGER})
# A number as people write it: 138-1234-5678, 138 1234 5678, or in wide digits.
_WRITTEN_APART = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_KEPT_FROM_UNITS = frozenset({Secrecy.CONFIDENTIAL, Secrecy.REPORT})


class NotForYou(HotlineError):
    """The ticket is not for this person to read."""

    slug = "not-for-you"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is not a ticket of yours.")


class NumberKeptSecret(HotlineError):
    """The citizen's number is not given out; a call can be put through without it."""

    slug = "number-kept-secret"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The citizen of {number} asked not to be known. Call them through the hotline."
        )


async def read(session: AsyncSession, number: str, person: Person) -> Picture:
    """Return a ticket to somebody who may read it. Raises UnknownTicket and NotForYou."""
    picture = await repository.look(session, number)
    if picture is None:
        raise UnknownTicket(number)
    if person.role is Actor.UNIT and not await _has_task(session, picture, person):
        raise NotForYou(number)
    if person.role not in INSIDE | {Actor.UNIT} and _secrecy(picture) is Secrecy.REPORT:
        raise NotForYou(number)
    return picture


async def reveal(
    session: AsyncSession, number: str, person: Person, reason: str, at: datetime | None = None
) -> str | None:
    """Return the citizen's number in full and keep who asked and why; None when there is none.

    Raises UnknownTicket, NotForYou, and NumberKeptSecret for a unit whose citizen asked for it.
    """
    picture = await read(session, number, person)
    if is_kept_from(picture, person):
        raise NumberKeptSecret(number)
    session.add(
        Look(
            ticket_id=picture.ticket.id,
            who=signature(person),
            field="number",
            reason=reason,
            at=at or utc_now(),
        )
    )
    await session.flush()
    return picture.matter.contact_phone or picture.ticket.caller


def shown_name(picture: Picture, person: Person) -> str:
    """Return the citizen's name as this person may see it."""
    hidden = is_kept_from(picture, person) and picture.matter.contact_name
    return HIDDEN if hidden else picture.matter.contact_name


def shown_address(picture: Picture, person: Person) -> str:
    """Return the address as this person may see it: of a kept ticket it says who the citizen is."""
    if is_kept_from(picture, person) and picture.matter.address:
        return HIDDEN
    return shown_text(picture, person, picture.matter.address)


def shown_to_anybody(picture: Picture, text: str) -> str:
    """Return what somebody who has not said who they are may read; of a report nothing."""
    if _secrecy(picture) is Secrecy.REPORT and text:
        return HIDDEN
    return shown_text(picture, _ANYBODY, text)


def is_kept_from(picture: Picture, person: Person) -> bool:
    """Tell whether this person may not learn who the citizen is."""
    return person.role not in INSIDE and _secrecy(picture) in _KEPT_FROM_UNITS


def shown_number(picture: Picture) -> str | None:
    """Return the citizen's number, masked: in full it is only revealed."""
    return mask_phone(picture.matter.contact_phone or picture.ticket.caller)


def shown_text(picture: Picture, person: Person, text: str) -> str:
    """Return text that people wrote, without numbers and without what is kept secret."""
    if is_kept_from(picture, person):
        for secret in (picture.matter.contact_name, picture.matter.address):
            text = text.replace(secret, HIDDEN) if secret else text
    return without_numbers(text)


def without_numbers(text: str) -> str:
    """Return text with every number masked, also those written apart."""
    return mask_text(_WRITTEN_APART.sub(_together, text))


def _together(number: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", re.sub("[ -]", "", number.group()))


def _secrecy(picture: Picture) -> Secrecy | None:
    return picture.matter.secrecy


async def _has_task(session: AsyncSession, picture: Picture, person: Person) -> bool:
    found = await session.scalars(
        select(Task.id)
        .where(Task.ticket_id == picture.ticket.id, Task.unit == person.unit)
        .limit(1)
    )
    return found.first() is not None
