"""What the ledger keeps beside calls: call-backs, what agents declared, their phones' legs.

Called by `verify` and `rebuild`; each kind is made again from the lines it was made of.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from queues.ledger.agents_again import agents_again, mend_agents
from queues.ledger.callbacks_again import callbacks_again, mend_callbacks
from queues.ledger.compared import Compared
from queues.ledger.legs_again import legs_again, mend_legs
from queues.ledger.remaking import Days

Again = Callable[[AsyncSession, Days], AsyncIterator[list[Compared]]]
Mend = Callable[[AsyncSession, Sequence[Compared]], Awaitable[int]]

KINDS: tuple[tuple[Again, Mend], ...] = (
    (callbacks_again, mend_callbacks),
    (agents_again, mend_agents),
    (legs_again, mend_legs),
)


async def beside_again(session: AsyncSession, days: Days) -> AsyncIterator[list[Compared]]:
    """Make all of them again, batch by batch."""
    for again, _ in KINDS:
        async for batch in again(session, days):
            yield batch


async def mend_beside(session: AsyncSession, days: Days) -> tuple[int, int]:
    """Write what differs; return how many rows were written, and how many were left."""
    written = left = 0
    for again, mend in KINDS:
        async for batch in again(session, days):
            wrong = [one for one in batch if one.differing()]
            mended = await mend(session, wrong)
            await session.commit()
            written, left = written + mended, left + len(wrong) - mended
    return written, left
