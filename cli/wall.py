"""`wall`: the present moment on a full screen, from the same picture that wallboards listen to."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.screen import out, print_json
from core.clock import local, utc_now
from core.errors import HotlineError
from core.settings import Settings, get_settings
from queues.live_mirror import Mirror, Plain, follow, read_mirror
from queues.live_summary import state_of, summary

_EVERY = 0.5
_OLD = 30.0
_COLOURS = {
    "available": "green", "talking": "cyan", "ringing": "yellow", "on-hold": "cyan",
    "wrap-up": "blue", "break": "magenta", "unreachable": "red", "offline": "dim",
}  # fmt: skip


def wall(
    once: Annotated[bool, typer.Option("--once", help="Print it once instead of staying.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it once, for programs.")] = False,
) -> None:
    """Show who waits, who works and today's figures, as it happens. Ctrl-C ends it."""
    settings = get_settings()
    try:
        if as_json or once or not out.is_terminal:
            mirror = asyncio.run(_read(settings))
            if as_json:
                print_json({**mirror.as_plain(), "now": summary(mirror)})
            else:
                out.print(board(mirror))
            return
        asyncio.run(_stay(settings))
    except (RedisError, OSError) as error:
        raise HotlineError(
            "The live picture cannot be read. Is the hotline up? See ./hotline status."
        ) from error


async def _read(settings: Settings) -> Mirror:
    async with Redis.from_url(settings.redis, decode_responses=True, socket_timeout=3) as redis:
        return await read_mirror(redis, settings.node)


async def _stay(settings: Settings) -> None:
    async with Redis.from_url(settings.redis, decode_responses=True, socket_timeout=3) as redis:
        mirror = await read_mirror(redis, settings.node)
        following = asyncio.create_task(_follow(redis, settings.node, mirror))
        with Live(board(mirror), console=out, screen=True, auto_refresh=False) as screen:
            while not following.done():
                screen.update(board(mirror), refresh=True)
                await asyncio.sleep(_EVERY)
        await following


async def _follow(redis: Redis, node: str, mirror: Mirror) -> None:
    async for _ in follow(redis, node, mirror):
        pass


def board(mirror: Mirror) -> RenderableType:
    """Lay the picture out for one screen."""
    now = summary(mirror)
    return Group(
        _head(mirror, now),
        _alerts(mirror),
        "",
        _queues(mirror, now),
        "",
        _agents(mirror, now),
        _foot(mirror),
    )


def _head(mirror: Mirror, now: Plain) -> Text:
    head = Text.assemble(
        ("12345  ", "bold"),
        f"{local(utc_now()):%Y-%m-%d %H:%M:%S}   waiting ",
        (str(now["waiting"]), "bold yellow" if now["waiting"] else "bold green"),
        f"   longest {age(now['longest_since'])}",
    )
    if mirror.stale:
        head.append(f"   STALE: as of {clock(mirror.as_of)}", "bold red")
    return head


def _alerts(mirror: Mirror) -> Text:
    """Emergency buttons that no supervisor has taken note of; `transfer seen` does."""
    lines = Text()
    for one in mirror.figures.get("alerts", ()):
        words = f"EMERGENCY ({one['cause']})  {one['agent']} → {one['partner']}  {one['call']}"
        lines.append(f"\n{clock(one['at'])}  {words}", "bold white on red")
    return lines


def _queues(mirror: Mirror, now: Plain) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("queue", "waiting", "longest", "asked", "answered", "gave up", "rate"):
        table.add_column(heading, justify="left" if heading == "queue" else "right")
    figures = mirror.figures
    for name, queue in now["queues"].items():
        today = figures.get("queues", {}).get(name, {})
        table.add_row(name, str(queue["waiting"]), age(queue["longest_since"]), *_counts(today))
    for title, part in (("today", "today"), ("30 minutes", "lately")):
        table.add_row(f"[bold]{title}[/]", "", "", *_counts(figures.get(part, {})))
    return table


def _counts(figures: Plain) -> tuple[str, ...]:
    names = ("human_requests", "answered", "abandoned_total")
    rate = figures.get("answer_rate_gross")
    counts = ("" if figures.get(name) is None else f"{figures[name]:.0f}" for name in names)
    return (*counts, "" if rate is None else f"{rate:.2%}")


def _agents(mirror: Mirror, now: Plain) -> Group:
    sums = Text("agents", "bold")
    for state, count in now["agents"].items():
        sums.append(f"   {state} ", _COLOURS.get(state, "")).append(str(count), "bold")
    grid = Table.grid(padding=(0, 3))
    cells = [_agent(number, agent) for number, agent in sorted(mirror.agents.items())]
    wide = max(1, out.width // 30)
    for at in range(0, len(cells), wide):
        grid.add_row(*cells[at : at + wide])
    return Group(sums, grid)


def _agent(number: str, agent: Plain) -> Text:
    state = state_of(agent)
    words = f"{state} {agent['reason']}".strip()
    return Text(f"{number} {words} {age(agent['since'])}", _COLOURS.get(state, ""))


def _foot(mirror: Mirror) -> Text:
    foot = Text("\n")
    as_of = mirror.figures.get("as_of")
    if as_of is None or _seconds(as_of) > _OLD:
        foot.append(f"figures as of {clock(as_of)}\n", "red")
    for difference in mirror.check.get("differences", ()):
        foot.append(f"{difference}\n", "red")
    return foot


def _seconds(instant: str) -> float:
    return max(0.0, (utc_now() - datetime.fromisoformat(instant)).total_seconds())


def age(instant: str | None) -> str:
    """Return how long ago an instant is, as m:ss."""
    if instant is None:
        return ""
    minutes, seconds = divmod(round(_seconds(instant)), 60)
    return f"{minutes}:{seconds:02}"


def clock(instant: str | None) -> str:
    """Return an instant of today as the city reads it."""
    return f"{local(datetime.fromisoformat(instant)):%H:%M:%S}" if instant else "never"
