"""`report agent`: what each agent did, and how their time went."""

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
from core.settings import get_settings
from reports.agents import AgentReport, agent_report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("agent")(agent_command)


def agent_command(
    since: Since = "",
    until: Until = "",
    agent: Annotated[str, typer.Option(help="Only this agent's number.")] = "",
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """坐席报表: calls answered, work after them, occupancy, breaks, by agent."""
    days, hours = period(since, until), get_settings().shift_hours
    report = read(lambda session: agent_report(session, days, hours))
    rows = [row for row in report.rows if agent in ("", row.key)]
    if not agent:
        rows.append(report.total)
    if as_json:
        print_json(_as_dict(report) | {"rows": [{"key": r.key, **r.figures} for r in rows]})
    elif as_csv:
        print_csv(report.definitions, ((r.key, r.figures) for r in rows), report.as_of)
    else:
        headings = [m.heading for m in report.definitions]
        table = [
            (row.key, *(figure(m, row.figures[m.id]) for m in report.definitions)) for row in rows
        ]
        print_table(("agent", *headings), table, right=",".join(headings))
        out.print(f"\nas of {moment(report.as_of)}; a shift has {hours:g} h\n")
        print_definitions(report.definitions)


def _as_dict(report: AgentReport) -> dict[str, object]:
    return {
        "from": report.period.since,
        "to": report.period.last,
        "as_of": report.as_of.isoformat(),
        "definitions": definitions(report.definitions),
    }
