"""`report`: published figures, each printed with its definition; one module for each kind."""

import typer

from cli.reports import agent, alarms, answer_rate, interval, rolling, yoy

app = typer.Typer(help="Published figures, with their definitions.", no_args_is_help=True)
for kind in (answer_rate, interval, agent, yoy, rolling, alarms):
    kind.register(app)
