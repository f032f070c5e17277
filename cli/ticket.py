"""`ticket`: one ticket (工单) among people: write it down, move it, see who holds it how long."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli import (
    ticket_cards,
    ticket_export,
    ticket_find,
    ticket_route,
    ticket_together,
    ticket_views,
)
from cli.outbound import place
from cli.person import By
from cli.reading import moment, read, write
from cli.said import read_said
from cli.screen import out, print_json, print_table
from core.clock import utc_now
from core.settings import get_settings
from queues.outbound.placing import relay
from tickets.acts import Act, Actor
from tickets.city import load_city
from tickets.life import drafts, repository
from tickets.life.drafts import Draft
from tickets.life.facts import Facts, Person
from tickets.life.looking import shown_name, shown_number, shown_text
from tickets.life.models import Hop
from tickets.life.moves import UnknownTicket, carry_out
from tickets.life.picture import Picture
from tickets.states import acts_for_people

app = typer.Typer(help="One ticket: write it down, move it, see who holds it how long.")
for command in ("due", "cards", "serve", "answer", "notices", "urge"):
    app.command(command)(getattr(ticket_cards, command))
app.command("find")(ticket_find.find)
app.command("export")(ticket_export.export)
app.command("route")(ticket_route.route)
app.command("send")(ticket_route.send)
for command in ("views", "save-view", "drop-view"):
    app.command(command)(getattr(ticket_views, command.replace("-", "_")))
app.command("followers")(ticket_together.followers)
app.command("reply-follower")(ticket_together.reply_follower)
app.command("pass-down")(ticket_together.pass_task_down)

Number = Annotated[str, typer.Argument(help="The ticket's number.")]
Role = Annotated[Actor, typer.Option("--as", help="The role in which you act.")]
Unit = Annotated[str | None, typer.Option(help="The unit you act for, by code: ZJJ.")]
Said = Annotated[
    list[str] | None,
    typer.Argument(help="Fields as name=value: lead=ZJJ duplicates_checked=true."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

Shown = tuple[Picture, list[Hop]]


@app.command()
def show(number: Number, as_json: AsJson = False) -> None:
    """Show a ticket: the matter, what can be done, the clocks, and who held it how long."""
    picture, hops = read(lambda session: _loaded(session, number.upper()))
    if as_json:
        print_json(_as_dict(picture, hops))
        return
    _print(picture, hops)


@app.command("act")
def act_(
    number: Number,
    act: Annotated[Act, typer.Argument(help="What is done; `show` says what is possible.")],
    by: By,
    said: Said = None,
    role: Role = Actor.REVIEWER,
    unit: Unit = None,
    as_json: AsJson = False,
) -> None:
    """Move a ticket: dispatch (派单), sign (签收), ask-return (退单), feed-back, archive …

    What is missing is said in one answer. Example: ticket act LC… dispatch lead=ZJJ
    duplicates_checked=true secrecy=normal
    """
    facts = read_said(Facts, said or [])
    person = Person(by, role, unit)
    city = load_city(get_settings().config_dir)

    async def do(session: AsyncSession) -> Shown:
        await carry_out(session, city, number.upper(), act, person, facts)
        return await _loaded(session, number.upper())

    _tell(do, as_json)


@app.command("write")
def write_(
    number: Number,
    by: By,
    said: Said = None,
    role: Role = Actor.AGENT,
    unit: Unit = None,
    as_json: AsJson = False,
) -> None:
    """Write the matter down: type, urgency, category, area, title, details, contact_name …"""
    draft = read_said(Draft, said or [])
    city = load_city(get_settings().config_dir)

    async def do(session: AsyncSession) -> Shown:
        await drafts.write(session, city, number.upper(), draft, Person(by, role, unit))
        return await _loaded(session, number.upper())

    _tell(do, as_json)


@app.command()
def note(
    number: Number,
    text: Annotated[str, typer.Argument(help="A supplement, an urging (催办), a remark.")],
    by: By,
    role: Role = Actor.AGENT,
    unit: Unit = None,
) -> None:
    """Add a line to a ticket's story."""
    person = Person(by, role, unit)
    write(lambda session: drafts.add_note(session, number.upper(), person, text))
    out.print("Noted.")


@app.command()
def call(
    number: Number,
    phone: Annotated[str, typer.Option(help="Rings first: a seat, or your own telephone.")],
    by: By,
    role: Role = Actor.UNIT,
    unit: Unit = None,
) -> None:
    """Speak with the citizen through the hotline; their number is shown on no phone."""
    person = Person(by, role, unit)
    uid = place(lambda session, office: relay(session, office, number.upper(), person, phone))
    out.print(f"Your phone rings; the citizen is called when you pick up ({uid}).")


def _tell(
    do: Callable[[AsyncSession], Awaitable[tuple[Picture, list[Hop]]]], as_json: bool
) -> None:
    picture, hops = write(do)
    if as_json:
        print_json(_as_dict(picture, hops))
        return
    held = f", held by {picture.hop.holder}" if picture.hop else ""
    out.print(f"{picture.ticket.number} is {picture.ticket.state}{held}.")


async def _loaded(session: AsyncSession, number: str) -> Shown:
    picture = await repository.look(session, number)
    if picture is None:
        raise UnknownTicket(number)
    return picture, list(await repository.hops(session, picture.ticket.id))


def _print(picture: Picture, hops: list[Hop]) -> None:
    ticket, matter = picture.ticket, picture.matter
    person = Person("", Actor.REVIEWER)
    out.print(f"[bold]{ticket.number}[/]  {ticket.state}  by {ticket.channel}")
    facts = {
        "matter": " ".join(filter(None, (matter.type, matter.urgency, matter.category))),
        "area": matter.area,
        "title": shown_text(picture, person, matter.title),
        "details": shown_text(picture, person, matter.details),
        "citizen": f"{shown_name(picture, person)} {shown_number(picture) or 'no number'}".strip(),
        "secrecy": matter.secrecy,
        "lead unit": matter.lead,
        "possible": ", ".join(acts_for_people(ticket.state)) or "nothing: it has ended",
    }
    for name, value in facts.items():
        if value:
            out.print(f"{name:>10}  {value}", markup=False)
    if picture.clocks:
        _print_clocks(picture)
    if hops:
        _print_hops(hops)


def _print_clocks(picture: Picture) -> None:
    rows = (
        (
            c.kind, c.unit, c.limit, moment(c.started_at), moment(c.due_at),
            moment(c.stopped_at) or ("paused" if c.paused_at else ""), c.card,
        )
        for c in picture.clocks
    )  # fmt: skip
    print_table(("clock", "unit", "limit", "began", "due", "met", "card"), rows)


def _print_hops(hops: list[Hop]) -> None:
    """Who held it how long, hop by hop; a hop has a date of its own where no clock covers it."""
    rows = ((h.holder, h.state, moment(h.since_at), _hours(h), moment(h.due_at)) for h in hops)
    print_table(("held by", "as", "since", "hours", "due"), rows, right="hours")


def _hours(hop: Hop) -> str:
    until: datetime = hop.until_at or utc_now()
    return f"{(until - hop.since_at).total_seconds() / 3600:.1f}"


def _as_dict(picture: Picture, hops: list[Hop]) -> dict[str, object]:
    ticket, matter = picture.ticket, picture.matter
    return {
        "number": ticket.number,
        "state": ticket.state,
        "version": matter.version,
        "lead": matter.lead,
        "possible": list(acts_for_people(ticket.state)),
        "clocks": [
            {
                "kind": clock.kind,
                "limit": clock.limit,
                "due_at": clock.due_at.isoformat(),
                "stopped_at": clock.stopped_at.isoformat() if clock.stopped_at else None,
                "card": clock.card,
            }
            for clock in picture.clocks
        ],
        "hops": [
            {
                "holder": hop.holder,
                "state": hop.state,
                "since_at": hop.since_at.isoformat(),
                "hours": float(_hours(hop)),
            }
            for hop in hops
        ],
    }
