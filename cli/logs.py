"""`logs`: what a process printed, or all of them together."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.screen import out
from core.errors import HotlineError
from core.settings import Settings, get_settings


def logs(
    process: Annotated[
        str, typer.Argument(help="asterisk, agi, ledger, api, …; all if absent")
    ] = "",
    lines: Annotated[int, typer.Option("-n", help="How many lines from the end.")] = 40,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as lines arrive.")] = False,
) -> None:
    """Show the end of the logs."""
    files = _files(get_settings(), process)
    for file in files:
        for line in _tail(file, lines):
            out.print(f"{file.stem}: {line}", markup=False, soft_wrap=True)
    if follow:
        _follow(files)


def _files(settings: Settings, process: str) -> list[Path]:
    folder = settings.home / "log"
    found = {path.stem: path for path in sorted(folder.glob("*.log"))}
    asterisk = settings.asterisk_log_dir / "messages.log"
    if asterisk.exists():
        found["asterisk"] = asterisk
    if not found:
        raise HotlineError(f"There are no logs in {folder}: this hotline has not run yet.")
    if not process:
        return list(found.values())
    wanted = process.split(":")[-1]
    matching = [path for name, path in found.items() if wanted in (name, name.rpartition("-")[0])]
    if not matching:
        raise HotlineError(f"No process is called {process}. There are: {', '.join(found)}.")
    return matching


def _tail(file: Path, lines: int) -> list[str]:
    with file.open("rb") as handle:
        handle.seek(max(0, file.stat().st_size - 400 * lines - 4096))
        return handle.read().decode(errors="replace").splitlines()[-lines:]


def _follow(files: list[Path]) -> None:
    handles = [(file.stem, file.open("rb")) for file in files]
    for _, handle in handles:
        handle.seek(0, 2)
    while True:
        for name, handle in handles:
            for line in _new_lines(handle.readlines()):
                out.print(f"{name}: {line}", markup=False, soft_wrap=True)
        time.sleep(0.3)


def _new_lines(raw: list[bytes]) -> Iterator[str]:
    for line in raw:
        yield line.decode(errors="replace").rstrip()
