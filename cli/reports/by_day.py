"""`report callbacks`, `report repeats`: reports whose rows are days, printed in one way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

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
from reports.callbacks import callback_report
from reports.definitions import EVERY, Measure
from reports.follow_up import follow_up_report
from reports.repeats import repeat_report
from tickets.city import load_city


class Row(Protocol):
    """A day, or `total`, and its figures."""

    @property
    def key(self) -> str:
        """The day."""

    @property
    def figures(self) -> dict[str, float | None]:
        """Its figures by id."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("callbacks")(callbacks_command)
    app.command("repeats")(repeats_command)
    app.command("definitions")(definitions_command)
    app.command("follow-up")(follow_up_command)


def callbacks_command(
    since: Since = "", until: Until = "", as_json: Json = False, as_csv: Csv = False
) -> None:
    """回拨报表: call-backs promised, reached, reached in the promised window."""
    days = period(since, until)
    found = read(lambda session: callback_report(session, days))
    show(days, found.as_of, [*found.rows, found.total], found.definitions, as_json, as_csv)
    if not as_json and not as_csv:
        out.print("\nThe call-backs behind a number: ./hotline callbacks --behind reached")


def repeats_command(
    since: Since = "", until: Until = "", as_json: Json = False, as_csv: Csv = False
) -> None:
    """重复来电: callers who asked for a human again within 24 hours, and within 7 days."""
    days = period(since, until)
    found = read(lambda session: repeat_report(session, days))
    show(days, found.as_of, [*found.rows, found.total], found.definitions, as_json, as_csv)


def follow_up_command(
    since: Since = "", until: Until = "", as_json: Json = False, as_csv: Csv = False
) -> None:
    """回访报表: who was asked and reached, what is solved, and how satisfied they are."""
    days = period(since, until)
    weights = load_city(get_settings().config_dir).follow_up.weights
    found = read(lambda session: follow_up_report(session, days, weights))
    show(days, found.as_of, [*found.rows, found.total], found.definitions, as_json, as_csv)
    if not as_json and not as_csv:
        out.print("\nThe tickets behind a number: ./hotline followup behind redo")


def definitions_command(as_json: Json = False) -> None:
    """口径: what every published figure counts, over what, without what, by whose rule."""
    if as_json:
        print_json(definitions(EVERY))
        return
    print_definitions(EVERY)


def show(
    days: Period,
    as_of: datetime,
    rows: Sequence[Row],
    measures: Sequence[Measure[Any]],
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print a report, for people or for programs."""
    if as_json:
        print_json(
            {
                "from": days.since,
                "to": days.last,
                "as_of": as_of.isoformat(),
                "definitions": definitions(measures),
                "rows": [{"key": row.key, **row.figures} for row in rows],
            }
        )
    elif as_csv:
        print_csv(measures, ((row.key, row.figures) for row in rows), as_of)
    else:
        headings = [m.heading for m in measures]
        table = [(row.key, *(figure(m, row.figures[m.id]) for m in measures)) for row in rows]
        print_table(("day", *headings), table, right=",".join(headings))
        out.print(f"\nas of {moment(as_of)}\n")
        print_definitions(measures)
