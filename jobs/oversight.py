"""Each night the day before is audited; on the third the month before is assessed."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, utc_now
from oversight.assessing import IllegalAssessmentMove, freeze, month_before
from oversight.auditing import audit
from oversight.rules import load_assessment_rules
from tickets.city import city_of

log = structlog.get_logger()

AUDIT, ASSESS = "oversight.audit", "oversight.assess"
OVERSIGHT_QUEUE = "oversight"
TIMER = "timer"


@dataclass(frozen=True, slots=True)
class OversightJobs:
    """The tasks of audits and assessments and what they work with."""

    sessions: async_sessionmaker[AsyncSession]
    config: Path
    recordings: Path

    def register(self, app: App) -> None:
        """Make the tasks known to the worker; instants are UTC, eight hours behind the city."""
        night = app.task(name=AUDIT, queue=OVERSIGHT_QUEUE, queueing_lock=AUDIT)(self.audit)
        app.periodic(cron="20 18 * * *")(night)
        month = app.task(name=ASSESS, queue=OVERSIGHT_QUEUE, queueing_lock=ASSESS)(self.assess)
        app.periodic(cron="40 17 2 * *")(month)

    async def audit(self, timestamp: int) -> None:
        """Audit the day before; a second audit of it only adds a newer one."""
        del timestamp
        day = local_day(utc_now()) - timedelta(days=1)
        async with self.sessions.begin() as session:
            made = await audit(session, self.recordings, day, TIMER)
        log.info("day audited", day=str(day), coverage=made.coverage)

    async def assess(self, timestamp: int) -> None:
        """Freeze the month before, unless somebody did."""
        del timestamp
        month = month_before(local_day(utc_now()))
        rules = load_assessment_rules(self.config)
        try:
            async with self.sessions.begin() as session:
                units = await freeze(session, city_of(self.config), rules, month, TIMER)
        except IllegalAssessmentMove:
            return
        log.info("month assessed", month=str(month), units=units)
