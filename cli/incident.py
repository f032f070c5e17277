"""`incident`: put an announcement in front of every caller within seconds, and take it back."""

from typing import Annotated

import typer
from rich.markup import escape

from cli.person import By
from cli.reading import moment, read, transact
from cli.screen import out, print_json, print_table
from core.clock import utc_now
from core.settings import get_settings
from ivr import incidents
from ivr.incidents import NO_KEY, Order
from ivr.on_air import COUNTING_KEYS, FileBoard
from tickets.incidents.models import Incident
from tickets.incidents.service import Listed, list_incidents

app = typer.Typer(help="Announce an incident (突发事件) to callers.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The incident's number, as `list` shows it.")]
Why = Annotated[str, typer.Option("--reason", help="Why, as it stays in the record.")]
Minutes = Annotated[int, typer.Option("--minutes", help="How long from now.")]


@app.command()
def start(
    text: Annotated[str, typer.Argument(help="In Mandarin; {key} stands for the key to press.")],
    english: Annotated[str, typer.Option(help="The same in English.")] = "",
    area: Annotated[str, typer.Option(help="Code of areas.toml.")] = "",
    topic: Annotated[str, typer.Option(help="Code of categories.csv.")] = "",
    minutes: Minutes = 120,
    key: Annotated[
        str,
        typer.Option(
            help=f"Pressed to be counted: one of {', '.join(COUNTING_KEYS)}, the first that is "
            f"free if absent, or {NO_KEY}."
        ),
    ] = "",
    position: Annotated[int, typer.Option(help="Of several, the smallest is said first.")] = 100,
    title: Annotated[str, typer.Option(help="Of the ticket.")] = "",
    reason: Why = "",
    *,
    by: By,
) -> None:
    """Speak a text and let the next caller hear it; opens the incident's ticket."""
    order = Order(text, english, area, topic, minutes, key, position, title, reason)
    settings = get_settings()
    with out.status("Speaking the announcement"):
        made = transact(lambda sessions: incidents.start(settings, sessions, order, by))
    _tell(made, "is on air")
    out.print(f"  {escape(made.text_zh)}")


@app.command()
def extend(number: Number, minutes: Minutes = 120, reason: Why = "", *, by: By) -> None:
    """Let an announcement last longer, or shorter, counted from now."""
    settings = get_settings()
    _tell(
        transact(lambda s: incidents.extend(settings, s, number, minutes, by, reason)),
        "is on air",
    )


@app.command()
def stop(number: Number, reason: Why = "", *, by: By) -> None:
    """Take an announcement off the air; its ticket stays open."""
    settings = get_settings()
    made = transact(lambda sessions: incidents.stop(settings, sessions, number, by, reason))
    out.print(f"Incident {made.id} is off the air.")


@app.command("list")
def list_all(
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show announcements, newest first, and how many callers were counted with each."""
    found = read(lambda session: list_incidents(session, limit))
    board = FileBoard(get_settings().sounds_dir)
    heard = {one.incident for one in board.on_air(utc_now())}
    if as_json:
        print_json([_as_dict(one, one.incident.id in heard) for one in found])
        return
    rows = [
        (
            one.incident.id,
            one.state,
            "yes" if one.incident.id in heard else "",
            one.incident.key,
            one.counted,
            moment(one.incident.started_at),
            moment(one.incident.until),
            one.ticket,
            escape(one.incident.text_zh),
        )
        for one in found
    ]
    headings = ("", "state", "heard", "key", "counted", "began", "until", "ticket", "text")
    print_table(headings, rows, right="counted")


def _tell(incident: Incident, what: str) -> None:
    key = f", counted by key {incident.key}" if incident.key else ""
    out.print(f"Incident {incident.id} {what} until {moment(incident.until)}{key}.")


def _as_dict(one: Listed, heard: bool) -> dict[str, object]:
    incident = one.incident
    return {
        "incident": incident.id,
        "state": str(one.state),
        "heard": heard,
        "key": incident.key,
        "counted": one.counted,
        "started_at": incident.started_at.isoformat(),
        "until": incident.until.isoformat(),
        "area": incident.area,
        "topic": incident.topic,
        "ticket": one.ticket,
        "text": incident.text_zh,
        "english": incident.text_en,
    }
