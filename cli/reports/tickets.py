"""`report tickets`: tickets by unit, category or another side, and the tickets behind a number."""

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
from reports.answer_rate import Period
from reports.definitions.tickets import TICKET_MEASURES, TICKETS_BY_ID
from reports.ticket_facts import Scope
from reports.ticket_sides import TicketGrouping
from reports.ticket_tally import tickets_behind
from reports.tickets import TicketReport, ticket_report
from tickets.city import City, load_city

# What fits into eighty columns; --all shows the others.
_SHOWN = (
    "tickets_received", "tickets_handed_over", "signing_on_time", "handling_on_time",
    "overall_satisfaction", "return_rate", "flow_days",
)  # fmt: skip
_LISTED = 1000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tickets")(tickets_command)


def tickets_command(
    since: Since = "",
    until: Until = "",
    by: Annotated[
        TicketGrouping, typer.Option(help="What a row stands for.")
    ] = TicketGrouping.CATEGORY,
    scope: Annotated[Scope, typer.Option(help="Whose matters.")] = Scope.CITIZENS,
    behind: Annotated[
        str, typer.Option(help="List the tickets behind a number: overdue, redone, …")
    ] = "",
    row: Annotated[str, typer.Option(help="Only of this row, with --behind.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every measure, of the total.")] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """工单报表: how many tickets, how soon and how well they were handled."""
    days, city = period(since, until), load_city(get_settings().config_dir)
    if behind:
        _print_behind(city, days, behind, by, row, scope, as_json)
        return
    report = read(lambda session: ticket_report(session, city, days, by, scope))
    if as_json:
        print_json(_as_dict(report))
    elif as_csv:
        rows = [(row.key, row.figures) for row in (*report.rows, report.total)]
        print_csv(TICKET_MEASURES, rows, report.as_of)
    else:
        _print(report, every)


def _print(report: TicketReport, every: bool) -> None:
    if every:
        rows = [
            (m.name_zh, m.name_en, figure(m, report.total.figures[m.id])) for m in TICKET_MEASURES
        ]
        print_table(("", "measure", "total"), rows, right="total")
    else:
        shown = [TICKETS_BY_ID[name] for name in _SHOWN]
        headings = [m.heading for m in shown]
        cells = [
            (row.key or "(none)", *(figure(m, row.figures[m.id]) for m in shown))
            for row in (*report.rows, report.total)
        ]
        print_table((report.grouping.value, *headings), cells, right=",".join(headings))
    out.print(f"\nas of {moment(report.as_of)} (Asia/Shanghai)\n")
    print_definitions(TICKET_MEASURES if every else [TICKETS_BY_ID[name] for name in _SHOWN])


def _print_behind(
    city: City,
    days: Period,
    behind: str,
    by: TicketGrouping,
    row: str,
    scope: Scope,
    as_json: bool,
) -> None:
    found = read(
        lambda session: tickets_behind(
            session, city, days.since, days.until, behind,
            grouping=by if row else None, key=row or None, scope=scope, limit=_LISTED,
        )
    )  # fmt: skip
    headings = ("ticket", "came in", "channel", "state", "type", "category", "unit")
    rows = [
        (t.number, moment(t.new_at), t.channel, t.state, t.type, t.category, t.lead) for t in found
    ]
    if as_json:
        print_json([dict(zip(headings, cells, strict=True)) for cells in rows])
    else:
        print_table(headings, rows)
        more = ", the newest" if len(rows) == _LISTED else ""
        out.print(f"{len(rows)} tickets behind {behind}{more}")


def _as_dict(report: TicketReport) -> dict[str, object]:
    return {
        "from": report.period.since,
        "to": report.period.last,
        "by": report.grouping,
        "scope": report.scope,
        "as_of": report.as_of.isoformat(),
        "rows": [{"key": row.key, **row.figures} for row in report.rows],
        "total": report.total.figures,
        "definitions": definitions(TICKET_MEASURES),
    }
