"""`report alarms`: the calls that keep figures from adding up."""

from dataclasses import asdict

import typer

from cli.reading import read
from cli.reports.figures import Json
from cli.screen import out, print_json, print_table
from reports.alarms import alarms


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alarms")(alarms_command)


def alarms_command(as_json: Json = False) -> None:
    """Calls that keep figures from adding up, of whatever day. Exit code 1 if there are any."""
    found = read(alarms)
    if as_json:
        print_json([asdict(alarm) for alarm in found])
    elif found:
        print_table(("day", "call", "why"), [(a.day, a.uid, a.why) for a in found])
    else:
        out.print("All figures add up.")
    if found:
        raise typer.Exit(1)
