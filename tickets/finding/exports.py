"""Tickets taken away in a file: any number of them, in little memory, masked as in lists.

Who took what, and why, is on record before the first line leaves. Many at once need two people.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.errors import HotlineError
from tickets.city import City
from tickets.finding import repository
from tickets.finding.models import Export
from tickets.finding.repository import Question
from tickets.finding.rows import Row, row_of
from tickets.finding.search import place_of, question_of
from tickets.finding.wanted import Wanted
from tickets.life.facts import Person, fit_to_store
from tickets.life.moves import signature

# What one person may take away alone.
ALONE = 10_000
_AT_ONCE = 1_000
_PATIENCE = "60s"


class Format(StrEnum):
    """The kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


class NeedsSecondPerson(HotlineError):
    """An export of so many tickets that somebody else has to agree."""

    slug = "needs-second-person"

    def __init__(self) -> None:
        super().__init__(
            f"More than {ALONE} tickets leave only when a second person agrees: confirmed_by."
        )


class BadExport(HotlineError):
    """An export without a reason, or agreed to by oneself."""

    slug = "bad-export"


@dataclass(frozen=True, slots=True)
class Order:
    """What is taken away, as what, why, and who agrees."""

    wanted: Wanted
    format: Format
    reason: str
    confirmed_by: str | None = None


async def begin(session: AsyncSession, order: Order, person: Person, city: City) -> Question:
    """Put an export on record and return what it asks; the caller commits before it reads.

    Raises BadExport, NeedsSecondPerson, BadSearch, NotYourSearch.
    """
    reason = fit_to_store(order.reason).strip()
    if not reason:
        raise BadExport("Say why: the reason stays in the record.")
    if order.confirmed_by == person.name:
        raise BadExport("The second person is somebody else.")
    question = question_of(order.wanted, person, city)
    async with repository.quickly(session, _PATIENCE):
        found = await repository.count(session, question, ALONE + 1)
    if found > ALONE and not order.confirmed_by:
        raise NeedsSecondPerson()
    session.add(
        Export(
            who=signature(person),
            confirmed_by=order.confirmed_by,
            reason=reason,
            format=order.format,
            filters=order.wanted.model_dump(mode="json", exclude_defaults=True),
            at=utc_now(),
        )
    )
    await session.flush()
    return question


async def pages(
    sessions: async_sessionmaker[AsyncSession], question: Question, person: Person
) -> AsyncIterator[list[Row]]:
    """Yield the rows, a thousand at a time, each thousand as it stands when it is read."""
    after = None
    while True:
        async with sessions() as session, repository.quickly(session, _PATIENCE):
            found = await repository.page(session, question, _AT_ONCE, after)
        if found:
            yield [row_of(one, person) for one in found]
        if len(found) < _AT_ONCE:
            return
        after = place_of(found[-1], question.wanted.order)
