"""`console`: build the web console for this home, or check its sources."""

import typer

from cli.screen import Steps, out
from core.settings import get_settings
from stack.console import check, ensure_console

app = typer.Typer(no_args_is_help=True, help="The web console: build it, check it.")


@app.command()
def build() -> None:
    """Build the console when its sources or the API changed; a running hotline then serves it."""
    if not ensure_console(get_settings(), Steps()):
        raise typer.Exit(1)


@app.command("check")
def check_it() -> None:
    """Check the console's types against the API, run its unit tests, and build it."""
    check(get_settings(), Steps())
    out.print("[green]The console's types, unit tests and build are in order.[/]")
