"""Once a minute: cards and letters that are due, and suspended tickets whose day has come.

Once a night the keys of old changes are let go of.
"""

from dataclasses import dataclass
from pathlib import Path

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from tickets.cards.timer import Watched, watch
from tickets.city import city_of
from tickets.life.reckoning import reckon_anew
from tickets.life.repeats import forget

log = structlog.get_logger()

CARDS = "tickets.cards"
RECKON = "tickets.reckon_anew"
FORGET = "tickets.forget_requests"
TICKETS_QUEUE = "tickets"


@dataclass(frozen=True, slots=True)
class CardJobs:
    """The tasks about tickets' clocks and what they work with."""

    sessions: async_sessionmaker[AsyncSession]
    config: Path

    def register(self, app: App) -> None:
        """Make the tasks known to the worker."""
        watch = app.task(name=CARDS, queue=TICKETS_QUEUE, queueing_lock=CARDS)(self.watch)
        app.periodic(cron="* * * * *")(watch)
        reckon = app.task(name=RECKON, queue=TICKETS_QUEUE, queueing_lock=RECKON)(self.reckon)
        app.periodic(cron="*/2 * * * *")(reckon)
        tidy = app.task(name=FORGET, queue=TICKETS_QUEUE, queueing_lock=FORGET)(self.forget)
        app.periodic(cron="17 3 * * *")(tidy)

    async def watch(self, timestamp: int) -> None:
        """Look at every clock whose alarm has come; harmless at any time and in two workers."""
        del timestamp
        done = await watch(self.sessions, city_of(self.config), utc_now())
        if done != Watched(0, 0, 0):
            log.info("clocks watched", woken=done.woken, rung=done.rung, issued=done.issued)

    async def reckon(self, timestamp: int) -> None:
        """Bring every running clock to the calendar as the file says it now."""
        del timestamp
        done = await reckon_anew(self.sessions, city_of(self.config), utc_now())
        if done.looked_at:
            log.info("clocks reckoned anew", looked_at=done.looked_at, moved=done.moved)

    async def forget(self, timestamp: int) -> None:
        """Let go of the keys of changes that are too old to be sent again."""
        del timestamp
        async with self.sessions.begin() as session:
            await forget(session, utc_now())
