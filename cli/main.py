"""The commands of ./hotline and how an error reaches a person: one sentence, exit code 1."""

import sys

import typer

from cli import (
    abandoned,
    agents,
    call,
    calls,
    config,
    exchange,
    flow,
    flow_at,
    incident,
    ledger,
    logs,
    prompts,
    reports,
    staffing,
    suite,
    ticket,
    tickets,
    transfer,
    updown,
    wall,
)
from cli.screen import errors
from core.errors import HotlineError

app = typer.Typer(
    help="The 12345 hotline on this machine: start it, call it, look at what happened.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(updown.up)
app.command()(updown.down)
app.command()(updown.status)
app.command()(logs.logs)
app.command()(call.call)
app.command()(calls.calls)
app.command()(tickets.tickets)
app.command()(abandoned.abandoned)
app.command()(wall.wall)
app.command("test")(suite.suite)
app.add_typer(reports.app, name="report")
app.add_typer(ticket.app, name="ticket")
app.add_typer(exchange.app, name="exchange")
app.add_typer(ledger.app, name="ledger")
app.add_typer(agents.app, name="agents")
flow.app.command("at")(flow_at.at)
app.add_typer(flow.app, name="flow")
app.add_typer(incident.app, name="incident")
app.add_typer(transfer.app, name="transfer")
app.add_typer(staffing.app, name="staffing")
app.add_typer(prompts.app, name="prompt")
app.add_typer(config.app, name="config")


def main() -> None:
    """Run one command."""
    try:
        app(prog_name="./hotline")
    except HotlineError as error:
        errors.print(str(error), style="red", highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
