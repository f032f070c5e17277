"""`ticket due|cards|serve|answer|notices|urge`: what is due, who was told, and what they said."""

from typing import Annotated

import typer

from cli.person import By
from cli.reading import moment, read, write
from cli.screen import out, print_json, print_table
from core.clock import local, utc_now
from core.errors import HotlineError
from core.settings import get_settings
from tickets.acts import Actor
from tickets.cards import repository, service
from tickets.cards.due import Due, due_for
from tickets.cards.models import Card, Notice
from tickets.cards.words import Addressee, CardState
from tickets.city import load_city
from tickets.life.facts import Person
from tickets.life.holders import FOLLOW_UP, INTAKE, REVIEW

Number = Annotated[str, typer.Argument(help="The ticket's number.")]
Whose = Annotated[str, typer.Option("--unit", help="A unit's code (ZJJ), or a desk: review.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Most = Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")]


def due(unit: Whose, limit: Most = 50, as_json: AsJson = False) -> None:
    """List what a unit owes by clock, the most pressing first."""
    _known(unit)
    found = read(lambda session: due_for(session, unit, limit=limit))
    now = utc_now()
    if as_json:
        print_json([_due(one) | {"late": one.is_late(now)} for one in found])
        return
    if not found:
        out.print(f"{unit} owes nothing by clock.")
        return
    rows = (
        (one.number, one.state, one.what, one.limit, moment(one.due_at), _left(one), one.card)
        for one in found
    )
    print_table(("ticket", "state", "what", "limit", "due", "left", "card"), rows, right="left")


def cards(
    unit: Annotated[str | None, typer.Option("--unit", help="Whose; all if absent.")] = None,
    state: Annotated[CardState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Most = 50,
    as_json: AsJson = False,
) -> None:
    """List cards and letters of supervision (黄牌, 红牌, 督办单), newest first.

    A leader issues a letter with: ticket act LC… supervise cause=leaders-note --as leader
    """
    found = read(lambda session: repository.cards_for(session, unit, state, None, limit))
    if as_json:
        print_json([_card(card, number) for card, number in found])
        return
    if not found:
        out.print("There are no such cards.")
        return
    headings = ("id", "ticket", "card", "state", "unit", "issued", "letter", "reply due")
    rows = (
        (c.id, n, c.kind, c.state, c.unit, moment(c.issued_at), c.letter_no, moment(c.reply_due_at))
        for c, n in found
    )
    print_table(headings, rows)


def serve(
    number: Number,
    card: Annotated[int, typer.Argument(help="The card's id, as `cards` shows it.")],
    unit: Whose,
    by: By,
) -> None:
    """Acknowledge a card for a unit."""
    person = _of(unit, by)
    done = write(lambda session: service.serve(session, number.upper(), card, person))
    out.print(f"The {done.kind} card of {number.upper()} is acknowledged.")


def answer(
    number: Number,
    card: Annotated[int, typer.Argument(help="The letter's id, as `cards` shows it.")],
    reply: Annotated[str, typer.Argument(help="What the unit answers.")],
    unit: Whose,
    by: By,
) -> None:
    """Answer a letter of supervision for a unit."""
    person = _of(unit, by)
    done = write(lambda session: service.answer(session, number.upper(), card, person, reply))
    out.print(f"{done.letter_no} is answered.")


def notices(
    unit: Whose,
    addressee: Annotated[Addressee | None, typer.Option("--for", help="Whom of the unit.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="What was read too.")] = False,
    limit: Most = 50,
    as_json: AsJson = False,
) -> None:
    """Show what a unit is told and nobody has read yet, newest first."""
    _known(unit)
    found = read(
        lambda session: repository.notices_for(
            session, unit, addressee, not everything, None, limit
        )
    )
    if as_json:
        print_json([_notice(notice, number) for notice, number in found])
        return
    if not found:
        out.print(f"Nothing new for {unit}.")
        return
    rows = ((moment(n.at), n.addressee, n.text, n.read_by) for n, _ in found)
    print_table(("at", "for", "what", "read by"), rows)


def urge(
    number: Number,
    words: Annotated[str, typer.Argument(help="What the citizen says.")],
    by: By,
) -> None:
    """Note that the citizen asks again (催办) and tell whoever holds the ticket."""
    person = Person(by, Actor.AGENT)
    picture = write(lambda session: service.urge(session, number.upper(), person, words))
    holder = picture.hop.holder if picture.hop else "nobody"
    out.print(f"{holder} is told; it is urging number {picture.matter.urges}.")


def _known(unit: str) -> None:
    """A slip of the pen must not read as "nothing is due"."""
    desks = {INTAKE, REVIEW, FOLLOW_UP}
    if unit not in desks and unit not in load_city(get_settings().config_dir).units.by_code:
        raise HotlineError(f"There is no unit {unit!r} in units.csv, and no such desk.")


def _of(unit: str, by: str) -> Person:
    """Desks of the hotline have small letters; whoever acts for one is a reviewer."""
    return Person(by, Actor.REVIEWER) if unit.islower() else Person(by, Actor.UNIT, unit)


def _left(one: Due) -> str:
    if one.paused_at is not None:
        return "paused"
    hours = (one.due_at - utc_now()).total_seconds() / 3600
    return f"{hours:.1f} h"


def _due(one: Due) -> dict[str, object]:
    return {
        "number": one.number,
        "state": one.state,
        "what": one.what,
        "limit": one.limit,
        "due_at": local(one.due_at).isoformat(),
        "first_due_at": local(one.first_due_at).isoformat(),
        "paused": one.paused_at is not None,
        "card": one.card,
        "provisional": one.provisional,
    }


def _card(card: Card, number: str) -> dict[str, object]:
    return {
        "id": card.id,
        "number": number,
        "kind": card.kind,
        "state": card.state,
        "unit": card.unit,
        "deadline": moment(card.deadline),
        "issued_at": moment(card.issued_at),
        "served_by": card.served_by,
        "letter": card.letter_no,
        "level": card.level,
        "reply_due_at": moment(card.reply_due_at),
        "answer": card.answer,
        "withdrawn_because": card.withdrawn_because,
    }


def _notice(notice: Notice, number: str) -> dict[str, object]:
    return {
        "id": notice.id,
        "number": number,
        "addressee": notice.addressee,
        "text": notice.text,
        "at": moment(notice.at),
        "read_by": notice.read_by,
    }
