"""GET /api/calls: arrivals and what became of them, with the caller's number masked."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.errors import NotFound
from api.fields import Answer, Cursor, Instant, Limit, MaskedPhone, Page, read_cursor, write_cursor
from api.resources import Session
from queues.models import EndedBy
from recordings.models import RecordingState
from reports.calls import get_call, list_calls
from reports.repository import CallInList
from tickets.outcomes import Outcome

router = APIRouter(prefix="/api/calls", tags=["calls"])

Line = Annotated[str | None, Query(pattern=r"^[\w.-]{1,32}$", description="Code of the line.")]
Day = Annotated[date | None, Query(description="Local day on which the call began.")]
Uid = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="The call's uid.")]


class CallAnswer(Answer):
    """One arrival. Without outcome it is still going on; times are local, durations seconds."""

    uid: str
    line: str
    did: str
    caller: MaskedPhone
    started_at: Instant
    human_requested_at: Instant | None
    queue: str | None
    answered_at: Instant | None
    agent: str | None
    partner: str | None
    wait_seconds: float | None
    talk_seconds: float | None
    message_seconds: float | None
    rating: int | None
    survival: str | None
    ended_at: Instant | None
    ended_by: EndedBy | None
    outcome: Outcome | None
    ticket: str | None = None
    recording: RecordingState | None = None


class EventAnswer(Answer):
    """One line of the switch or of a menu about the call; numbers in it are masked."""

    at: Instant | None
    kind: str
    line: str


class RecordingAnswer(Answer):
    """What became of the call's audio."""

    state: RecordingState
    seconds: float | None
    channels: int | None
    sha256: str | None
    reason: str | None
    finished_at: Instant


class CallInFullAnswer(CallAnswer):
    """One arrival with the switch's own words about it."""

    events: list[EventAnswer] = Field(default_factory=list)
    recording_in_full: RecordingAnswer | None = None


def call_answer(item: CallInList) -> CallAnswer:
    """Turn a call of a list into its answer."""
    answer = CallAnswer.model_validate(item.call)
    answer.ticket, answer.recording = item.ticket_number, item.recording
    return answer


def call_page(items: list[CallInList], limit: int) -> Page[CallAnswer]:
    """Make a page of at most `limit` calls out of one more."""
    shown = items[:limit]
    more = len(items) > limit
    last = shown[-1].call if shown else None
    return Page(
        items=[call_answer(item) for item in shown],
        next=write_cursor(last.started_at, last.uid) if more and last else None,
    )


@router.get("")
async def get_calls(
    session: Session,
    day: Day = None,
    line: Line = None,
    outcome: Outcome | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CallAnswer]:
    """List calls, newest first."""
    before = read_cursor(cursor) if cursor else None
    return call_page(await list_calls(session, limit + 1, before, day, line, outcome), limit)


@router.get("/{uid}")
async def get_one_call(session: Session, uid: Uid) -> CallInFullAnswer:
    """Show one call with every line the switch and the menus wrote about it."""
    found = await get_call(session, uid)
    if found is None:
        raise NotFound(f"No call {uid} has arrived.")
    answer = CallInFullAnswer.model_validate(found.summary.call)
    answer.ticket, answer.recording = found.summary.ticket_number, found.summary.recording
    answer.events = [EventAnswer.model_validate(event) for event in found.events]
    if found.recording:
        answer.recording_in_full = RecordingAnswer.model_validate(found.recording)
    return answer
