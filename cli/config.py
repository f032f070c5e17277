"""`config check`: what is wrong in config/, file by file, before citizens notice."""

from typing import Annotated

import typer

from cli.config_calendar import calendar
from cli.config_checks import Checked, check_all, faults
from cli.screen import out, print_json
from core.settings import get_settings

app = typer.Typer(help="The files of config/.", no_args_is_help=True)


app.command()(calendar)


@app.callback()
def _config() -> None:
    """The files of config/."""


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Read every file of config/ and say what is wrong. Exit code 1 when anything is."""
    checked = check_all(get_settings())
    if as_json:
        print_json(_as_dict(checked))
    else:
        _print(checked)
    if any(one.fault for one in checked):
        raise typer.Exit(1)


def _print(checked: list[Checked]) -> None:
    found = faults(checked)
    for fault in found:
        out.print(str(fault), style="red", markup=False, soft_wrap=True)
    waiting = [one.file.name for one in checked if one.fault and not one.own_fault]
    if waiting:
        out.print(f"Not checked until that is mended: {', '.join(waiting)}.", markup=False)
    if not found:
        out.print(f"all {len(checked)} files are right")


def _as_dict(checked: list[Checked]) -> dict[str, object]:
    return {
        "right": not any(one.fault for one in checked),
        "files": [{"file": str(one.file), "right": one.fault is None} for one in checked],
        "faults": [
            {"file": fault.path, "line": fault.line, "sentence": fault.sentence}
            for fault in faults(checked)
        ],
    }
