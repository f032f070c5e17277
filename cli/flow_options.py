"""The options that commands about flows share."""

from typing import Annotated

import typer

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
