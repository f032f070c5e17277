"""`report interval`: the counters of every half-hour and queue, and whether they add up."""

import typer

from cli.reading import read
from cli.reports.answer_rate import as_dict, print_as_csv, print_rows
from cli.reports.figures import Csv, Json, Since, Until, period
from cli.reports.state import print_state
from cli.screen import print_json
from reports.answer_rate import answer_rate
from reports.definitions.volumes import FATES
from reports.selections import Grouping


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("interval")(interval_command)


def interval_command(
    since: Since = "", until: Until = "", as_json: Json = False, as_csv: Csv = False
) -> None:
    """时段报表: counters by half-hour and queue. 请求 is the sum of all columns behind it."""
    days = period(since, until)
    report = read(lambda session: answer_rate(session, days, Grouping.INTERVAL))
    if as_json:
        print_json(as_dict(report))
    elif as_csv:
        print_as_csv(report)
    else:
        print_rows(report, ("arrivals", "human_requests", *FATES))
        print_state(report)
