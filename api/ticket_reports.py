"""GET /api/reports/tickets, bulletin, visits, half-year: figures of tickets with definitions."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.days import Days
from api.fields import Answer, Cursor, Instant, Limit, Page, page_of, read_cursor, write_cursor
from api.persons import TheCity
from api.reports import MeasureAnswer
from api.resources import Session
from api.year_on_year import ChangeAnswer, change_answer
from reports.answer_rate import Period
from reports.bulletin import bulletin
from reports.definitions.tickets import TICKET_MEASURES
from reports.half_year import half_year
from reports.spans import span_of
from reports.ticket_facts import Scope
from reports.ticket_sides import TicketGrouping
from reports.ticket_tally import TicketInList, tickets_behind
from reports.tickets import TicketRow, ticket_report
from reports.visits import VISIT_MEASURES, visits

router = APIRouter(prefix="/api/reports", tags=["reports"])


class TicketRowAnswer(Answer):
    """One group of tickets: its key ('' has none) and its figures (null: nothing to divide)."""

    key: str
    figures: dict[str, float | None]


class TicketReportAnswer(Answer):
    """Tickets by one of their sides, most of them first."""

    first_day: date
    last_day: date
    grouping: TicketGrouping
    scope: Scope
    time_zone: str
    as_of: Instant
    rows: list[TicketRowAnswer]
    total: TicketRowAnswer
    definitions: list[MeasureAnswer]


class TicketBehindAnswer(Answer):
    """A ticket that a number counted."""

    number: str
    new_at: Instant
    channel: str
    state: str
    type: str | None
    category: str | None
    lead: str | None


class TopicAnswer(Answer):
    """A category, its tickets now and a year before."""

    code: str
    name: str
    now: int
    before: int
    change: float | None


class BulletinAnswer(Answer):
    """A quarter; `adds_up` says whether every way to cut the tickets has the same sum."""

    first_day: date
    last_day: date
    time_zone: str
    as_of: Instant
    adds_up: bool
    received: ChangeAnswer
    figures: dict[str, float | None]
    channels: dict[str, int]
    natures: dict[str, int]
    topics: list[TopicAnswer]
    definitions: list[MeasureAnswer]


class VisitsAnswer(Answer):
    """Matters brought home from visits."""

    first_day: date
    last_day: date
    time_zone: str
    as_of: Instant
    adds_up: bool
    figures: dict[str, float | None]
    definitions: list[MeasureAnswer]


class HalfYearAnswer(Answer):
    """A half-year beside the one before."""

    first_day: date
    last_day: date
    before_first_day: date
    before_last_day: date
    time_zone: str
    as_of: Instant
    changes: list[ChangeAnswer]


def _quarter(
    quarter: Annotated[str, Query(max_length=10, description="Such as 2020-Q2.")],
) -> Period:
    return span_of(quarter)


def _half(half: Annotated[str, Query(max_length=10, description="Such as 2020-H1.")]) -> Period:
    return span_of(half)


@router.get("/tickets")
async def get_ticket_report(
    session: Session,
    city: TheCity,
    days: Days,
    by: TicketGrouping = TicketGrouping.CATEGORY,
    scope: Scope = Scope.CITIZENS,
) -> TicketReportAnswer:
    """工单报表: how many tickets, how soon and how well they were handled."""
    report = await ticket_report(session, city, days, by, scope)
    return TicketReportAnswer(
        first_day=days.since,
        last_day=days.last,
        grouping=by,
        scope=scope,
        time_zone="Asia/Shanghai",
        as_of=report.as_of,
        rows=[_row(row) for row in report.rows],
        total=_row(report.total),
        definitions=[MeasureAnswer.model_validate(measure) for measure in TICKET_MEASURES],
    )


@router.get("/tickets/behind")
async def get_tickets_behind(
    session: Session,
    city: TheCity,
    days: Days,
    behind: Annotated[str, Query(max_length=40, description="overdue, redone, …")],
    by: TicketGrouping | None = None,
    key: Annotated[str | None, Query(max_length=40, pattern=r"^[\w.: -]{0,40}$")] = None,
    scope: Scope = Scope.CITIZENS,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TicketBehindAnswer]:
    """List the tickets that a number of the report counted, newest first."""
    at, tie = read_cursor(cursor) if cursor else (None, "")
    before = (at, int(tie)) if at and tie.isdecimal() else None
    found = await tickets_behind(
        session, city, days.since, days.until, behind,
        grouping=by, key=key, scope=scope, limit=limit + 1, before=before,
    )  # fmt: skip
    return page_of(found, limit, TicketBehindAnswer.model_validate, _place)


@router.get("/bulletin")
async def get_bulletin(
    session: Session, city: TheCity, period: Annotated[Period, Depends(_quarter)]
) -> BulletinAnswer:
    """季度通告: a quarter's tickets by channel, nature and topic."""
    found = await bulletin(session, city, period)
    return BulletinAnswer(
        first_day=period.since,
        last_day=period.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        adds_up=found.adds_up,
        received=change_answer(found.received),
        figures=dict(found.figures),
        channels=dict(found.channels),
        natures=dict(found.natures),
        topics=[TopicAnswer.model_validate(topic) for topic in found.topics],
        definitions=[MeasureAnswer.model_validate(measure) for measure in found.measures],
    )


@router.get("/visits")
async def get_visits(session: Session, city: TheCity, days: Days) -> VisitsAnswer:
    """三遍访: received, handed over, solved, unreasonable."""
    found = await visits(session, city, days)
    return VisitsAnswer(
        first_day=days.since,
        last_day=days.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        adds_up=found.adds_up,
        figures=dict(found.figures),
        definitions=[MeasureAnswer.model_validate(measure) for measure in VISIT_MEASURES],
    )


@router.get("/half-year")
async def get_half_year(
    session: Session, city: TheCity, period: Annotated[Period, Depends(_half)]
) -> HalfYearAnswer:
    """半年通报: calls, answer rate and mean flow time beside the half-year before."""
    found = await half_year(session, city, period)
    return HalfYearAnswer(
        first_day=period.since,
        last_day=period.last,
        before_first_day=found.before.since,
        before_last_day=found.before.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        changes=[change_answer(change) for change in found.changes],
    )


def _row(row: TicketRow) -> TicketRowAnswer:
    return TicketRowAnswer(key=row.key, figures=row.figures)


def _place(ticket: TicketInList) -> str:
    return write_cursor(ticket.new_at, ticket.id)
