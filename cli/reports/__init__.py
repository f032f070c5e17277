"""`report`: published figures, each printed with its definition; one module for each kind."""

import typer

from cli.reports import agent, alarms, answer_rate, by_day, interval, rolling, yoy

app = typer.Typer(help="Published figures, with their definitions.", no_args_is_help=True)
for kind in (answer_rate, interval, agent, by_day, yoy, rolling, alarms):
    kind.register(app)
