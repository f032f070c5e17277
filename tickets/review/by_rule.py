"""Tickets that go to their unit without a person, where the city has switched that on.

Only what is clear: a route that the table is sure of, a category that somebody chose or the model
is sure enough of, no likely duplicate, nothing secret. All else waits for the desk as before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.errors import HotlineError
from tickets.acts import Actor
from tickets.city import City
from tickets.finding.duplicates import duplicates
from tickets.finding.likeness import Told
from tickets.finding.models import Facets
from tickets.life import drafts, repository
from tickets.life.drafts import Draft
from tickets.life.facts import Person
from tickets.life.picture import Picture
from tickets.life.words import Secrecy
from tickets.models import Ticket
from tickets.review.dispatching import dispatch_by_route, route_of
from tickets.review.rules import DispatchRules
from tickets.routes import Route
from tickets.states import TicketState
from tickets.suggesting.model import BadModel, Model, NoModel, current

log = structlog.get_logger()

RULE = Person("route rule", Actor.RULE)
_NOT_SECRET = (Secrecy.PUBLIC, Secrecy.NORMAL)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ByRule:
    """Sends what is clear; each ticket in a transaction of its own."""

    sessions: async_sessionmaker[AsyncSession]
    city: Callable[[], City]
    rules: Callable[[], DispatchRules]
    models: Path

    async def run(self, at: datetime | None = None) -> list[str]:
        """Send what is clear now and return the numbers of those tickets."""
        rules = self.rules()
        if not rules.automatic:
            return []
        sent = []
        for number in await self._waiting():
            try:
                if await self._send(number, rules, at or utc_now()):
                    sent.append(number)
            except HotlineError as refused:
                log.info("dispatch.left_to_desk", ticket=number, why=refused.slug)
        return sent

    async def _waiting(self) -> list[str]:
        async with self.sessions() as session:
            found = await session.scalars(
                select(Ticket.number)
                .join(Facets, Facets.ticket_id == Ticket.id)
                .where(
                    Facets.state == TicketState.TRIAGE,
                    or_(
                        Facets.secrecy.is_(None),
                        Facets.secrecy.in_((Secrecy.PUBLIC, Secrecy.NORMAL)),
                    ),
                )
                .order_by(Facets.opened_at.desc(), Facets.ticket_id.desc())
                .limit(_AT_ONCE)
            )
            return list(found)

    async def _send(self, number: str, rules: DispatchRules, at: datetime) -> bool:
        city = self.city()
        async with self.sessions.begin() as session:
            found = await repository.lock(session, number)
            if not found or found[0].ticket.state is not TicketState.TRIAGE:
                return False
            picture = await self._classified(session, found[0], rules, city, at)
            if picture is None or not isinstance(route_of(picture, city, at), Route):
                return False
            if await duplicates(session, _told(picture), RULE, number, at):
                return False
            secrecy = picture.matter.secrecy or Secrecy.NORMAL
            await dispatch_by_route(
                session, city, number, RULE, duplicates_checked=True, secrecy=secrecy, at=at
            )
        return True

    async def _classified(
        self, session: AsyncSession, picture: Picture, rules: DispatchRules, city: City,
        at: datetime,
    ) -> Picture | None:  # fmt: skip
        """Return a ticket with its category; one that rules may not classify is None."""
        if picture.matter.category is not None:
            return picture
        model = _model(self.models) if rules.learnt_categories else None
        if model is None:
            return None
        guesses = model.guess(f"{picture.matter.title} {picture.matter.details}", 1)
        if not guesses or guesses[0].confidence < rules.confidence:
            return None
        category = city.routes.categories.get(guesses[0].category)
        if category is None or category.handling is None or category.handling.secret:
            return None
        draft = Draft(category=category.code)
        number = picture.ticket.number
        picture = await drafts.write(session, city, number, draft, RULE, at=at)
        said = (
            f"category {category.code} by model {model.card.version}, "
            f"sure by {guesses[0].confidence:.0%}: {' '.join(guesses[0].words)}"
        )
        return await drafts.add_note(session, number, RULE, said, at=at)


def _model(folder: Path) -> Model | None:
    try:
        return current(folder)
    except (NoModel, BadModel) as fault:
        log.warning("dispatch.no_model", why=str(fault))
        return None


def _told(picture: Picture) -> Told:
    matter = picture.matter
    phone = matter.contact_phone or picture.ticket.caller
    return Told(
        f"{matter.title} {matter.details}", matter.address, matter.area, matter.category, phone
    )
