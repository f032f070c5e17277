"""Send messages to citizens' phones until a carrier has them."""

from dataclasses import dataclass

import structlog
from procrastinate import App, RetryStrategy

from core.outbox import MESSAGES_QUEUE, SEND_MESSAGE
from tickets.messages.messenger import NotNow
from tickets.messages.sending import MOST_ATTEMPTS, Sender

log = structlog.get_logger()

_RETRY = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=2, retry_exceptions={NotNow})


@dataclass(frozen=True, slots=True)
class MessageJobs:
    """The task of sending and what it works with."""

    sender: Sender

    def register(self, app: App) -> None:
        """Make the task known to the worker."""
        app.task(name=SEND_MESSAGE, queue=MESSAGES_QUEUE, retry=_RETRY)(self.send)

    async def send(self, identity: int) -> None:
        """Send one message."""
        state = await self.sender.send(identity)
        log.info("message to a citizen", message=identity, state=state)
