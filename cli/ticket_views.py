"""`ticket views`, `save-view`, `drop-view`: filters that you gave a name."""

from typing import Annotated

import typer

from cli.person import By
from cli.reading import moment, read, write
from cli.said import read_said
from cli.screen import out, print_json, print_table
from core.settings import get_settings
from tickets.city import load_city
from tickets.finding import views as saved
from tickets.finding.wanted import Wanted

Name = Annotated[str, typer.Argument(help="The view's name.")]


def views(
    by: By, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Show your saved views; `ticket find --view NAME` looks again."""
    found = read(lambda session: saved.all_of(session, by))
    if as_json:
        print_json({one.name: one.filters for one in found})
        return
    rows = (
        (one.name, " ".join(f"{key}={value}" for key, value in one.filters.items()),
         moment(one.saved_at)) for one in found
    )  # fmt: skip
    print_table(("view", "filters", "saved"), rows)


def save_view(
    name: Name,
    said: Annotated[list[str], typer.Argument(help="Filters: open=true area=371502 text=停水.")],
    by: By,
) -> None:
    """Keep filters under a name, in place of those it had."""
    wanted, city = read_said(Wanted, said), load_city(get_settings().config_dir)
    write(lambda session: saved.save(session, by, name, wanted, city))
    out.print(f"Saved. Look with: ticket find --view {name}", markup=False)


def drop_view(name: Name, by: By) -> None:
    """Forget a view."""
    write(lambda session: saved.drop(session, by, name))
    out.print("Dropped.")
