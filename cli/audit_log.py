"""`audit-log`: who did and saw what, and whether anybody has touched the record."""

from typing import Annotated

import typer
from rich.markup import escape

from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from core.errors import HotlineError
from core.settings import get_settings
from people.audit_log import What, latest
from people.audit_log import verify as walk

app = typer.Typer(help="The record of who did and saw what.", no_args_is_help=True)


@app.command()
def show(
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 50,
    who: Annotated[str | None, typer.Option(help="Only this person.")] = None,
    what: Annotated[What | None, typer.Option(help="Only this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the latest lines, newest first."""
    found = read(lambda session: latest(session, limit, None, who, what))
    if as_json:
        names = ("id", "who", "role", "what", "object", "reason", "details")
        print_json(
            [
                {name: getattr(line, name) for name in names}
                | {"at": line.at.isoformat(), "seal": line.seal.hex()}
                for line in found
            ]
        )
        return
    rows = [
        (line.id, moment(line.at), *map(escape, (line.who, line.what, line.object, line.reason)))
        for line in found
    ]
    print_table(("", "at", "who", "what", "of", "reason"), rows)


@app.command()
def verify(
    seal: Annotated[
        str, typer.Option(help="A seal noted earlier: it must still be in the record.")
    ] = "",
) -> None:
    """Check every line against the seals; exit code 1 when one was changed or is missing.

    Note the seal it prints in a place of its own: only that shows later that no end was cut off.
    """
    key = get_settings().secrets.audit.encode()
    with out.status("Checking the seals"):
        verdict = read(lambda session: walk(session, key, seal.strip().lower()))
    if verdict.broken is not None:
        raise HotlineError(
            f"The audit log is not whole: line {verdict.broken}: {verdict.fault}. "
            f"The {verdict.lines} lines before it are as they were written."
        )
    out.print(f"{verdict.lines} lines, all as they were written. Last seal:")
    out.print(verdict.seal, markup=False, highlight=False)
