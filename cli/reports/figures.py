"""How figures are printed, for every report: words and value together, on paper or for programs."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from cli.days import day
from cli.reading import seconds
from cli.screen import out
from core.clock import local_day, utc_now
from reports.answer_rate import Period
from reports.definitions import Measure, Unit

Since = Annotated[
    str, typer.Option("--from", help="First day, such as 2026-11-01; the last day if absent.")
]
Until = Annotated[str, typer.Option("--to", help="Last day, it counts; today if absent.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Csv = Annotated[bool, typer.Option("--csv", help="A line for each figure, with its definition.")]

_WORDS = ("id", "version", "name_zh", "name_en", "formula", "unit", "exclusions", "source")


def period(since: str, until: str) -> Period:
    """Return the days that two options name. Raises HotlineError for what is none."""
    last = day(until) or local_day(utc_now())
    return Period.through(day(since) or last, last)


def figure(measure: Measure[Any], value: float | None) -> str:
    """Return a value as people read it."""
    if value is None:
        return "–"
    if measure.unit is Unit.SHARE:
        return f"{value:.2%}"
    if measure.unit in (Unit.TIMES, Unit.DAYS):
        return f"{value:.2f}"
    return seconds(value) if measure.unit is Unit.SECONDS else f"{value:.0f}"


def print_definitions(measures: Iterable[Measure[Any]]) -> None:
    """Print what each figure means."""
    for m in measures:
        out.print(
            f"[bold]{m.name_zh}[/] {m.name_en}: {m.formula}  "
            f"[dim]{m.id} v{m.version} · {m.source}[/]"
        )


def definitions(measures: Iterable[Measure[Any]]) -> list[dict[str, object]]:
    """Return what each figure means, for programs."""
    return [{word: getattr(m, word) for word in _WORDS} for m in measures]


def print_csv(
    measures: Sequence[Measure[Any]],
    rows: Iterable[tuple[str, Mapping[str, float | None]]],
    as_of: datetime,
    **facts: object,
) -> None:
    """Print a line for each figure of each row, so that none can be parted from its definition.

    `facts` are told on every line as well: how many calls were running, how many came late.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["row", "value", *_WORDS, "as_of", *facts])
    for key, figures in rows:
        for m in measures:
            value = figures[m.id]
            told = "" if value is None else value
            words = (getattr(m, word) for word in _WORDS)
            writer.writerow([key, told, *words, as_of.isoformat(), *facts.values()])
