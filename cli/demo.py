"""`demo`: a published half-year of a real city in a home of one's own, to look at."""

from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cli.person import By
from cli.reading import transact
from cli.screen import out, print_json
from core.errors import HotlineError
from core.settings import get_settings
from demo.load import Loaded, load
from demo.published import NAME
from tickets.city import load_city

app = typer.Typer(help="A published half-year, to look at.", no_args_is_help=True)


@app.callback()
def entrance() -> None:
    """A published half-year, to look at."""


@app.command("load")
def load_command(
    by: By,
    name: Annotated[str, typer.Argument(help=f"Which: {NAME}.")] = NAME,
    force: Annotated[
        bool, typer.Option("--force", help="Also into a home with calls of its own, for good.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; no progress.")] = False,
) -> None:
    """Fill a fresh home with the calls and tickets of Liaocheng, January 2019 to October 2020.

    Four to ten minutes and some five gigabytes. Sums are those the city published, single tickets
    are made up. Reports then show them: `report bulletin --quarter 2020-Q2`, `report visits`,
    `report half-year 2020-H1`.
    """
    if name != NAME:
        raise HotlineError(f"There is no demonstration {name!r}. There is: {NAME}.")
    loaded = _load(by, force, quiet=as_json)
    if as_json:
        print_json({"calls": loaded.calls, "tickets": loaded.tickets})
        return
    out.print(f"{loaded.calls:,} calls and {loaded.tickets:,} tickets are here. Now try:")
    for report in ("bulletin --quarter 2020-Q2", "visits", "half-year 2020-H1"):
        out.print(f"  ./hotline report {report}")


def _load(by: str, force: bool, quiet: bool) -> Loaded:
    city = load_city(get_settings().config_dir)
    columns = (TextColumn("{task.description:20}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=out, disable=quiet) as bar:
        task = bar.add_task("", total=1.0)

        def tell(what: str, share: float) -> None:
            bar.update(task, description=what, completed=share)

        loaded = transact(lambda sessions: load(sessions, city, by, force=force, progress=tell))
        tell("done", 1.0)
    return loaded
