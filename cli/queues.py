"""`queues`: every queue now, what who joins has to expect, and how far to trust that."""

import asyncio
from typing import Annotated

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cli.reading import seconds
from cli.screen import out, print_json, print_table
from cli.wall import age, clock
from core.errors import HotlineError
from core.settings import Settings, get_settings
from queues.definitions import load_queues
from queues.live_mirror import Mirror, Plain, read_mirror
from queues.live_summary import queue_lines


def queues(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show who waits, who could answer, and the expected wait beside how wrong it has been.

    Callers are told their wait only while 20 estimates of the last two hours or more have come true
    and four of five within 30 seconds; their place they are always told.
    """
    settings = get_settings()
    titles = {queue.name: queue.title for queue in load_queues(settings)}
    mirror = _read(settings)
    lines = queue_lines(mirror, titles)
    if as_json:
        print_json({"as_of": mirror.as_of, "stale": mirror.stale, "queues": lines})
        return
    heads = (
        "queue", "title", "waiting", "longest", "agents", "free", "expected s", "error s",
        "within 30 s", "of", "said",
    )  # fmt: skip
    right = "waiting,longest,agents,free,expected s,error s,within 30 s,of"
    print_table(heads, [_row(line) for line in lines], right=right)
    if mirror.stale:
        out.print(f"[red]STALE: as of {clock(mirror.as_of)}[/]")


def _row(line: Plain) -> tuple[object, ...]:
    estimate = line["estimate"]
    share = estimate["within_30s"]
    return (
        line["name"],
        line["title"],
        line["waiting"],
        age(line["longest_since"]),
        line["agents"],
        line["free"],
        seconds(estimate["seconds"]),
        seconds(estimate["mean_error"]),
        "" if share is None else f"{share:.0%}",
        estimate["compared"],
        "yes" if estimate["reliable"] else "place only",
    )


def _read(settings: Settings) -> Mirror:
    async def read() -> Mirror:
        async with Redis.from_url(settings.redis, decode_responses=True, socket_timeout=3) as redis:
            return await read_mirror(redis, settings.node)

    try:
        return asyncio.run(read())
    except (RedisError, OSError) as error:
        raise HotlineError(
            "The live picture cannot be read. Is the hotline up? See ./hotline status."
        ) from error
