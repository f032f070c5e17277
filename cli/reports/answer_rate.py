"""`report answer-rate`: by day, month, hour, line, queue or half-hour, and the calls behind it."""

from dataclasses import asdict
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
from cli.reports.state import print_state
from cli.screen import out, print_json, print_table
from core.masking import mask_phone
from reports.answer_rate import AnswerRate, Period, answer_rate, calls_behind
from reports.definitions import BY_ID
from reports.selections import Grouping

# What fits into eighty columns; --all shows the others.
_SHOWN = (
    "arrivals", "human_requests", "answered", "abandoned_total", "answer_rate_gross",
    "answered_in_15s_over_offered", "mean_wait_answered", "mean_talk",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("answer-rate")(answer_rate_command)


def answer_rate_command(
    since: Since = "",
    until: Until = "",
    by: Annotated[Grouping, typer.Option(help="What a row stands for.")] = Grouping.DAY,
    behind: Annotated[str, typer.Option(help="List the calls behind a number: answered, …")] = "",
    row: Annotated[str, typer.Option(help="Only of this row, with --behind.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every measure, of the total.")] = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """接通率: how many of those who asked for a human got one."""
    days = period(since, until)
    if behind:
        _print_calls(days, behind, by, row, as_json)
        return
    report = read(lambda session: answer_rate(session, days, by))
    if as_json:
        print_json(as_dict(report))
        return
    if as_csv:
        print_as_csv(report)
        return
    if every:
        _print_all(report)
    else:
        print_rows(report, _SHOWN)
    print_state(report)


def print_rows(report: AnswerRate, names: tuple[str, ...]) -> None:
    """Print these measures of every row, and what they mean."""
    shown = [BY_ID[name] for name in names]
    rows = [
        (row.key or "(no queue)", *(figure(m, row.figures[m.id]) for m in shown))
        for row in [*report.rows, report.total]
    ]
    headings = [m.heading for m in shown]
    print_table((report.grouping.value, *headings), rows, right=",".join(headings))
    out.print()
    print_definitions(shown)


def print_as_csv(report: AnswerRate) -> None:
    """Print every figure of every row."""
    rows = ((row.key, row.figures) for row in [*report.rows, report.total])
    counts = report.total.counts
    print_csv(report.definitions, rows, report.as_of, running=counts.running, late=counts.late)


def as_dict(report: AnswerRate) -> dict[str, object]:
    """Return the report for programs."""
    return {
        "from": report.period.since,
        "to": report.period.last,
        "by": report.grouping,
        "as_of": report.as_of.isoformat(),
        "running": report.total.counts.running,
        "late": report.total.counts.late,
        "adds_up": report.adds_up,
        "rows": [{"key": row.key, **row.figures} for row in report.rows],
        "total": report.total.figures,
        "definitions": definitions(report.definitions),
        "offenders": [offender.call.uid for offender in report.offenders],
        "witness": asdict(report.witness),
    }


def _print_all(report: AnswerRate) -> None:
    rows = [
        (m.name_zh, m.name_en, figure(m, report.total.figures[m.id]), m.formula)
        for m in report.definitions
    ]
    print_table(("", "measure", "total", "formula"), rows, right="total")


def _print_calls(days: Period, behind: str, by: Grouping, row: str, as_json: bool) -> None:
    key = row or None
    found = read(
        lambda session: calls_behind(session, days, behind, by if key else None, key, limit=1000)
    )
    rows = [
        (c.call.uid, moment(c.call.started_at), mask_phone(c.call.caller), c.call.outcome)
        for c in found
    ]
    if as_json:
        print_json([{"uid": uid, "began": began, "outcome": o} for uid, began, _, o in rows])
    else:
        print_table(("call", "began", "caller", "outcome"), rows)
        out.print(f"{len(rows)} calls behind {behind}")
