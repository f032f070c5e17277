"""All SQL of the jobs: which calls want their recording finished, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox import FINISHING
from queues.callbacks.models import Callback
from queues.callbacks.states import CallbackResult
from queues.callbacks.uids import Try
from queues.models import Call
from queues.outbound.models import OutboundCall
from recordings.models import Recording, RecordingState
from tickets.outcomes import Outcome

_FORGOTTEN = text("""
    SELECT call.uid FROM call
    LEFT JOIN recording ON recording.call_uid = call.uid
    WHERE call.day >= :since AND call.ended_at < :before
      AND call.outcome = ANY(CAST(:outcomes AS text[])) AND recording.call_uid IS NULL
      AND NOT EXISTS (
          SELECT FROM procrastinate_jobs AS job
          WHERE job.status IN ('todo', 'doing') AND job.lock = :lock || call.uid
      )
    UNION ALL
    SELECT uid FROM (
        SELECT 'cb-' || call_uid || lpad(tries::text, 3, '0') AS uid, reached_at FROM callback
        WHERE state = 'reached' AND reached_at >= :since AND reached_at < :before
    ) AS talk
    LEFT JOIN recording ON recording.call_uid = talk.uid
    WHERE recording.call_uid IS NULL AND reached_at < :before - interval '4 hours'
      AND NOT EXISTS (
          SELECT FROM procrastinate_jobs AS job
          WHERE job.status IN ('todo', 'doing') AND job.lock = :lock || talk.uid
      )
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class EndedCall:
    """What finishing a recording needs to know of its call."""

    uid: str
    started_at: datetime
    outcome: Outcome | None
    segments: list[dict[str, Any]] | None = None
    agent: str | None = None  # of a call-back: the one who speaks in all of it


async def ended_call(session: AsyncSession, uid: str) -> EndedCall | None:
    """Return a call of a citizen's or of ours, or None when there is no such call."""
    segments = Call.parties["segments"]
    query = select(Call.uid, Call.started_at, Call.outcome, segments).where(Call.uid == uid)
    row = (await session.execute(query)).one_or_none()
    return EndedCall(*row) if row else await _call_of_ours(session, uid)


async def _call_of_ours(session: AsyncSession, uid: str) -> EndedCall | None:
    """One that we made about a ticket, and in which somebody spoke."""
    call = await session.get(OutboundCall, uid)
    if call is None or call.reached_at is None:
        return None
    return EndedCall(uid, call.placed_at, Outcome.ANSWERED)


async def ended_callback(session: AsyncSession, of: Try) -> EndedCall | None:
    """Return the talk of one try of a call-back; None when that try is not known."""
    query = select(Callback).where(Callback.call_uid == of.call)
    found = await session.scalar(query)
    tries = [told for told in found.attempts if told.get("number") == of.number] if found else []
    if not tries:
        return None
    told = tries[-1]
    talked = told.get("result") == CallbackResult.REACHED
    outcome = Outcome.ANSWERED if talked else None
    return EndedCall(of.uid, datetime.fromisoformat(told["at"]), outcome, agent=told.get("agent"))


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
    session: AsyncSession, since: date, before: datetime, outcomes: Iterable[Outcome], limit: int
) -> Sequence[str]:
    """Return calls of the days from `since`, ended before an instant, that nobody works on; and
    talks of call-backs, which are over four hours after they began."""
    words = [outcome.value for outcome in outcomes]
    found = await session.scalars(
        _FORGOTTEN,
        {"since": since, "before": before, "outcomes": words, "limit": limit, "lock": FINISHING},
    )
    return found.all()
