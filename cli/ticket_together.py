"""`ticket followers|reply-follower|pass-down`: several citizens, several units, one ticket."""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.person import By
from cli.reading import moment, read, write
from cli.screen import out, print_json, print_table
from core.errors import HotlineError
from core.settings import get_settings
from tickets.acts import Actor
from tickets.city import load_city
from tickets.durations import Span, read_span
from tickets.life import repository
from tickets.life.facts import Person
from tickets.life.followers import Following, followers_of, reply_to
from tickets.life.moves import UnknownTicket
from tickets.life.passing_down import pass_down

Number = Annotated[str, typer.Argument(help="The ticket's number.")]


def followers(
    number: Number,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List whose tickets were merged into this one, and the reply each got."""

    async def ask(session: AsyncSession) -> list[Following]:
        picture = await repository.look(session, number.upper())
        if picture is None:
            raise UnknownTicket(number)
        return await followers_of(session, picture.ticket.id)

    found = read(ask)
    if as_json:
        print_json([_as_dict(one) for one in found])
        return
    if not found:
        out.print(f"No ticket was merged into {number.upper()}.")
        return
    rows = (
        (one.number, moment(one.follower.since_at), one.follower.delivered_by or "no reply yet")
        for one in found
    )
    print_table(("ticket", "since", "replied by"), rows)


def reply_follower(
    number: Number,
    merged: Annotated[str, typer.Argument(help="The number of the merged ticket.")],
    by: By,
    how: Annotated[str, typer.Option("--delivered-by", help="How it reached them: SMS, call.")],
    reply: Annotated[str, typer.Option(help="Another text than the public reply.")] = "",
) -> None:
    """Note the reply that a citizen of a merged ticket got; every one gets their own."""
    person = Person(by, Actor.REVIEWER)
    write(lambda session: reply_to(session, number.upper(), merged.upper(), person, how, reply))
    out.print(f"The citizen of {merged.upper()} has a reply.")


def pass_task_down(
    number: Number,
    to: Annotated[str, typer.Argument(help="The unit below, by code.")],
    handle: Annotated[str, typer.Argument(help="How long it may take, such as '2 wd'.")],
    unit: Annotated[str, typer.Option("--unit", help="Whose task it is, by code.")],
    by: By,
) -> None:
    """Hand a unit's task to a unit below it (下派); the unit stays answerable."""
    city = load_city(get_settings().config_dir)
    person, span = Person(by, Actor.UNIT, unit), _span(handle)
    write(lambda session: pass_down(session, city, number.upper(), person, to, span))
    out.print(f"{to} has the task.")


def _as_dict(one: Following) -> dict[str, object]:
    return {
        "number": one.number,
        "since_at": moment(one.follower.since_at),
        "reply": one.follower.reply,
        "delivered_by": one.follower.delivered_by,
    }


def _span(text: str) -> Span:
    try:
        return read_span(text)
    except ValueError as error:
        raise HotlineError(str(error)) from None
