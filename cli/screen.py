"""How the command line speaks: tables and sentences for people, JSON for programs."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, JustifyMethod
from rich.table import Table

# Tables need room; where nobody gave a width (a pipe, a file) there is plenty.
_WIDTH = None if sys.stdout.isatty() else 200
out = Console(highlight=False, width=_WIDTH)
errors = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """Print one JSON document, Chinese unescaped."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], right: str = "") -> None:
    """Print a table; `right` names the headings whose column is aligned to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        side: JustifyMethod = "right" if heading in right.split(",") else "left"
        table.add_column(heading, justify=side, no_wrap=True)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # A uid cut short is of no use to anybody: on a narrow terminal lines wrap instead.
    Console(highlight=False, width=max(out.width, 240)).print(table)


class Steps:
    """Progress for a person: one line for each thing, with its time when it took any."""

    def fact(self, name: str, value: str) -> None:
        """Something that is so already."""
        out.print(f"  [dim]·[/] {name}: {value}")

    def change(self, what: str) -> None:
        """Something on this machine that is about to be changed."""
        out.print(f"  [yellow]→[/] changing this machine: {what}")

    def working(self, what: str) -> "Step":
        """Long work: a spinner on a terminal, two lines elsewhere."""
        return Step(what)


class Step:
    """One piece of long work."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = time.monotonic()
        self._status = out.status(f"{what} …") if out.is_terminal else None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        else:
            out.print(f"    {self._what} …")
        return self

    def note(self, how_far: str) -> None:
        """Say how far the work has come."""
        if self._status:
            self._status.update(f"{self._what} … {how_far}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _: BaseException | None,
        __: TracebackType | None,
    ) -> None:
        if self._status:
            self._status.stop()
        seconds = time.monotonic() - self._began
        mark = "[red]✗[/]" if kind else "[green]✓[/]"
        out.print(f"  {mark} {self._what} ({seconds:.1f} s)")
