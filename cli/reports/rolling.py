"""`report rolling-24h`: any 24 hours against the standard."""

import typer

from cli.reading import moment, read
from cli.reports.figures import Json, Since, Until, figure, period, print_definitions
from cli.screen import out, print_json, print_table
from reports.rolling import REQUIRED, Rolling, Window, rolling


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rolling-24h")(rolling_command)


def rolling_command(since: Since = "", until: Until = "", as_json: Json = False) -> None:
    """连续24小时接通率: any 24 hours against GB/T 33358's 95 %. Exit code 1 below it."""
    days = period(since, until)
    found = read(lambda session: rolling(session, days))
    if as_json:
        print_json(_as_dict(found))
    else:
        _print(found)
    if found.short:
        raise typer.Exit(1)


def _print(found: Rolling) -> None:
    rows = [
        (moment(w.begin), moment(w.end), figure(found.measure, w.value), w.human_requests)
        for w in found.short or ([found.worst] if found.worst else [])
    ]
    print_table(("from", "until", found.measure.name_zh, "human requests"), rows)
    out.print(
        f"\n{len(found.short)} of {len(found.windows)} windows of 24 hours below {REQUIRED:.0%} "
        f"as of {moment(found.as_of)}"
    )
    print_definitions([found.measure])


def _as_dict(found: Rolling) -> dict[str, object]:
    return {
        "as_of": found.as_of.isoformat(),
        "measure": {"id": found.measure.id, "version": found.measure.version},
        "required": REQUIRED,
        "windows": len(found.windows),
        "worst": _window(found.worst) if found.worst else None,
        "short": [_window(window) for window in found.short],
    }


def _window(window: Window) -> dict[str, object]:
    return {
        "from": window.begin.isoformat(),
        "until": window.end.isoformat(),
        "value": window.value,
        "human_requests": window.human_requests,
    }
