"""All SQL of the jobs: which calls want a recording finished, and what became of it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox import FINISHING
from queues.models import Call
from recordings.models import Recording, RecordingState

_FORGOTTEN = text("""
    SELECT call.uid FROM call
    LEFT JOIN recording ON recording.call_uid = call.uid
    WHERE call.day >= :since AND call.ended_at < :before
      AND call.outcome = 'answered' AND recording.call_uid IS NULL
      AND NOT EXISTS (
          SELECT FROM procrastinate_jobs AS job
          WHERE job.status IN ('todo', 'doing') AND job.lock = :lock || call.uid
      )
    ORDER BY call.ended_at
    LIMIT :limit
""")


async def started_at(session: AsyncSession, uid: str) -> datetime | None:
    """Return when a call began, or None when there is no such call."""
    found: datetime | None = await session.scalar(select(Call.started_at).where(Call.uid == uid))
    return found


async def state_of(session: AsyncSession, uid: str) -> RecordingState | None:
    """Return what is already known of a call's recording."""
    found: RecordingState | None = await session.scalar(
        select(Recording.state).where(Recording.call_uid == uid)
    )
    return found


async def store(session: AsyncSession, recording: Recording) -> None:
    """Write what became of a recording; a later verdict replaces an earlier one."""
    facts = {column.key: getattr(recording, column.key) for column in Recording.__table__.columns}
    statement = insert(Recording).values(facts)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[Recording.call_uid], set_=facts)
    )


async def forgotten_calls(
    session: AsyncSession, since: date, before: datetime, limit: int
) -> Sequence[str]:
    """Return talks of the days from `since`, ended before an instant, that nobody works on."""
    found = await session.scalars(
        _FORGOTTEN, {"since": since, "before": before, "limit": limit, "lock": FINISHING}
    )
    return found.all()
