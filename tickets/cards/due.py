"""What is due for a unit or a desk, the most pressing first: clocks, and tasks it helps with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.cards.words import CardKind
from tickets.states import TicketState

# A co-handling unit's task has a date of its own and no clock.
_DUE = text("""
    SELECT * FROM (
        SELECT ticket.number, ticket.state, clock.kind AS what, clock."limit", clock.due_at,
               clock.first_due_at, clock.paused_at, clock.card, clock.provisional
        FROM ticket_clock AS clock JOIN ticket ON ticket.id = clock.ticket_id
        WHERE clock.stopped_at IS NULL AND clock.unit = :unit
        UNION ALL
        SELECT ticket.number, ticket.state, task.role || ' task', '', task.due_at,
               task.due_at, NULL, NULL, false
        FROM ticket_task AS task JOIN ticket ON ticket.id = task.ticket_id
        WHERE task.ended_at IS NULL AND task.unit = :unit AND task.due_at IS NOT NULL
    ) AS due
    WHERE CAST(:until AS timestamptz) IS NULL OR due_at < :until
    ORDER BY due_at, number, what
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Due:
    """One limit that runs. `card` is what the present deadline has brought so far."""

    number: str
    state: TicketState
    what: str
    limit: str
    due_at: datetime
    first_due_at: datetime
    paused_at: datetime | None
    card: CardKind | None
    provisional: bool

    def is_late(self, at: datetime) -> bool:
        """Whether the limit is over; one that pauses is not."""
        return self.paused_at is None and self.due_at <= at


async def due_for(
    session: AsyncSession, unit: str, until: datetime | None = None, limit: int = 100
) -> Sequence[Due]:
    """Return what a unit owes, the earliest first, up to an instant."""
    found = await session.execute(_DUE, {"unit": unit, "until": until, "limit": limit})
    return [
        Due(
            number=row.number,
            state=TicketState(row.state),
            what=row.what,
            limit=row.limit,
            due_at=row.due_at,
            first_due_at=row.first_due_at,
            paused_at=row.paused_at,
            card=CardKind(row.card) if row.card else None,
            provisional=row.provisional,
        )
        for row in found
    ]
