"""回访: how answers were followed up, day by day, and the tickets behind each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import SHANGHAI, midnight, utc_now
from reports.answer_rate import Period
from reports.definitions.follow_up import FOLLOW_UPS, FollowUpCounts, FollowUpMeasure
from tickets.followup.models import Attempt, FollowUp
from tickets.followup.repository import Work
from tickets.followup.rules import MOST_ATTEMPTS
from tickets.followup.states import LIVE, FollowUpState
from tickets.followup.words import Mark, Solved
from tickets.life.models import Matter
from tickets.models import Ticket
from tickets.states import TicketState


class Behind(StrEnum):
    """The numbers of the report that can be walked back to their tickets."""

    DUE = "due"
    OPEN = "open"
    TRIED = "tried"
    COVERED = "covered"
    IN_TIME = "in_time"
    REACHED = "reached"
    UNREACHED = "unreached"
    REDO = "redo"
    BASE = "base"
    SOLVED = "solved"
    PARTLY = "partly"
    CONTENT = "content"
    SERVICE_MARKS = "service_marks"
    SERVICE_CONTENT = "service_content"


_DUE = FollowUp.state.not_in([FollowUpState.NOT_DUE, FollowUpState.OVERTAKEN])
_REACHED = and_(_DUE, FollowUp.answered_at.is_not(None))
_BASE = and_(_REACHED, Ticket.state.not_in([TicketState.UNREASONABLE, TicketState.OUT]))
_ATTEMPT = select(Attempt.id).where(Attempt.follow_up_id == FollowUp.id)
_IN_TIME = exists(_ATTEMPT.where(Attempt.at <= FollowUp.due_at))
_GOOD = Mark.FAIRLY_SATISFIED.value

# Counting and listing share the condition, so that a list is always as long as its number.
CONDITIONS: Mapping[Behind, ColumnElement[bool]] = {
    Behind.DUE: _DUE,
    Behind.OPEN: FollowUp.state.in_(LIVE),
    Behind.TRIED: and_(_DUE, exists(_ATTEMPT)),
    Behind.COVERED: and_(_DUE, or_(_REACHED, FollowUp.attempts >= MOST_ATTEMPTS)),
    Behind.IN_TIME: and_(_DUE, _IN_TIME),
    Behind.REACHED: _REACHED,
    Behind.UNREACHED: FollowUp.state == FollowUpState.UNREACHED,
    Behind.REDO: FollowUp.state == FollowUpState.REDO,
    Behind.BASE: _BASE,
    Behind.SOLVED: and_(_BASE, FollowUp.solved == Solved.YES),
    Behind.PARTLY: and_(_BASE, FollowUp.solved == Solved.PARTLY),
    Behind.CONTENT: and_(_BASE, FollowUp.handling <= _GOOD),
    Behind.SERVICE_MARKS: and_(_DUE, FollowUp.service.is_not(None)),
    Behind.SERVICE_CONTENT: and_(_DUE, FollowUp.service <= _GOOD),
}


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """A day, or all of them: what was counted and its figures."""

    key: str
    counts: FollowUpCounts
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """Days on which anything was answered, and all of them together."""

    period: Period
    as_of: datetime
    rows: list[FollowUpRow]
    total: FollowUpRow
    definitions: tuple[FollowUpMeasure, ...]


async def follow_up_report(
    session: AsyncSession, period: Period, weights: Sequence[float]
) -> FollowUpReport:
    """Compute the report; `weights` are what the five marks of the handling are worth."""
    as_of = utc_now()
    days = await _counted(session, period, weights)
    rows = [_row(day, counts) for day, counts in sorted(days.items())]
    total = _row("total", sum(days.values(), FollowUpCounts()))
    return FollowUpReport(period, as_of, rows, total, FOLLOW_UPS)


async def list_behind(
    session: AsyncSession,
    period: Period,
    behind: Behind,
    limit: int = 50,
    before: tuple[datetime, int] | None = None,
) -> Sequence[Work]:
    """Return the follow-ups that a number counted, newest first."""
    query = (
        select(FollowUp, Ticket, Matter)
        .join(Ticket, Ticket.id == FollowUp.ticket_id)
        .join(Matter, Matter.ticket_id == Ticket.id)
        .where(*_of(period), CONDITIONS[behind])
        .order_by(FollowUp.opened_at.desc(), FollowUp.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(FollowUp.opened_at, FollowUp.id) < before)
    rows = await session.execute(query)
    return [Work(one, ticket, matter) for one, ticket, matter in rows]


def _of(period: Period) -> tuple[ColumnElement[bool], ...]:
    begin, end = midnight(period.since), midnight(period.until)
    return (FollowUp.opened_at >= begin, FollowUp.opened_at < end)


async def _counted(
    session: AsyncSession, period: Period, weights: Sequence[float]
) -> dict[str, FollowUpCounts]:
    day = func.to_char(func.timezone(SHANGHAI.key, FollowUp.opened_at), "YYYY-MM-DD")
    counts = [func.count().filter(told).label(name) for name, told in CONDITIONS.items()]
    worth = case(
        *((FollowUp.handling == mark, weights[mark - 1]) for mark in Mark),
        else_=0.0,
    )
    weight = func.coalesce(func.sum(worth).filter(_BASE), 0.0).label("weight")
    query = (
        select(day.label("day"), *counts, weight)
        .join(Ticket, Ticket.id == FollowUp.ticket_id)
        .where(*_of(period))
        .group_by(day)
    )
    rows = (await session.execute(query)).mappings()
    return {r["day"]: FollowUpCounts(**{k: v for k, v in r.items() if k != "day"}) for r in rows}


def _row(key: str, counts: FollowUpCounts) -> FollowUpRow:
    return FollowUpRow(key, counts, {m.id: m.value(counts) for m in FOLLOW_UPS})
