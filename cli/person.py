"""Who acts at the command line: the name that stays in the record of what was changed."""

import getpass
from typing import Annotated

import typer

By = Annotated[
    str,
    typer.Option(
        "--by",
        default_factory=getpass.getuser,
        show_default="your login name",
        help="Who does this, as it stays in the record.",
    ),
]
