"""The options that commands about flows share, and how they read an instant."""

from datetime import datetime
from typing import Annotated

import typer

from core.clock import SHANGHAI, local, utc_now
from core.errors import HotlineError

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays in the record.")]
Draft = Annotated[int, typer.Argument(help="The draft's number.", min=1)]
What = Annotated[
    str,
    typer.Argument(
        help="direct (the file, or what the alias points at), direct@3, draft:12, or a file."
    ),
]
Alias = Annotated[str, typer.Argument(help="An alias; each flow has one of its own name.")]
Callers = Annotated[
    list[str] | None,
    typer.Option("--caller", help="A number, or a beginning such as 139*; may be repeated."),
]


def instant(text: str) -> datetime:
    """Return the city's instant that somebody wrote; now for "". Raises HotlineError."""
    if not text:
        return local(utc_now())
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise HotlineError(f"{text!r} is no instant; write it as 2026-11-28 03:00.") from None
