"""`report half-year`: calls and the flow of tickets beside the same half-year before."""

from typing import Annotated

import typer

from cli.reading import moment, read
from cli.reports.figures import Json, definitions, figure, print_definitions
from cli.reports.yoy import change_of
from cli.screen import out, print_json, print_table
from core.settings import get_settings
from reports.half_year import HalfYear, half_year
from reports.spans import span_of
from tickets.city import load_city


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("half-year")(half_year_command)


def half_year_command(
    half: Annotated[str, typer.Argument(help="Which, such as 2020-H1.")], as_json: Json = False
) -> None:
    """半年通报: calls, answer rate and flow time beside the half-year before."""
    city, period = load_city(get_settings().config_dir), span_of(half)
    found = read(lambda session: half_year(session, city, period))
    if as_json:
        print_json(_as_dict(found))
        return
    now, before = str(found.period.since), str(found.before.since)
    rows = [
        (
            c.measure.name_zh,
            figure(c.measure, c.now),
            figure(c.measure, c.before),
            change_of(c),
        )
        for c in found.changes
    ]
    print_table(("half-year from", now, before, "change"), rows, right=f"{now},{before},change")
    out.print(f"\nas of {moment(found.as_of)} (Asia/Shanghai)")
    out.print("change: (now − before) / before; of shares, percentage points")
    out.print("speed: before / now − 1, the other reading of a time that became shorter\n")
    print_definitions([c.measure for c in found.changes])


def _as_dict(found: HalfYear) -> dict[str, object]:
    return {
        "from": found.period.since,
        "to": found.period.last,
        "before": {"from": found.before.since, "to": found.before.last},
        "as_of": found.as_of.isoformat(),
        "changes": [
            {
                "id": c.measure.id,
                "now": c.now,
                "before": c.before,
                "relative": c.relative,
                "points": c.points,
                "speed": c.speed,
            }
            for c in found.changes
        ],
        "definitions": definitions([c.measure for c in found.changes]),
    }
