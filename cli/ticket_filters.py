"""The filters of tickets as options of commands, read like those of the API."""

from datetime import date, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from core.clock import SHANGHAI
from core.errors import HotlineError
from tickets.channels import Channel
from tickets.finding.wanted import Order, Wanted
from tickets.states import TicketState
from tickets.urgency import Urgency

Text = Annotated[str, typer.Argument(help="Words that all must stand in it, of any length.")]
State = Annotated[list[TicketState] | None, typer.Option(help="State; may be repeated.")]
Open = Annotated[bool | None, typer.Option("--open/--ended", help="Whether it still lives.")]
OfUnit = Annotated[str | None, typer.Option("--of", help="A unit that has a task in it: ZJJ.")]
Area = Annotated[str | None, typer.Option(help="Area: 371502.")]
Category = Annotated[str | None, typer.Option(help="Category, with all below it: 0501, 05.")]
Type = Annotated[str | None, typer.Option("--type", help="Type: QZ, TS, … as in limits.toml.")]
UrgencyIs = Annotated[Urgency | None, typer.Option("--urgency", help="Urgency.")]
By = Annotated[Channel | None, typer.Option("--channel", help="How it came in.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day.")]
DueBefore = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="A limit is over before then."),
]
Caller = Annotated[str | None, typer.Option(help="The citizen's whole number.")]
OrderBy = Annotated[Order, typer.Option("--order", help="What comes first.")]


def wanted(**given: Any) -> Wanted:
    """Return the filters that were given. Raises HotlineError naming a wrong one."""
    values = {name: _value(value) for name, value in given.items() if value not in (None, "", [])}
    for day in ("since", "until"):
        if day in values:
            values[day] = date.fromisoformat(str(values[day])[:10])
    try:
        return Wanted.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise HotlineError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def _value(value: Any) -> Any:
    return value.replace(tzinfo=SHANGHAI) if isinstance(value, datetime) else value
