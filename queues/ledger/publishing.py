"""Hands on what calls have come to: their rows, their tickets, the jobs about their audio.

The ledger calls this in its own transaction. One call that the database refuses must not keep all
others from being counted: when it happens, the ledger asks again to do it carefully.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from queues.ledger import handover, repository
from queues.ledger.book import Entry

# What a call's own values can make of a statement; anything else is not the fault of one call.
REFUSED = (DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError)


@dataclass(frozen=True, slots=True)
class News:
    """The calls whose facts changed, those that are handed on now, those that changed after."""

    changed: Sequence[Entry]
    settled: Sequence[Entry]
    late: Sequence[Entry]

    @property
    def entries(self) -> list[Entry]:
        """Every call once."""
        return list({e.story.uid: e for e in [*self.changed, *self.settled]}.values())

    def without(self, uids: Collection[str]) -> "News":
        """Return the news but for these calls."""
        kept = (
            [entry for entry in entries if entry.story.uid not in uids]
            for entries in (self.changed, self.settled, self.late)
        )
        return News(*kept) if uids else self


async def publish(session: AsyncSession, news: News) -> None:
    """Write all of it, in few statements."""
    await repository.save_calls(session, news.entries)
    await handover.open_tickets(session, news.changed)
    await handover.close_tickets(session, [*news.settled, *news.late])
    await handover.count_contacts(session, news.changed)
    await handover.finish_recordings(session, news.settled)


async def publish_carefully(session: AsyncSession, news: News) -> dict[str, str]:
    """Write all that the database takes; return the calls it refuses, each with the reason.

    Finds them by halves, so that one among ten thousand costs a dozen tries.
    """
    try:
        async with session.begin_nested():
            await publish(session, news)
    except REFUSED as error:
        uids = [entry.story.uid for entry in news.entries]
        for entry in news.entries:
            entry.has_ticket = False  # whatever was opened just now is undone
        if len(uids) == 1:
            return {uids[0]: str(error).splitlines()[0]}
        half = len(uids) // 2
        first = await publish_carefully(session, news.without(uids[half:]))
        return first | await publish_carefully(session, news.without(uids[:half]))
    return {}
