"""`report yoy`: a period beside the same days of the year before."""

from typing import Annotated

import typer

from cli.reading import moment, read
from cli.reports.figures import (
    Csv,
    Json,
    Since,
    Until,
    definitions,
    figure,
    period,
    print_csv,
    print_definitions,
)
from cli.screen import out, print_json, print_table
from reports.answer_rate import Period
from reports.definitions import MEASURES
from reports.year_on_year import Change, YearOnYear, year_on_year

_SHOWN = (
    "arrivals", "human_requests", "answered", "abandoned_total", "answer_rate_gross",
    "answer_rate_net", "answered_in_15s_over_offered", "mean_wait_answered", "mean_talk",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("yoy")(yoy_command)


def yoy_command(
    since: Since = "",
    until: Until = "",
    every: Annotated[bool, typer.Option("--all", help="Every measure.")] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """同比: a period against the same calendar days one year before."""
    days = period(since, until)
    found = read(lambda session: year_on_year(session, days))
    if as_json:
        print_json(_as_dict(found))
    elif as_csv:
        facts = {"running": found.counts_now.running, "late": found.counts_now.late}
        print_csv(MEASURES, _rows(found), found.as_of, **facts)
    else:
        _print(found, [c for c in found.changes if every or c.measure.id in _SHOWN])


def _print(found: YearOnYear, changes: list[Change]) -> None:
    rows = [
        (c.measure.heading, figure(c.measure, c.now), figure(c.measure, c.before), change_of(c))
        for c in changes
    ]
    now, before = _days(found.now), _days(found.before)
    print_table(("", now, before, "change"), rows, right=f"{now},{before},change")
    out.print(f"\nas of {moment(found.as_of)}, {found.counts_now.running} calls still running")
    for remark in found.remarks:
        out.print(f"[yellow]{remark}[/]")
    out.print("change: (now − before) / before; of shares, percentage points")
    out.print("speed: before / now − 1, the other reading of a time that became shorter\n")
    print_definitions([change.measure for change in changes])


def _days(days: Period) -> str:
    return f"{days.since} … {days.last:%m-%d}"


def change_of(change: Change) -> str:
    """Return a change as people read it."""
    if change.points is not None:
        return f"{change.points * 100:+.2f} points"
    if change.relative is None:
        return "–"
    speed = f" (speed {change.speed:+.2%})" if change.speed is not None else ""
    return f"{change.relative:+.2%}{speed}"


def _rows(found: YearOnYear) -> list[tuple[str, dict[str, float | None]]]:
    changes = found.changes
    columns = ("now", "before", "relative", "points", "speed")
    return [(name, {c.measure.id: getattr(c, name) for c in changes}) for name in columns]


def _as_dict(found: YearOnYear) -> dict[str, object]:
    return {
        "from": found.now.since,
        "to": found.now.last,
        "before": {"from": found.before.since, "to": found.before.last},
        "as_of": found.as_of.isoformat(),
        "running": found.counts_now.running,
        "late": found.counts_now.late,
        "remarks": found.remarks,
        **dict(_rows(found)),
        "definitions": definitions(MEASURES),
    }
