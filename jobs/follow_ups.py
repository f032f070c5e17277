"""What time does to follow-ups and to what citizens sent: what is over ends, what is loose goes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from tickets.citizens import album
from tickets.city import City
from tickets.followup.sweeping import sweep

log = structlog.get_logger()

SWEEP = "follow-ups.sweep"
TIDY = "citizens.tidy"
QUEUE = "follow-ups"


@dataclass(frozen=True, slots=True)
class FollowUpJobs:
    """The tasks of follow-up and what they work with; `city` reads the rules as they are now."""

    sessions: async_sessionmaker[AsyncSession]
    city: Callable[[], City]
    uploads: Path

    def register(self, app: App) -> None:
        """Make the tasks known to the worker."""
        sweeping = app.task(name=SWEEP, queue=QUEUE, queueing_lock=SWEEP)(self.sweep)
        app.periodic(cron="* * * * *")(sweeping)
        tidying = app.task(name=TIDY, queue=QUEUE, queueing_lock=TIDY)(self.tidy)
        app.periodic(cron="17 * * * *")(tidying)

    async def sweep(self, timestamp: int) -> None:
        """End follow-ups that are over."""
        del timestamp
        archived = await sweep(self.sessions, self.city(), utc_now())
        if archived:
            log.info("tickets archived without an answer", tickets=archived)

    async def tidy(self, timestamp: int) -> None:
        """Remove pictures that no matter has named."""
        del timestamp
        async with self.sessions.begin() as session:
            removed = await album.tidy(session, self.uploads, utc_now())
        if removed:
            log.info("loose pictures removed", pictures=removed)
