"""`report visits`: what service teams brought home from their visits."""

import typer

from cli.days import day
from cli.reading import moment, read
from cli.reports.figures import Json, Until, definitions, figure, print_definitions
from cli.screen import out, print_json, print_table
from core.clock import local_day, utc_now
from core.settings import get_settings
from reports.answer_rate import Period
from reports.visits import FIRST_DAY, VISIT_MEASURES, Visits, visits
from tickets.city import load_city


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("visits")(visits_command)


def visits_command(
    since: str = typer.Option(str(FIRST_DAY), "--from", help="First day; of all visits if absent."),
    until: Until = "",
    as_json: Json = False,
) -> None:
    """三遍访: matters brought home from visits: received, handed over, solved, unreasonable."""
    last = day(until) or local_day(utc_now())
    period = Period.through(day(since) or FIRST_DAY, last)
    city = load_city(get_settings().config_dir)
    found = read(lambda session: visits(session, city, period))
    if as_json:
        print_json(_as_dict(found))
        return
    out.print(f"[bold]{found.period.since} … {found.period.last}[/]")
    rows = [(m.name_zh, m.name_en, figure(m, found.figures[m.id])) for m in VISIT_MEASURES]
    print_table(("", "measure", "value"), rows, right="value")
    adds_up = "parts add up" if found.adds_up else "[red]parts do not add up[/]"
    out.print(f"\nas of {moment(found.as_of)} (Asia/Shanghai); {adds_up}\n")
    print_definitions(VISIT_MEASURES)


def _as_dict(found: Visits) -> dict[str, object]:
    return {
        "from": found.period.since,
        "to": found.period.last,
        "as_of": found.as_of.isoformat(),
        "adds_up": found.adds_up,
        "figures": found.figures,
        "definitions": definitions(VISIT_MEASURES),
    }
