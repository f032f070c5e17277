"""`ticket find`: tickets by their words and filters, each as the role that asks may see it."""

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli import ticket_filters as filters
from cli.person import By
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from core.clock import local
from core.settings import get_settings
from tickets.acts import Actor
from tickets.city import load_city
from tickets.finding import search, views
from tickets.finding.repository import Found
from tickets.finding.rows import Row, row_of
from tickets.finding.search import Count
from tickets.finding.wanted import Order, Wanted
from tickets.life.facts import Person

_LONGEST_TITLE = 30


def find(
    by: By,
    text: filters.Text = "",
    state: filters.State = None,
    open_: filters.Open = None,
    unit: filters.OfUnit = None,
    area: filters.Area = None,
    category: filters.Category = None,
    type_: filters.Type = None,
    urgency: filters.UrgencyIs = None,
    channel: filters.By = None,
    since: filters.Since = None,
    until: filters.Until = None,
    due_before: filters.DueBefore = None,
    caller: filters.Caller = None,
    order: filters.OrderBy = Order.NEWEST,
    view: Annotated[str, typer.Option(help="A saved view of yours instead of filters.")] = "",
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    role: Annotated[
        Actor, typer.Option("--as", help="The role in which you ask.")
    ] = Actor.REVIEWER,
    for_unit: Annotated[str | None, typer.Option("--unit", help="The unit you act for.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Find tickets (工单): by words of any length, state, unit, area, category, limit, caller.

    Example: ticket find 停水 --open --area 371502 --since 2026-11-01
    """
    wanted = filters.wanted(
        text=text, state=state, open=open_, unit=unit, area=area, category=category, type=type_,
        urgency=urgency, channel=channel, since=since, until=until, due_before=due_before,
        caller=caller, order=order,
    )  # fmt: skip
    person = Person(by, role, for_unit)

    async def ask(session: AsyncSession) -> tuple[list[Found], Count]:
        chosen = await views.get(session, by, view) if view else wanted
        return await _ask(session, chosen, person, limit)

    found, count = read(ask)
    rows = [row_of(one, person) for one in found]
    if as_json:
        print_json({"count": count.found, "more": count.more, "items": list(map(as_dict, rows))})
        return
    _print(rows, count)


async def _ask(
    session: AsyncSession, wanted: Wanted, person: Person, limit: int
) -> tuple[list[Found], Count]:
    question = search.question_of(wanted, person, load_city(get_settings().config_dir))
    found = await search.find(session, question, limit)
    return found, await search.count(session, question)


def _print(rows: list[Row], count: Count) -> None:
    headings = ("ticket", "opened", "state", "category", "area", "lead", "due", "title", "citizen")
    print_table(headings, map(_line, rows))
    many = f"more than {count.found}" if count.more else str(count.found)
    out.print(f"{many} found, {len(rows)} shown." if rows else "No ticket is like that.")


def _line(row: Row) -> tuple[object, ...]:
    citizen = " ".join(filter(None, (row.contact_name, row.contact_number)))
    return (
        row.number, moment(row.opened_at)[:16], row.state, row.category, row.area, row.lead,
        moment(row.due_at)[:16], _on_one_line(row.title)[:_LONGEST_TITLE], _on_one_line(citizen),
    )  # fmt: skip


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def as_dict(row: Row) -> dict[str, object]:
    """Return a row for programs, instants in the city's time."""
    values: dict[str, object] = {name: getattr(row, name) for name in Row.__match_args__}
    for name in ("opened_at", "due_at", "closed_at"):
        instant: datetime | None = getattr(row, name)
        values[name] = local(instant).isoformat() if instant else None
    return values
