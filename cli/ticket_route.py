"""`ticket route`, `ticket send`: where the route table sends a ticket, and sending it there."""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.person import By
from cli.reading import read, write
from cli.screen import out, print_json
from core.clock import utc_now
from core.settings import get_settings
from tickets.acts import Actor
from tickets.city import load_city
from tickets.life import looking
from tickets.life.facts import Person
from tickets.life.picture import Picture
from tickets.life.words import Secrecy
from tickets.review.dispatching import dispatch_by_route, route_of
from tickets.routes import ForReview

Number = Annotated[str, typer.Argument(help="The ticket's number.")]


def route(
    number: Number,
    by: By,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show where a ticket would go now: by category, area, enterprise, and the hour."""
    city = load_city(get_settings().config_dir)
    person = Person(by, Actor.REVIEWER)
    picture = read(lambda session: looking.read(session, number.upper(), person))
    found = route_of(picture, city, utc_now())
    if isinstance(found, ForReview):
        lines = [rule.line for rule in found.rules]
        if as_json:
            print_json({"review": found.reason, "rules": lines})
            return
        out.print(f"The review desk decides: {found.reason}.")
        return
    units = [found.lead, *found.co]
    if as_json:
        print_json({"lead": found.lead, "co": found.co, "urgency": found.urgency})
        return
    names = " + ".join(f"{code} {city.units.by_code[code].name}" for code in units)
    out.print(f"{names}, at least {found.urgency}.", markup=False)


def send(
    number: Number,
    by: By,
    checked: Annotated[
        bool, typer.Option("--duplicates-checked", help="You have looked for duplicates.")
    ] = False,
    secrecy: Annotated[Secrecy | None, typer.Option(help="Who may know the citizen.")] = None,
) -> None:
    """Dispatch a ticket (派单) as its route says; where none is clear, name the unit."""
    city = load_city(get_settings().config_dir)
    person = Person(by, Actor.REVIEWER)

    async def do(session: AsyncSession) -> Picture:
        return await dispatch_by_route(
            session, city, number.upper(), person, duplicates_checked=checked, secrecy=secrecy
        )

    picture = write(do)
    out.print(f"{picture.ticket.number} is {picture.ticket.state}, held by {picture.matter.lead}.")
