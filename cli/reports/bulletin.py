"""`report bulletin`: what a city publishes of a quarter's matters."""

from typing import Annotated

import typer

from cli.reading import moment, read
from cli.reports.figures import Json, definitions, figure, print_definitions
from cli.screen import out, print_json, print_table
from core.settings import get_settings
from reports.bulletin import Bulletin, bulletin
from reports.definitions.words import CHANNELS
from reports.spans import span_of
from tickets.city import load_city


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bulletin")(bulletin_command)


def bulletin_command(
    quarter: Annotated[str, typer.Option(help="Which quarter, such as 2020-Q2.")],
    as_json: Json = False,
) -> None:
    """季度通告: a quarter's tickets by channel, nature and topic."""
    city, period = load_city(get_settings().config_dir), span_of(quarter)
    found = read(lambda session: bulletin(session, city, period))
    if as_json:
        print_json(_as_dict(found))
    else:
        _print(found)


def _print(found: Bulletin) -> None:
    rows = [(m.name_zh, m.name_en, figure(m, found.figures[m.id])) for m in found.measures]
    change = found.received.relative
    out.print(f"[bold]{found.period.since} … {found.period.last}[/]")
    rows.insert(1, ("同比", "Year on year", "–" if change is None else f"{change:+.2%}"))
    print_table(("", "measure", "value"), rows, right="value")
    for heading, parts in (("channel", _channels(found)), ("nature", found.natures)):
        out.print()
        print_table((heading, "tickets"), [*parts.items(), ("Σ", sum(parts.values()))], "tickets")
    out.print()
    topics = [(t.code, t.name, t.now, t.before, _change(t.change)) for t in found.topics]
    headings = ("category", "", "tickets", "a year before", "change")
    print_table(headings, topics, right="tickets,a year before,change")
    adds_up = "parts add up" if found.adds_up else "[red]parts do not add up[/]"
    out.print(f"\nas of {moment(found.as_of)} (Asia/Shanghai); {adds_up}\n")
    print_definitions(found.measures)


def _channels(found: Bulletin) -> dict[str, int]:
    return {CHANNELS.get(name, name): number for name, number in found.channels.items()}


def _change(change: float | None) -> str:
    return "–" if change is None else f"{change:+.2%}"


def _as_dict(found: Bulletin) -> dict[str, object]:
    return {
        "from": found.period.since,
        "to": found.period.last,
        "before": {"from": found.before.since, "to": found.before.last},
        "as_of": found.as_of.isoformat(),
        "adds_up": found.adds_up,
        "received": {
            "now": found.received.now,
            "before": found.received.before,
            "relative": found.received.relative,
        },
        "figures": found.figures,
        "channels": found.channels,
        "natures": found.natures,
        "topics": [
            {
                "code": topic.code,
                "name": topic.name,
                "now": topic.now,
                "before": topic.before,
                "relative": topic.change,
            }
            for topic in found.topics
        ],
        "definitions": definitions(found.measures),
    }
