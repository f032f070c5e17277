"""`staffing`: how many agents it takes, and what callers get from so many."""

from dataclasses import asdict
from math import isfinite
from typing import Annotated

import typer

from cli.reading import seconds
from cli.screen import out, print_json, print_table
from cli.staffing_plan import AsJson, Limit, Share, Shrinkage, plan
from foresight.erlang import Demand, Outlook, outlook
from foresight.size_table import (
    HANDLING,
    PATIENCE,
    PEAK_SHARE,
    STRICT,
    USUAL,
    Size,
    abandon_table,
    size_table,
)
from foresight.sizing import Goal, agents_for, scheduled

app = typer.Typer(help="How many agents it takes, and what callers get.", no_args_is_help=True)

Patience = Annotated[
    float, typer.Option(min=1, max=86_400, help="Seconds a caller waits in the mean.")
]
app.command()(plan)


@app.callback()
def _staffing() -> None:
    """How many agents it takes, and what callers get."""


@app.command()
def table(as_json: AsJson = False) -> None:
    """Sizes of known hotlines: agents for the busiest hour."""
    sizes, staffed = size_table(), abandon_table()
    if as_json:
        print_json({
            "handling_seconds": HANDLING, "peak_share_of_day": PEAK_SHARE,
            "patience_seconds": PATIENCE,
            "sizes": [_size_dict(size) for size in sizes],
            "staffed": [{"calls_per_hour": calls, **as_dict(o)} for calls, o in staffed],
        })  # fmt: skip
        return
    _print_sizes(sizes)
    out.print(
        f"\nWhat so many agents give when callers wait {PATIENCE:.0f} s in the mean (Erlang A):"
    )
    rows = [(calls, *_outlook_row(expected)) for calls, expected in staffed]
    print_table(("calls/h", *_OUTLOOK), rows, right=",".join(("calls/h", *_OUTLOOK)))


@app.command()
def size(
    calls: Annotated[float, typer.Option(min=0, max=1e7, help="Calls an hour.")],
    handling: Annotated[
        float, typer.Option(min=1, max=86_400, help="Seconds of talk and work after it.")
    ] = HANDLING,
    agents: Annotated[
        int | None, typer.Option(min=0, max=200_000, help="So many; as many as it takes if absent.")
    ] = None,
    share: Share = STRICT.share,
    limit: Limit = STRICT.limit,
    patience: Patience = PATIENCE,
    shrinkage: Shrinkage = 0.0,
    as_json: AsJson = False,
) -> None:
    """Agents for so many calls an hour, or what callers get from so many agents."""
    demand, goal = Demand(calls, handling), Goal(share, limit)
    needed = agents_for(demand, goal).agents if agents is None else agents
    expected = outlook(demand, needed, limit, patience)
    if as_json:
        print_json({
            "load_erlang": demand.load, "scheduled": scheduled(needed, shrinkage),
            "within_seconds": limit, **as_dict(expected),
        })  # fmt: skip
        return
    out.print(
        f"{calls:g} calls/h of {handling:g} s are {demand.load:.1f} erlang. "
        + (
            f"With {needed} agents:"
            if agents is not None
            else f"For {share:.0%} within {limit:g} s: {needed} agents (Erlang C), "
            f"{scheduled(needed, shrinkage)} on the roster."
        )
    )
    out.print(
        f"{expected.answer:.2%} answered, {expected.within:.2%} within {limit:g} s, mean wait "
        f"{seconds(expected.mean_wait)} s, agents busy {expected.occupancy:.0%} of their time "
        f"(Erlang A, callers wait {patience:g} s in the mean)."
    )


_OUTLOOK = ("agents", "answered", "within 15 s", "mean wait", "busy")


def _outlook_row(expected: Outlook) -> tuple[str, ...]:
    return (
        str(expected.agents),
        f"{expected.answer:.2%}",
        f"{expected.within:.2%}",
        seconds(expected.mean_wait),
        f"{expected.occupancy:.0%}",
    )


def as_dict(expected: Outlook) -> dict[str, float | None]:
    """Return an outlook for programs; what grows without end is null."""
    values = {**asdict(expected), "answer": expected.answer}
    return {name: value if isfinite(value) else None for name, value in values.items()}


def _size_dict(found: Size) -> dict[str, object]:
    return {
        **asdict(found.case),
        "load": found.load,
        "strict": as_dict(found.strict),
        "usual": as_dict(found.usual),
    }


def _print_sizes(sizes: list[Size]) -> None:
    out.print(
        f"Agents at their phones in the busiest hour ({PEAK_SHARE:.1%} of the day), "
        f"handling {HANDLING:.0f} s (Erlang C):"
    )
    goals = [f"{goal.share:.0%} in {goal.limit:.0f} s" for goal in (STRICT, USUAL)]
    headings = ("", "calls/day", "calls/h", "erlang", goals[0], "busy", goals[1])
    rows = [
        (
            one.case.title,
            one.case.of_day,
            round(one.case.calls),
            f"{one.load:.1f}",
            one.strict.agents,
            f"{one.strict.occupancy:.1%}",
            one.usual.agents,
        )
        for one in sizes
    ]
    print_table(headings, rows, right=",".join(headings[1:]))
