"""Dispatch (派单) by the route table: by a reviewer with one word, or by the rule itself.

Where the route is not clear nobody guesses: the desk names the unit.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets import routes
from tickets.acts import Act
from tickets.city import City
from tickets.life import drafts
from tickets.life.drafts import Draft
from tickets.life.facts import Facts, Person
from tickets.life.looking import read
from tickets.life.moves import carry_out
from tickets.life.picture import Picture
from tickets.life.words import Secrecy
from tickets.routes import ForReview, Route


class NoClearRoute(HotlineError):
    """The route table does not say where the ticket goes."""

    slug = "no-clear-route"

    def __init__(self, number: str, review: ForReview) -> None:
        super().__init__(f"{number} has no clear route: {review.reason}. Name the lead unit.")


def route_of(picture: Picture, city: City, at: datetime) -> Route | ForReview:
    """Return where a ticket goes when it is dispatched now."""
    matter = picture.matter
    return city.routes.resolve(routes.Matter(matter.category, matter.area, matter.enterprise, at))


async def dispatch_by_route(
    session: AsyncSession,
    city: City,
    number: str,
    person: Person,
    *,
    duplicates_checked: bool,
    secrecy: Secrecy | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Picture:
    """Send a ticket where its route says, at least as urgent as that says.

    Raises NoClearRoute, and what `carry_out` raises; nothing is changed then.
    """
    at = at or utc_now()
    picture = await read(session, number, person)
    route = route_of(picture, city, at)
    if isinstance(route, ForReview):
        raise NoClearRoute(number, route)
    if picture.matter.urgency is None or picture.matter.urgency.rank < route.urgency.rank:
        raised = Draft(urgency=route.urgency)
        picture = await drafts.write(session, city, number, raised, person, version=version, at=at)
        version = picture.matter.version
    facts = Facts(
        lead=route.lead,
        co=route.co,
        duplicates_checked=duplicates_checked,
        secrecy=secrecy,
        reason=_reason(route),
    )
    return await carry_out(
        session, city, number, Act.DISPATCH, person, facts, version=version, at=at
    )


def _reason(route: Route) -> str:
    if route.rule is None or route.rule.line is None:
        return "by the category's own unit"
    return f"by the route of line {route.rule.line}"
