"""Sends one message; what the job calls. Between the carrier's yes and our note nothing is lost:
the message goes out again under the same key."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from tickets.messages.messenger import Letter, Messenger, Never, NotNow
from tickets.messages.models import MessageState, TextMessage

# With waits that double, some hours.
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Sender:
    """The messages of a hotline and who carries them."""

    sessions: async_sessionmaker[AsyncSession]
    messenger: Messenger

    async def send(self, identity: int) -> MessageState | None:
        """Send a message; harmless when it is settled. Raises NotNow to be tried again."""
        async with self.sessions() as session:
            message = await session.get(TextMessage, identity)
        if message is None or message.state is not MessageState.WAITING:
            return message.state if message else None
        letter = Letter(message.key, message.number, message.text)
        try:
            receipt = await self.messenger.send(letter)
        except Never as refusal:
            return await self._note(identity, MessageState.REFUSED, str(refusal))
        except NotNow as fault:
            last = message.attempts + 1 >= MOST_ATTEMPTS
            state = MessageState.GIVEN_UP if last else MessageState.WAITING
            await self._note(identity, state, str(fault))
            if last:
                return state
            raise
        return await self._note(identity, MessageState.SENT, "", receipt)

    async def _note(
        self, identity: int, state: MessageState, fault: str, receipt: str | None = None
    ) -> MessageState:
        async with self.sessions.begin() as session:
            message = await session.scalar(
                select(TextMessage).where(TextMessage.id == identity).with_for_update()
            )
            if message is None or message.state is not MessageState.WAITING:
                return state
            message.attempts += 1
            message.fault = fault.replace("\0", "")
            message.state, message.receipt = state, receipt
            message.settled_at = None if state is MessageState.WAITING else utc_now()
        return state
