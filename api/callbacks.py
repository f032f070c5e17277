"""/api/callbacks: what was promised to citizens, what became of it, and the talks; the reports of
call-backs and of repeated calls, whose rows are days."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.callback_fields import AttemptAnswer, CallbackAnswer, attempts_of
from api.calls import RecordingAnswer
from api.days import Days
from api.errors import NotFound
from api.fields import Answer, Cursor, Instant, Limit, Page, page_of, read_cursor, write_cursor
from api.reports import MeasureAnswer
from api.resources import Session
from queues.callbacks.models import Callback
from queues.callbacks.repository import find
from reports.callbacks import Behind, CallbackReport, callback_report, list_callbacks, talk_of
from reports.follow_up import FollowUpReport
from reports.repeats import RepeatReport, repeat_report

router = APIRouter(prefix="/api", tags=["reports"])

Uid = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="The call it was promised in.")
]


class CallbackInFullAnswer(CallbackAnswer):
    """A call-back with every attempt, and the recording of its talk."""

    attempts: list[AttemptAnswer] = Field(default_factory=list)
    recording: RecordingAnswer | None = None


class DayAnswer(Answer):
    """A day, or `total`; a figure is null when there is nothing to divide by."""

    key: str
    figures: dict[str, float | None]


class DaysAnswer(Answer):
    """A report whose rows are days."""

    first_day: date
    last_day: date
    time_zone: str
    as_of: Instant
    rows: list[DayAnswer]
    total: DayAnswer
    definitions: list[MeasureAnswer]


@router.get("/reports/callbacks")
async def get_report(session: Session, days: Days) -> DaysAnswer:
    """回拨: promised, reached, reached in time; and the answer rate that counts them."""
    return days_answer(await callback_report(session, days))


@router.get("/reports/repeats")
async def get_repeats(session: Session, days: Days) -> DaysAnswer:
    """重复来电: callers who asked for a human again within 24 hours, and within 7 days."""
    return days_answer(await repeat_report(session, days))


@router.get("/callbacks")
async def get_callbacks(
    session: Session,
    days: Days,
    behind: Annotated[Behind, Query(description="The number that counted them.")] = Behind.ALL,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CallbackAnswer]:
    """List call-backs, the newest promise first."""
    before = read_cursor(cursor) if cursor else None
    found = await list_callbacks(session, days, behind, limit + 1, before)
    return page_of(found, limit, CallbackAnswer.model_validate, _place)


@router.get("/callbacks/{uid}")
async def get_callback(session: Session, uid: Uid) -> CallbackInFullAnswer:
    """Show one call-back with its attempts and the recording of its talk."""
    found = await find(session, uid)
    if found is None:
        raise NotFound(f"No call-back was promised in the call {uid}.")
    talk = await talk_of(session, found)
    return CallbackInFullAnswer(
        **CallbackAnswer.model_validate(found).model_dump(),
        attempts=attempts_of(found),
        recording=RecordingAnswer.model_validate(talk) if talk else None,
    )


def days_answer(found: CallbackReport | RepeatReport | FollowUpReport) -> DaysAnswer:
    """Write a report whose rows are days."""
    return DaysAnswer(
        first_day=found.period.since,
        last_day=found.period.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        rows=[DayAnswer.model_validate(row) for row in found.rows],
        total=DayAnswer.model_validate(found.total),
        definitions=[MeasureAnswer.model_validate(measure) for measure in found.definitions],
    )


def _place(one: Callback) -> str:
    return write_cursor(one.taken_at or one.offered_at, one.call_uid)
