"""Emergency buttons that agents pressed: those that no supervisor has taken note of, and all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import from_epoch

# A supervisor's day; what nobody noted by then is history.
SHOWN = timedelta(hours=24)
_FOUND = text("""
    SELECT call.uid, alert FROM call, jsonb_array_elements(call.parties -> 'alerts') AS alert
    WHERE call.started_at > :since AND call.parties ? 'alerts'
        AND (:all OR alert ->> 'seen_by' IS NULL)
    ORDER BY (alert ->> 'at')::float8 DESC LIMIT 100
""")


@dataclass(frozen=True, slots=True)
class Alert:
    """One press of the button and its call. Why is for the shift's eyes, not for a wall."""

    call: str
    at: datetime
    cause: str
    agent: str
    partner: str
    actor: str
    reason: str
    seen_by: str | None
    seen_at: datetime | None


async def alerts_since(
    session: AsyncSession, since: datetime, *, noted: bool = False
) -> list[Alert]:
    """Return up to a hundred alerts of calls that began after `since`, newest first; without
    `noted` only those that nobody has taken note of."""
    rows = await session.execute(_FOUND, {"since": since, "all": noted})
    return [
        Alert(
            call=uid,
            at=from_epoch(told["at"]),
            cause=told["cause"],
            agent=told["agent"] or "",
            partner=told["partner"] or "",
            actor=told["actor"] or "",
            reason=told["reason"],
            seen_by=told["seen_by"],
            seen_at=from_epoch(told["seen_at"]) if told["seen_at"] else None,
        )
        for uid, told in rows
    ]
