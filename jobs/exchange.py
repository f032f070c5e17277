"""Send our messages to other platforms until they are receipted, and tell what became of cases."""

from dataclasses import dataclass

import structlog
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from core.outbox import DELIVER, EXCHANGE_QUEUE
from exchange.outward import Delivery, NotYet
from exchange.results import tell_results

log = structlog.get_logger()

RESULTS = "exchange.results"
_LONGEST_WAIT = 60


class Patient(BaseRetryStrategy):
    """2, 4, 8 … seconds, then each minute: a receipt is wanted within one. It is the message that
    is given up after a day, not the job."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when to try again; only what the other side could not take now is tried again."""
        if not isinstance(exception, NotYet):
            return None
        return RetryDecision(
            retry_in={"seconds": min(_LONGEST_WAIT, 2 ** min(job.attempts + 1, 6))}
        )


@dataclass(frozen=True, slots=True)
class ExchangeJobs:
    """The tasks of the exchange and what they work with."""

    delivery: Delivery

    def register(self, app: App) -> None:
        """Make the tasks known to the worker."""
        app.task(name=DELIVER, queue=EXCHANGE_QUEUE, retry=Patient())(self.deliver)
        results = app.task(name=RESULTS, queue=EXCHANGE_QUEUE, queueing_lock=RESULTS)(self.results)
        app.periodic(cron="* * * * *")(results)

    async def deliver(self, identity: int) -> None:
        """Send one message; an attempt that failed is repeated, one that was settled is not."""
        state = await self.delivery.deliver(identity)
        log.info("message settled", message=identity, state=state)

    async def results(self, timestamp: int) -> None:
        """Write the results that are due to whoever gave us the cases."""
        del timestamp
        async with self.delivery.sessions.begin() as session:
            told = await tell_results(session, self.delivery.peers)
        if told:
            log.info("results told", messages=told)
