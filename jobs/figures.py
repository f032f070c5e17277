"""Keeps the counted figures up to date and checks that they add up, once a minute and beside them
what the switch's lines say.
"""

from dataclasses import dataclass

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from reports.agents import count_days
from reports.alarms import alarms
from reports.hearing import days_to_hear, hear
from reports.recount import recount

log = structlog.get_logger()

RECOUNT = "figures.recount"
HEAR = "figures.hear"
FIGURES_QUEUE = "figures"
# Days of history asked about at a time, besides the last two; each may take a second.
_DAYS_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class FigureJobs:
    """The tasks about counted figures and what they work with."""

    sessions: async_sessionmaker[AsyncSession]

    def register(self, app: App) -> None:
        """Make the tasks known to the worker."""
        count = app.task(name=RECOUNT, queue=FIGURES_QUEUE, queueing_lock=RECOUNT)(self.recount)
        app.periodic(cron="* * * * *")(count)
        listen = app.task(name=HEAR, queue=FIGURES_QUEUE, queueing_lock=HEAR)(self.hear)
        app.periodic(cron="*/5 * * * *")(listen)

    async def recount(self, timestamp: int) -> None:
        """Count what was written since; say so when it does not add up."""
        del timestamp
        counted = await recount(self.sessions)
        await count_days(self.sessions, utc_now())
        log.debug("figures.counted", half_hours=counted)
        await self._raise_alarms()

    async def hear(self, timestamp: int) -> None:
        """Ask the switch's lines about the days that changed."""
        del timestamp
        async with self.sessions() as session:
            days = await days_to_hear(session, _DAYS_AT_ONCE)
        await hear(self.sessions, days)

    async def _raise_alarms(self) -> None:
        async with self.sessions() as session:
            found = await alarms(session)
        for alarm in found:
            log.error("figures.do_not_add_up", day=str(alarm.day), call=alarm.uid, why=alarm.why)
