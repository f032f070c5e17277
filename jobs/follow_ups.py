"""What time does to follow-ups: each minute, what is over ends and its ticket is archived."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from tickets.city import City
from tickets.followup.sweeping import sweep

log = structlog.get_logger()

SWEEP = "follow-ups.sweep"
QUEUE = "follow-ups"


@dataclass(frozen=True, slots=True)
class FollowUpJobs:
    """The tasks of follow-up and what they work with; `city` reads the rules as they are now."""

    sessions: async_sessionmaker[AsyncSession]
    city: Callable[[], City]

    def register(self, app: App) -> None:
        """Make the tasks known to the worker."""
        sweeping = app.task(name=SWEEP, queue=QUEUE, queueing_lock=SWEEP)(self.sweep)
        app.periodic(cron="* * * * *")(sweeping)

    async def sweep(self, timestamp: int) -> None:
        """End follow-ups that are over."""
        del timestamp
        archived = await sweep(self.sessions, self.city(), utc_now())
        if archived:
            log.info("tickets archived without an answer", tickets=archived)
