"""/api/follow-ups: the work list of follow-up calls (回访), and what people do with it.

A follow-up is known by its ticket's number. The citizen's number is masked: to call them, `dial`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from api.acting import Actor as ActorName
from api.callbacks import DaysAnswer, days_answer
from api.days import Days
from api.errors import NotFound
from api.fields import (
    Answer,
    Cursor,
    Instant,
    Limit,
    Page,
    page_of,
    read_numbered_cursor,
    write_cursor,
)
from api.matters import Number
from api.persons import TheCity
from api.resources import Session
from core.clock import utc_now
from core.masking import mask_phone, mask_text
from reports.follow_up import Behind, follow_up_report, list_behind
from tickets.acts import Actor
from tickets.followup import repository, service
from tickets.followup.models import Attempt
from tickets.followup.repository import Work
from tickets.followup.service import LONGEST_REASON, Report
from tickets.followup.states import FollowUpState
from tickets.followup.verdict import Answers
from tickets.followup.words import Ending, Mark, Means, Solved
from tickets.life.facts import Person

router = APIRouter(prefix="/api/follow-ups", tags=["follow-up"])


class ReportBody(BaseModel):
    """What came of an attempt; the three answers of somebody who was reached, kept apart."""

    model_config = ConfigDict(extra="forbid")

    ending: Ending
    service: Mark | None = None
    handling: Mark | None = None
    solved: Solved | None = None
    reason: str = Field(default="", max_length=LONGEST_REASON)


class AttemptAnswer(Answer):
    """One attempt; `counts` is whether it is one of the three."""

    at: Instant
    half_day: str
    counts: bool
    means: Means
    actor: str
    ending: Ending
    call_uid: str | None
    service: int | None
    handling: int | None
    solved: Solved | None
    reason: str


class FollowUpAnswer(Answer):
    """One follow-up and what it is about; `late` is whether it is open after its limit."""

    ticket: str
    state: FollowUpState
    why: str | None
    type: str | None
    title: str
    lead: str | None
    contact_number: str | None
    round: int
    attempts: int
    opened_at: Instant
    due_at: Instant
    late: bool
    not_before: Instant
    claimed_by: str | None
    service: int | None
    handling: int | None
    solved: Solved | None
    reason: str
    answered_by: Means | None
    ended_at: Instant | None
    history: list[AttemptAnswer] = Field(default_factory=list)


@router.get("")
async def work_list(
    session: Session,
    state: Annotated[
        list[FollowUpState] | None, Query(description="Open ones if left out.")
    ] = None,
    claimed_by: Annotated[str | None, Query(max_length=64)] = None,
    ready: Annotated[bool, Query(description="Only those that may be called now.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[FollowUpAnswer]:
    """List follow-ups, the earliest due first."""
    now = utc_now()
    found = await repository.work_list(
        session,
        limit + 1,
        read_numbered_cursor(cursor) if cursor else None,
        states=state or (),
        ready_at=now if ready else None,
        claimed_by=claimed_by,
    )
    return page_of(
        found,
        limit,
        lambda one: _answer(one, now),
        lambda one: write_cursor(one.follow_up.due_at, one.follow_up.id),
    )


@router.get("/report")
async def get_report(session: Session, city: TheCity, days: Days) -> DaysAnswer:
    """回访: coverage, solved rate and satisfaction, by the day of the answer, with definitions."""
    return days_answer(await follow_up_report(session, days, city.follow_up.weights))


@router.get("/report/{behind}")
async def get_behind(
    session: Session, days: Days, behind: Behind, limit: Limit = 50, cursor: Cursor = None
) -> Page[FollowUpAnswer]:
    """List the follow-ups that a number of the report counted, newest first."""
    now = utc_now()
    found = await list_behind(
        session, days, behind, limit + 1, read_numbered_cursor(cursor) if cursor else None
    )
    return page_of(
        found,
        limit,
        lambda one: _answer(one, now),
        lambda one: write_cursor(one.follow_up.opened_at, one.follow_up.id),
    )


@router.get("/{number}")
async def show(session: Session, number: Number) -> FollowUpAnswer:
    """Show the newest follow-up of a ticket with its attempts."""
    return await _shown(session, number)


@router.post("/{number}/claim")
async def claim(
    session: Session, city: TheCity, number: Number, actor: ActorName
) -> FollowUpAnswer:
    """Put it on one's own desk; nobody else can until it is put back."""
    async with session.begin():
        await service.claim(session, city, number, _person(actor))
    return await _shown(session, number)


@router.post("/{number}/release")
async def release(
    session: Session, city: TheCity, number: Number, actor: ActorName
) -> FollowUpAnswer:
    """Put it back on the list."""
    async with session.begin():
        await service.release(session, city, number, _person(actor))
    return await _shown(session, number)


@router.post("/{number}/record")
async def record(
    session: Session,
    city: TheCity,
    number: Number,
    actor: ActorName,
    report: Annotated[ReportBody, Body()],
) -> FollowUpAnswer:
    """Write down what an attempt came to; the ticket is archived or handled again accordingly."""
    said = Answers(report.service, report.handling, report.solved, report.reason)
    async with session.begin():
        await service.record(
            session, city, number, _person(actor), Report(Means.PERSON, report.ending, said)
        )
    return await _shown(session, number)


def _person(name: str) -> Person:
    return Person(name, Actor.FOLLOW_UP)


async def _shown(session: Session, number: str) -> FollowUpAnswer:
    found = await repository.newest(session, number)
    if found is None:
        raise NotFound(f"{number} has no follow-up.")
    history = await repository.attempts(session, found.follow_up.id)
    return _answer(found, utc_now(), history)


def _answer(work: Work, now: datetime, history: Sequence[Attempt] = ()) -> FollowUpAnswer:
    one, matter = work.follow_up, work.matter
    values = {name: getattr(one, name, None) for name in FollowUpAnswer.model_fields}
    return FollowUpAnswer.model_validate(
        values
        | {
            "ticket": work.ticket.number,
            "type": matter.type,
            "title": mask_text(matter.title),
            "lead": matter.lead,
            "contact_number": mask_phone(matter.contact_phone or work.ticket.caller),
            "late": one.ended_at is None and one.due_at < now,
            "reason": mask_text(one.reason),
            "history": [_attempt(attempt) for attempt in history],
        }
    )


def _attempt(attempt: Attempt) -> AttemptAnswer:
    answer = AttemptAnswer.model_validate(attempt)
    answer.reason = mask_text(answer.reason)
    return answer
