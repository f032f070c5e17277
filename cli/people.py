"""`person`: who may sign in, as what; the first administrator is made here."""

from typing import Annotated

import typer
from rich.markup import escape

from cli.person import By
from cli.reading import moment, read, write
from cli.screen import out, print_json, print_table
from core.errors import HotlineError
from core.settings import get_settings
from people import roster
from people.models import Person
from people.passwords import new_password
from people.roles import Role
from people.roster import Hand, Wish
from tickets.city import city_of

app = typer.Typer(help="People: who may sign in to the console, and as what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name they sign in with.")]
RoleOption = Annotated[Role, typer.Option("--role", help="What they work as.")]
Seat = Annotated[str | None, typer.Option("--seat", help="Their seat's number: 8013.")]
Unit = Annotated[str | None, typer.Option("--unit", help="Their unit, by code: ZJJ.")]
ShownName = Annotated[str, typer.Option("--shown", help="The name others see: 王芳.")]
Why = Annotated[str, typer.Option("--reason", help="Why, as it stays in the audit log.")]
Ask = Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one up.")]


@app.command()
def add(
    name: Name,
    role: RoleOption,
    seat: Seat = None,
    unit: Unit = None,
    shown: ShownName = "",
    ask: Ask = False,
    reason: Why = "",
    *,
    by: By,
) -> None:
    """Let somebody sign in. The password is made up and shown once, or asked for with --ask."""
    password = _password(ask)
    wish = _wish(role, seat, unit, shown)
    person = write(lambda session: roster.add(session, name, password, wish, _hand(by, reason)))
    out.print(f"{escape(person.name)} may sign in as {role} ({role.on_the_door}).")
    _tell(ask, password)


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show who may sign in."""
    found = read(roster.everybody)
    if as_json:
        print_json([_as_dict(person) for person in found])
        return
    rows = [
        (
            escape(one.name), escape(one.shown), f"{one.role} {one.role.on_the_door}",
            one.seat, one.unit, "yes" if one.totp else "", moment(one.locked_at),
        )
        for one in found
    ]  # fmt: skip
    print_table(("name", "shown", "role", "seat", "unit", "codes", "locked since"), rows)


@app.command("role")
def role_(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What they work as from now on.")],
    seat: Seat = None,
    unit: Unit = None,
    shown: ShownName = "",
    reason: Why = "",
    *,
    by: By,
) -> None:
    """Give somebody another role; they sign in anew."""
    wish = _wish(role, seat, unit, shown)
    write(lambda session: roster.change_role(session, name, wish, _hand(by, reason)))
    out.print(f"{escape(name)} works as {role} ({role.on_the_door}) from now on.")


@app.command()
def lock(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False,
    reason: Why = "",
    *,
    by: By,
) -> None:
    """Let somebody in no more; whoever they are signed in with is signed out."""
    write(lambda session: roster.lock(session, name, not undo, _hand(by, reason)))
    out.print(f"{escape(name)} {'may sign in again' if undo else 'is locked'}.")


@app.command()
def reset(name: Name, ask: Ask = False, reason: Why = "", *, by: By) -> None:
    """Give somebody a new password; takes away the second factor and forgets wrong tries."""
    password = _password(ask)
    write(lambda session: roster.reset(session, name, password, _hand(by, reason)))
    out.print(f"{escape(name)} has a new password and signs in anew.")
    _tell(ask, password)


def _wish(role: Role, seat: str | None, unit: str | None, shown: str) -> Wish:
    if unit is not None and unit not in city_of(get_settings().config_dir).units.by_code:
        raise HotlineError(f"There is no unit {unit} in config/units.csv.")
    return Wish(role, seat, unit, shown)


def _hand(by: str, reason: str) -> Hand:
    return Hand(by, get_settings().secrets.audit.encode(), reason)


def _password(ask: bool) -> str:
    if not ask:
        return new_password()
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _tell(asked: bool, password: str) -> None:
    if not asked:
        out.print(f"Password, shown this once: {password}", markup=False, highlight=False)


def _as_dict(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "shown": person.shown,
        "role": person.role,
        "seat": person.seat,
        "unit": person.unit,
        "second_factor": person.totp is not None,
        "locked_at": person.locked_at.isoformat() if person.locked_at else None,
    }
