"""Single calls for people: the list of calls, and all that is known of one of them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from core.masking import mask_text
from queues.models import Call, SwitchEvent
from recordings.models import Recording
from reports import repository
from reports.repository import CallInList, Place
from tickets.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class EventOfCall:
    """One line that the switch or a menu wrote about a call, with all numbers in it masked."""

    at: datetime | None
    kind: str
    line: str


@dataclass(frozen=True, slots=True)
class CallInFull:
    """A call, what the switch itself says about it in the order of time, and its recording."""

    summary: CallInList
    events: list[EventOfCall]
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
    events = await repository.events_of(session, uid)
    return CallInFull(
        summary,
        [_masked(event, summary.call) for event in events],
        await repository.recording_of(session, uid),
    )


def _masked(event: SwitchEvent, call: Call) -> EventOfCall:
    """The switch's lines name the caller in full, which no reader of lists needs."""
    line = mask_text(event.line, call.caller, call.callback_number, call.query_code)
    return EventOfCall(event.at, event.kind, line)
