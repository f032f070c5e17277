"""`report`: published figures, each printed with its definition; one module for each kind."""

import typer

from cli.reports import (
    agent,
    alarms,
    answer_rate,
    bulletin,
    by_day,
    half_year,
    interval,
    rolling,
    tickets,
    visits,
    yoy,
)

app = typer.Typer(help="Published figures, with their definitions.", no_args_is_help=True)
for kind in (
    answer_rate,
    interval,
    agent,
    by_day,
    yoy,
    rolling,
    alarms,
    tickets,
    bulletin,
    half_year,
    visits,
):
    kind.register(app)
