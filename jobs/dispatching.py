"""Sends tickets with a clear route to their units once a minute, where the city wants that."""

from dataclasses import dataclass

import structlog
from procrastinate import App

from tickets.review.by_rule import ByRule

log = structlog.get_logger()

BY_RULE = "dispatch.by_rule"


@dataclass(frozen=True, slots=True)
class DispatchJobs:
    """The task of dispatching by rule."""

    by_rule: ByRule

    def register(self, app: App) -> None:
        """Make the task known to the worker."""
        task = app.task(name=BY_RULE, queue="dispatch", queueing_lock=BY_RULE)(self.send)
        app.periodic(cron="* * * * *")(task)

    async def send(self, timestamp: int) -> None:
        """Send what is clear."""
        del timestamp
        if sent := await self.by_rule.run():
            log.info("dispatch.by_rule", tickets=len(sent))
