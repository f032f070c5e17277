"""`test`: the whole test suite, on real Asterisk, real Redis, real PostgreSQL."""

import os
import subprocess
import sys
import time
from typing import Annotated

import typer
from rich.markup import escape

from cli.screen import Steps, out
from core.settings import CHECKOUT, get_settings
from stack.bring_up import install
from stack.console import check
from stack.console_node import CannotBuild
from stack.packages import ensure_browser

CHECKS: list[tuple[str, list[str]]] = [
    ("ruff check", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("import rules", ["lint-imports"]),
]


def suite(
    only: Annotated[str, typer.Option(help="checks, unit, integration, calls or console")] = "",
    workers: Annotated[int, typer.Option(help="Call tests at the same time.")] = 2,
) -> None:
    """Run the checks and every test, on real parts. Exit code 0 means all of it passed."""
    install(get_settings(), Steps())
    failed = []
    if only in ("", "checks"):
        failed += [name for name, command in CHECKS if not _run(name, command)]
        failed += [] if _console() else ["console"]
    for folder, many in (("unit", 2), ("integration", 2), ("calls", workers)):
        if only in ("", folder) and not _run(folder, _pytest(folder, many)):
            failed.append(folder)
    if only in ("", "console") and not _in_a_browser():
        failed.append("console in a browser")
    if failed:
        out.print(f"[red]Failed:[/] {', '.join(failed)}")
        raise typer.Exit(1)
    out.print("[green]All passed.[/]")


def _console() -> bool:
    """Check the console: types, unit tests, build."""
    try:
        check(get_settings(), Steps())
    except CannotBuild as error:
        out.print(f"console: [red]failed[/]\n{escape(str(error))}")
        return False
    return True


def _in_a_browser() -> bool:
    """Use the console as people do; where no browser can be had, say so."""
    if not ensure_browser(Steps()):
        return False
    return _run("console", _pytest("console", 1))


def _pytest(folder: str, workers: int) -> list[str]:
    parallel = ["-n", str(workers), "--dist", "loadgroup"] if workers > 1 else []
    return ["pytest", "-q", "--durations=10", *parallel, f"tests/{folder}"]


def _run(name: str, command: list[str]) -> bool:
    out.print(f"[bold]{name}[/]")
    began = time.monotonic()
    programs = os.path.dirname(sys.executable)
    run = subprocess.run(  # noqa: S603
        [os.path.join(programs, command[0]), *command[1:]],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        check=False,
    )
    verdict = "[green]ok[/]" if run.returncode == 0 else "[red]failed[/]"
    out.print(f"{name}: {verdict} ({time.monotonic() - began:.0f} s)")
    return run.returncode == 0
