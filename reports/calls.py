"""Single calls for people: the list of calls, and all that is known of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from queues.models import Call, SwitchEvent
from recordings.models import Recording
from reports import repository
from reports.repository import CallInList, Place
from tickets.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class CallInFull:
    """A call, the switch's own lines about it in time, and its recording."""

    summary: CallInList
    events: Sequence[SwitchEvent]
    recording: Recording | None


async def list_calls(
    session: AsyncSession,
    limit: int = 50,
    before: Place | None = None,
    day: date | None = None,
    line: str | None = None,
    outcome: Outcome | None = None,
) -> list[CallInList]:
    """Return calls, newest first; `before` is the place of the last one already seen."""
    conditions: list[ColumnElement[bool]] = []
    if day is not None:
        conditions.append(Call.day == day)
    if line is not None:
        conditions.append(Call.line == line)
    if outcome is not None:
        conditions.append(Call.outcome == outcome)
    return await repository.newest_calls(session, conditions, limit, before)


async def get_call(session: AsyncSession, uid: str) -> CallInFull | None:
    """Return one call with its events and recording, or None when no such call arrived."""
    summary = await repository.call_with_uid(session, uid)
    if summary is None:
        return None
    return CallInFull(
        summary,
        await repository.events_of(session, uid),
        await repository.recording_of(session, uid),
    )
