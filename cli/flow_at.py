"""`flow at`: what happens to a caller on a line at an instant, without placing a call."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from cli.dialling import tell
from cli.flow_options import AsJson, instant
from cli.screen import out, print_json, print_table
from core.settings import get_settings
from ivr.preview import Preview, preview
from ivr.timetable import Standing


def at(
    line: Annotated[str, typer.Argument(help="A line of lines.toml, by its code or a number.")],
    when: Annotated[str, typer.Argument(help="When: 2026-10-01 10:00; now if absent.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say who is there at an instant, and what a caller hears who presses nothing."""
    found = asyncio.run(preview(get_settings(), line, instant(when)))
    if as_json:
        print_json(_as_dict(found))
    else:
        _print(found)


def _print(found: Preview) -> None:
    line = found.line
    out.print(f"{line.code} {escape(line.name)} · flow {line.flow}@{found.version}")
    out.print(f"{found.at:%Y-%m-%d %H:%M} · {escape(found.day)}")
    standings = {f"line {line.code}": found.standing}
    standings |= {f"queue {name}": standing for name, standing in found.queues.items()}
    print_table(("what", "", "why"), [_row(*one) for one in standings.items()])
    for told in found.told:
        out.print(tell(told, found.sounds), markup=False)


def _row(what: str, standing: Standing) -> tuple[str, str, str]:
    word = "[green]open[/]" if standing.is_open else "[red]closed[/]"
    return what, word, escape(standing.why)


def _as_dict(found: Preview) -> dict[str, object]:
    return {
        "line": found.line.code,
        "flow": found.line.flow,
        "version": found.version,
        "at": found.at.isoformat(),
        "day": found.day,
        "open": found.standing.is_open,
        "why": found.standing.why,
        "queues": {
            name: {"open": standing.is_open, "why": standing.why}
            for name, standing in found.queues.items()
        },
        "told": [{"at": one.at, "kind": str(one.kind), "what": one.what} for one in found.told],
    }
