"""Saved views: filters that a person gave a name, to look again tomorrow."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets.city import City
from tickets.finding.models import SavedView
from tickets.finding.wanted import Wanted
from tickets.life.facts import fit_to_store

MOST_VIEWS = 50
LONGEST_NAME = 40


class UnknownView(HotlineError):
    """The person has no view of this name."""

    slug = "unknown-view"

    def __init__(self, name: str) -> None:
        super().__init__(f"You have no view {name[:LONGEST_NAME]!r}.")


class BadView(HotlineError):
    """A view that cannot be kept."""

    slug = "bad-view"


async def save(session: AsyncSession, person: str, name: str, wanted: Wanted, city: City) -> None:
    """Keep filters under a name, in place of those it had. Raises BadView and BadSearch."""
    name = fit_to_store(name).strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadView(f"The name of a view has 1 to {LONGEST_NAME} printable characters.")
    wanted.check(city)
    kept = await session.scalar(select(func.count()).where(SavedView.person == person)) or 0
    known = await session.get(SavedView, (person, name))
    if known is None and kept >= MOST_VIEWS:
        raise BadView(f"You have {MOST_VIEWS} views. Drop one first.")
    filters = wanted.model_dump(mode="json", exclude_defaults=True)
    view = SavedView(person=person, name=name, filters=filters, saved_at=utc_now())
    await session.merge(view)


async def all_of(session: AsyncSession, person: str) -> Sequence[SavedView]:
    """Return a person's views by name."""
    found = await session.scalars(
        select(SavedView).where(SavedView.person == person).order_by(SavedView.name)
    )
    return found.all()


async def get(session: AsyncSession, person: str, name: str) -> Wanted:
    """Return the filters of a person's view. Raises UnknownView."""
    view = await session.get(SavedView, (person, name))
    if view is None:
        raise UnknownView(name)
    return Wanted.model_validate(view.filters)


async def drop(session: AsyncSession, person: str, name: str) -> None:
    """Forget a view. Raises UnknownView."""
    gone = await session.scalars(
        delete(SavedView)
        .where(SavedView.person == person, SavedView.name == name)
        .returning(SavedView.name)
    )
    if gone.one_or_none() is None:
        raise UnknownView(name)
