"""`python -m benchmarks.dispatch`: how long an agent who has become free waits for the next ring.

Two hundred agents, five hundred waiting, announcements on, and three arrangements in turn in one
hotline: app_queue speaks to callers itself; nobody speaks inside the queue; and as it is shipped,
where our waker ends the sleep of the caller whose turn it is.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.channel_events import ChannelEvents, idle_times
from benchmarks.hotline import Hotline, running_hotline
from benchmarks.machine import Machine
from benchmarks.waiting import (
    IdleAgents,
    Plan,
    agents,
    callers,
    furnish,
    numbers,
    summary,
    until_filled,
)
from core.errors import HotlineError
from core.settings import get_settings
from phones.pool import AgentPool
from stack.supervisor import Supervisor

FULL = Plan(waiting=500, agents=200, talk=60, seconds=40, rate=20, spread=0.5)
QUICK = Plan(waiting=40, agents=20, talk=5, seconds=15, rate=10, spread=0.5)
TARGET = 1.0
# What queues.conf says, and what it would say if app_queue itself told callers where they stand.
SPOKEN = {
    "announce-frequency = 0": "announce-frequency = 60\nmin-announce-frequency = 45",
    "announce-position = no": "announce-position = limit\nannounce-position-limit = 9",
}
SETTLE = 5.0

screen = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
notes = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Whether app_queue itself speaks to those who wait, and whether our waker is there."""

    name: str
    spoken: bool
    waker: bool


ARRANGEMENTS = (
    Arrangement("app_queue speaks to callers", spoken=True, waker=False),
    Arrangement("nobody speaks inside the queue", spoken=False, waker=False),
    Arrangement("as shipped: and callers are woken", spoken=False, waker=True),
)


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Few and short.")] = False,
    waiting: Annotated[int, typer.Option(min=1, help="Callers waiting.")] = FULL.waiting,
    seats: Annotated[int, typer.Option(min=1, help="Agents.")] = FULL.agents,
    talk: Annotated[float, typer.Option(min=2, help="Seconds of a talk.")] = FULL.talk,
) -> None:
    """Measure the time from the end of an agent's call to the next ring."""
    plan = QUICK if quick else replace(FULL, waiting=waiting, agents=seats, talk=talk)
    screen.print(Machine.this().text())
    settings = get_settings()
    with running_hotline(settings, _tell, lambda folder: furnish(folder, plan.agents)) as hotline:
        asyncio.run(_measure(hotline, plan, _tell))


async def _measure(hotline: Hotline, plan: Plan, tell: Callable[[str], None]) -> None:
    served = plan.agents / plan.talk * (plan.seconds + SETTLE) * len(ARRANGEMENTS)
    everybody = round(plan.waiting + plan.agents + served)
    async with agents(hotline, plan) as pool, callers(hotline, plan, everybody):
        tell(f"filling the queue with {everybody} callers")
        await until_filled(hotline, pool, everybody)
        for arrangement in ARRANGEMENTS:
            found = await _look(hotline, plan, arrangement, pool)
            screen.print(
                f"{arrangement.name:38} {found.times:5} times   median {found.median:5.2f} s"
                f"   95 % {found.p95:5.2f} s   longest {found.longest:5.2f} s"
                f"{'' if found.p95 <= TARGET else '   SHORT'}"
            )


async def _look(
    hotline: Hotline, plan: Plan, arrangement: Arrangement, pool: AgentPool
) -> IdleAgents:
    await asyncio.to_thread(_arrange, hotline, arrangement)
    await asyncio.sleep(SETTLE)
    events = ChannelEvents(hotline.settings.cel_file)
    before = pool.answered
    await asyncio.sleep(plan.seconds)
    _tell(f"{pool.answered - before} calls answered meanwhile")
    return summary(idle_times(events.read(), frozenset(numbers(plan.agents))))


def _arrange(hotline: Hotline, arrangement: Arrangement) -> None:
    path = hotline.settings.home / "asterisk/etc/queues.conf"
    text = path.read_text()
    for silent, spoken in SPOKEN.items():
        old, new = (silent, spoken) if arrangement.spoken else (spoken, silent)
        text = text.replace(old, new)
    path.write_text(text)
    hotline.console("module reload app_queue.so")
    supervisor = Supervisor(hotline.settings)
    (supervisor.start if arrangement.waker else supervisor.stop)("live")


def _tell(what: str) -> None:
    notes.print(f"  · {what}")


if __name__ == "__main__":
    try:
        typer.run(main)
    except HotlineError as error:
        notes.print(f"[red]{error}[/]")
        sys.exit(1)
