"""`python -m benchmarks [fastagi] [calls] [waiting] [publishing]`: measure, print, write JSON."""

import dataclasses
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import calls, fastagi, publishing, report, waiting
from benchmarks.machine import Machine
from core.errors import HotlineError
from core.settings import get_settings

# In a file or a pipe the tables need room of their own.
screen = Console(highlight=False, width=None if sys.stdout.isatty() else 170)
notes = Console(stderr=True, highlight=False)
# Above this one-minute load somebody else is at work here.
QUIET = 0.5


class Measurement(StrEnum):
    """What can be measured."""

    FASTAGI = "fastagi"
    CALLS = "calls"
    WAITING = "waiting"
    PUBLISHING = "publishing"


def main(
    which: Annotated[
        list[Measurement] | None, typer.Argument(help="What to measure; nothing means all.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Few and short rounds: does it work at all?")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Where to write the figures.")
    ] = None,
) -> None:
    """Measure the hotline against the least that could do its work, all within one run."""
    target = json_file or get_settings().cache / "benchmarks" / "figures.json"
    machine = Machine.this()
    screen.print(machine.text())
    if machine.load > QUIET:
        notes.print("[yellow]Others are at work here: only the CPU columns are of use.[/]")
    figures: dict[str, Any] = {"machine": dataclasses.asdict(machine), "quick": quick}
    for one in which or list(Measurement):
        figures[one.value] = _measure(one, quick)
        _write(target, figures)
    screen.print(f"Figures: {target}")


def _measure(which: Measurement, quick: bool) -> Any:
    settings = get_settings()
    match which:
        case Measurement.FASTAGI:
            rows = fastagi.measure(settings, fastagi.QUICK if quick else fastagi.FULL, _tell)
            screen.print(report.fastagi_table(rows))
            screen.print(report.shares_table(rows))
            return [dataclasses.asdict(row) for row in rows]
        case Measurement.CALLS:
            found = calls.measure(settings, calls.QUICK if quick else calls.FULL, _tell)
            for table in report.calls_tables(found):
                screen.print(table)
            return dataclasses.asdict(found)
        case Measurement.WAITING:
            seen = waiting.measure(settings, waiting.QUICK if quick else waiting.FULL, _tell)
            for table in report.waiting_tables(seen):
                screen.print(table)
            return dataclasses.asdict(seen)
        case Measurement.PUBLISHING:
            plan = publishing.QUICK if quick else publishing.FULL
            told = publishing.measure(settings, plan, _tell)
            screen.print(report.publishing_table(told))
            return dataclasses.asdict(told)


def _tell(what: str) -> None:
    notes.print(f"  · {what}")


def _write(target: Path, figures: dict[str, Any]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    try:
        typer.run(main)
    except HotlineError as error:
        notes.print(f"[red]{error}[/]")
        sys.exit(1)
