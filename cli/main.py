"""The entrance of ./hotline and how an error reaches a person: one sentence, exit code 1."""

import sys
import tomllib
from typing import Annotated

import typer

from cli.commands import Commands
from cli.screen import errors
from core.errors import HotlineError
from core.settings import CHECKOUT

app = typer.Typer(
    cls=Commands,
    help="The 12345 hotline on this machine: start it, call it, look at what happened.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
        typer.echo(f"{project['name']} {project['version']}")
        raise typer.Exit


@app.callback()
def entrance(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", is_eager=True, callback=_say_version, help="Say which."),
    ] = False,
) -> None:
    """The 12345 hotline on this machine: start it, call it, look at what happened."""
    del version


def main() -> None:
    """Run one command."""
    try:
        app(prog_name="./hotline")
    except HotlineError as error:
        errors.print(str(error), style="red", highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
