"""Lists and searches of tickets, for the API, the command line and exports.

What somebody may not read is not in their list, and what is kept from them cannot be searched:
the searched text is without numbers and without what a kept ticket hides.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import HotlineError
from tickets.acts import Actor
from tickets.city import City
from tickets.finding import repository
from tickets.finding.models import Facets
from tickets.finding.repository import Found, Place, Question
from tickets.finding.wanted import Order, Wanted
from tickets.life.facts import Person
from tickets.life.looking import INSIDE
from tickets.life.words import Secrecy

# Counting on would take longer than the page that it stands on.
MOST_COUNTED = 1_000
_NO_LISTS = frozenset({Actor.CITIZEN, Actor.CHANNEL})


class NotYourSearch(HotlineError):
    """A list or a filter that this person may not use."""

    slug = "not-your-search"


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets; `more` says that there are more than were counted."""

    found: int
    more: bool


def question_of(wanted: Wanted, person: Person, city: City) -> Question:
    """Return filters and person as one question. Raises BadSearch and NotYourSearch."""
    wanted.check(city)
    if person.role in _NO_LISTS:
        raise NotYourSearch("Lists of tickets are for those who handle them.")
    if wanted.caller is not None and person.role not in INSIDE:
        raise NotYourSearch("Tickets of a number are listed for the hotline's own people.")
    return Question(wanted, [*repository.conditions(wanted, city), *_readable(person)])


async def find(
    session: AsyncSession, question: Question, limit: int, after: Place | None = None
) -> list[Found]:
    """Return tickets behind a place. Raises BadSearch, and TooBroad after five seconds."""
    async with repository.quickly(session):
        return await repository.page(session, question, limit, after)


async def count(session: AsyncSession, question: Question) -> Count:
    """Count up to MOST_COUNTED. Raises as `find`."""
    async with repository.quickly(session):
        found = await repository.count(session, question, MOST_COUNTED + 1)
    return Count(min(found, MOST_COUNTED), found > MOST_COUNTED)


def place_of(found: Found, order: Order) -> Place:
    """Return the place behind which the next page begins."""
    at = found.facets.due_at if order is Order.DUE else None
    return Place(at or found.facets.opened_at, found.ticket.id)


def _readable(person: Person) -> list[ColumnElement[bool]]:
    """Say in SQL whom `looking.read` lets read a ticket."""
    if person.role is Actor.UNIT:
        return [repository.has_task(person.unit or "")]
    if person.role in INSIDE:
        return []
    return [or_(Facets.secrecy.is_(None), Facets.secrecy != Secrecy.REPORT)]
