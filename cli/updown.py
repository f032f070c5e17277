"""`up`, `down`, `status`: the hotline as a whole."""

import json
import time
from typing import Annotated

import typer
from redis import Redis
from redis.exceptions import RedisError

from cli.reading import read
from cli.screen import Steps, errors, out, print_json, print_table
from core.errors import HotlineError
from core.settings import Settings, get_settings
from queues.live_store import live_key
from reports.alarms import alarms
from stack import bring_up
from stack.console import ensure_console


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return as soon as it runs.")
    ] = False,
) -> None:
    """Start the hotline: install what is missing, render, migrate, run, wait until healthy."""
    settings = get_settings()
    out.print("[bold]12345[/] coming up")
    began = time.monotonic()
    ran_already = bring_up.up(settings, Steps())
    ensure_console(settings, Steps())
    took = f"({time.monotonic() - began:.1f} s)"
    if ran_already:
        # Only the command that started the hotline may stop it with Ctrl-C.
        out.print(f"[bold green]It was running; what changed is in effect[/] {took}")
        return
    out.print(f"[bold green]The hotline is up[/] {took}")
    _where(settings)
    if not detach:
        _stay(settings)


def down() -> None:
    """Stop every process of this hotline. Calls in progress end; nothing recorded is lost."""
    stopped = bring_up.down(get_settings())
    out.print("The hotline is down." if stopped else "The hotline was not running.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show every process: running since when, and whether it does its work."""
    parts = bring_up.parts(get_settings())
    figures = _figures() or _wall()
    if as_json:
        print_json(
            [
                {
                    "process": part.process.name,
                    "state": part.process.state.lower(),
                    "healthy": part.healthy,
                    "pid": part.process.pid or None,
                    "since": part.process.since or None,
                    "fault": part.fault or None,
                }
                for part in parts
            ]
            + [{"process": "figures", "healthy": not figures, "fault": figures or None}]
        )
    else:
        rows = [
            (
                part.process.name,
                "[green]healthy[/]" if part.healthy else f"[red]{part.process.state.lower()}[/]",
                part.process.pid or "",
                part.fault or part.process.detail,
            )
            for part in parts
        ]
        print_table(("process", "state", "pid", "detail"), rows, right="pid")
        if figures:
            out.print(f"[red]{figures}[/]")
    if figures or not all(part.healthy for part in parts):
        raise typer.Exit(2)


def _figures() -> str:
    """Say what is wrong with the figures; a database that is away is told of as a process."""
    try:
        found = read(alarms)
    except HotlineError:
        return ""
    if not found:
        return ""
    return f"{len(found)} calls keep the figures from adding up: ./hotline report alarms"


def _wall() -> str:
    """Say where the live picture and the ledger differ; a Redis that is away is a process."""
    settings = get_settings()
    try:
        with Redis.from_url(settings.redis, decode_responses=True, socket_timeout=3) as redis:
            text = redis.get(live_key(settings.node, "check"))
    except RedisError:
        return ""
    return "; ".join(json.loads(text)["differences"]) if isinstance(text, str) else ""


def _where(settings: Settings) -> None:
    out.print(f"  phone     sip:12345@{settings.bind}:{settings.sip_port} (UDP)")
    out.print(f"  web       http://{settings.api_host}:{settings.http_port} (the API: /docs)")
    out.print(f"  home      {settings.home} (passwords in {settings.secrets_file.name})")
    out.print("  accounts  ./hotline agents list")
    out.print("  try it    ./hotline call 12345")


def _stay(settings: Settings) -> None:
    """Stay in the foreground until Ctrl-C, saying what falls ill and what recovers."""
    out.print("Ctrl-C stops it. (--detach leaves it running.)")
    ill: set[str] = set()
    try:
        while True:
            time.sleep(5)
            now = {part.process.name: part for part in bring_up.parts(settings)}
            for name, part in now.items():
                if not part.healthy and name not in ill:
                    errors.print(f"{name} is ill: {part.fault or part.process.state}")
                if part.healthy and name in ill:
                    out.print(f"{name} has recovered")
            ill = {name for name, part in now.items() if not part.healthy}
    except KeyboardInterrupt:
        out.print("Stopping …")
        bring_up.down(settings)
    except HotlineError:
        out.print("The hotline was stopped from elsewhere.")
