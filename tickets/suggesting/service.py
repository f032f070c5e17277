"""Three suggestions for a text, with the unit that each would lead to; a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.city import City
from tickets.finding.models import Facets, Wording
from tickets.finding.phrases import text_of
from tickets.routes import ForReview, Matter, Route
from tickets.states import TicketState
from tickets.suggesting.model import Card, Guess, current
from tickets.suggesting.training import Example

# The newest: what the city's words and units are today.
_MOST_EXAMPLES = 30_000
_CLOSED = (TicketState.CLOSED, TicketState.DONE, TicketState.ANSWERED)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known while a matter is written down."""

    text: str
    area: str | None
    enterprise: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category, and where a ticket of it would go."""

    guess: Guess
    name: str
    route: Route | ForReview


async def examples(session: AsyncSession) -> list[Example]:
    """Return the newest tickets that people have closed, without numbers and kept names."""
    rows = await session.execute(
        select(Facets.ticket_id, Facets.category, Wording.body)
        .join(Wording, Wording.ticket_id == Facets.ticket_id)
        .where(Facets.state.in_(_CLOSED), Facets.category.is_not(None))
        .order_by(Facets.opened_at.desc(), Facets.ticket_id.desc())
        .limit(_MOST_EXAMPLES)
    )
    return [Example(row.ticket_id, row.category or "", text_of(row.body)) for row in rows]


def suggest(folder: Path, city: City, told: Told) -> tuple[Card, Sequence[Suggestion]]:
    """Return what the model says, and the model's card. Raises NoModel and BadModel.

    A category that the city has given up since is left out.
    """
    model = current(folder)
    return model.card, [
        Suggestion(guess, city.routes.categories[guess.category].name, _route(city, told, guess))
        for guess in model.guess(told.text)
        if guess.category in city.routes.categories
    ]


def _route(city: City, told: Told, guess: Guess) -> Route | ForReview:
    return city.routes.resolve(Matter(guess.category, told.area, told.enterprise, told.at))
