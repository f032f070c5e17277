"""`tickets`: the newest tickets, or one with its story."""

from typing import Annotated

import typer

from cli.reading import moment, read, seconds
from cli.screen import out, print_json, print_table
from core.errors import HotlineError
from core.masking import mask_phone
from tickets.models import Ticket
from tickets.service import TicketStory, get_story, list_newest


def tickets(
    number: Annotated[str, typer.Argument(help="A ticket number; all tickets if absent.")] = "",
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the newest tickets (工单), or one ticket with everything that happened to it."""
    if number:
        _show_one(number.strip().upper(), as_json)
        return
    found = read(lambda session: list_newest(session, limit))
    if as_json:
        print_json([_as_dict(ticket) for ticket in found])
        return
    rows = [
        (
            ticket.number,
            moment(ticket.new_at),
            ticket.line,
            mask_phone(ticket.caller),
            ticket.state,
            ticket.outcome or "running",
            ticket.first_agent,
            seconds(ticket.talk_seconds),
            ticket.rating,
        )
        for ticket in found
    ]
    headings = (
        "ticket", "opened", "line", "caller", "state", "outcome", "agent", "talk s", "rating",
    )  # fmt: skip
    print_table(headings, rows, right="talk s,rating")
    if not rows:
        out.print("There are no tickets yet. Place a call: ./hotline call 12345")


def _show_one(number: str, as_json: bool) -> None:
    story = read(lambda session: get_story(session, number))
    if story is None:
        raise HotlineError(f"There is no ticket {number}. ./hotline tickets lists the newest.")
    if as_json:
        print_json(_as_dict(story.ticket) | {"story": _story(story)})
        return
    ticket = story.ticket
    out.print(
        f"[bold]{ticket.number}[/]  {ticket.state}  line {ticket.line}  "
        f"caller {mask_phone(ticket.caller) or 'withheld'}  outcome {ticket.outcome or 'running'}"
    )
    if ticket.call_uid is not None:
        out.print(f"call {ticket.call_uid}")
    rows = [
        (line["at"], line["to"], line["actor"], line["reason"] or line["act"])
        for line in _story(story)
    ]
    print_table(("at", "state", "by", "why"), rows)


def _story(story: TicketStory) -> list[dict[str, object]]:
    return [
        {
            "at": moment(event.at),
            "from": event.from_state,
            "to": event.to_state,
            "actor": event.actor,
            "act": event.act,
            "reason": event.reason,
        }
        for event in story.events
    ]


def _as_dict(ticket: Ticket) -> dict[str, object]:
    return {
        "number": ticket.number,
        "call": ticket.call_uid,
        "opened_at": ticket.new_at.isoformat(),
        "line": ticket.line,
        "caller": mask_phone(ticket.caller),
        "state": ticket.state,
        "outcome": ticket.outcome,
        "agent": ticket.first_agent,
        "talk_seconds": ticket.talk_seconds,
        "rating": ticket.rating,
        "closed_at": ticket.closed_at.isoformat() if ticket.closed_at else None,
    }
