"""GET /api/reports: published figures, each with its definition and the calls behind it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.calls import CallAnswer, call_page
from api.days import Days
from api.fields import Answer, Cursor, Instant, Limit, Page, read_cursor
from api.resources import Session
from reports.alarms import alarms
from reports.answer_rate import AnswerRate, ReportRow, answer_rate, calls_behind
from reports.definitions import EVERY, Unit
from reports.rolling import REQUIRED, Rolling, Window, rolling
from reports.selections import Grouping

router = APIRouter(prefix="/api/reports", tags=["reports"])


class MeasureAnswer(Answer):
    """What a figure means: never show the one without the other."""

    id: str
    version: int
    name_zh: str
    name_en: str
    formula: str
    numerator: str
    denominator: str | None
    exclusions: str
    unit: Unit
    source: str


class RowAnswer(Answer):
    """One row: its key ('' is no queue), its calls by class, its figures (null: nothing to divide).

    `classes` holds only classes in which a call ended; `late` are calls that changed after they had
    been handed on.
    """

    key: str
    arrivals: int
    running: int
    late: int
    classes: dict[str, int]
    figures: dict[str, float | None]


class DoubtAnswer(Answer):
    """A call about which the switch's lines and the count disagree."""

    uid: str
    why: str


class WitnessAnswer(Answer):
    """The same period counted from the switch's own lines; doubts are calls counted otherwise.

    As of the day that was asked about longest ago; `unheard` days were not asked about yet.
    """

    arrivals: int
    answered: int
    doubts: list[DoubtAnswer]
    as_of: Instant | None
    unheard: int


class AnswerRateAnswer(Answer):
    """The report with all that is needed to judge it."""

    first_day: date
    last_day: date
    grouping: Grouping
    time_zone: str
    as_of: Instant
    adds_up: bool
    rows: list[RowAnswer]
    total: RowAnswer
    definitions: list[MeasureAnswer]
    offenders: list[str]
    witness: WitnessAnswer


class AlarmAnswer(Answer):
    """A call that keeps the figures of its day from adding up."""

    day: date
    uid: str
    why: str


class WindowAnswer(Answer):
    """24 hours; `value` is null when nobody asked for a human in them."""

    begin: Instant
    end: Instant
    human_requests: int
    value: float | None


class RollingAnswer(Answer):
    """All windows of 24 hours that end at a full hour of the period and are over.

    `short` are those below what the standard requires.
    """

    first_day: date
    last_day: date
    time_zone: str
    as_of: Instant
    required: float
    windows: int
    worst: WindowAnswer | None
    short: list[WindowAnswer]
    definition: MeasureAnswer


@router.get("/answer-rate")
async def get_answer_rate(
    session: Session, days: Days, by: Grouping = Grouping.DAY
) -> AnswerRateAnswer:
    """接通率 by day, hour, line or queue."""
    return _answer(await answer_rate(session, days, by))


@router.get("/definitions")
async def get_definitions() -> list[MeasureAnswer]:
    """Say what every published figure means."""
    return [MeasureAnswer.model_validate(measure) for measure in EVERY]


@router.get("/rolling-24h")
async def get_rolling(session: Session, days: Days) -> RollingAnswer:
    """连续24小时接通率: the worst 24 hours of a period, and every one that falls short."""
    return _rolling_answer(await rolling(session, days))


@router.get("/alarms")
async def get_alarms(session: Session) -> list[AlarmAnswer]:
    """List the calls that keep figures from adding up, of whatever day; none is as it should be."""
    return [AlarmAnswer.model_validate(alarm) for alarm in await alarms(session)]


@router.get("/answer-rate/calls")
async def get_calls_behind(
    session: Session,
    days: Days,
    behind: Annotated[str, Query(max_length=40, description="A class, or another number.")],
    by: Grouping | None = None,
    key: Annotated[str | None, Query(pattern=r"^[\w.: -]{0,40}$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CallAnswer]:
    """List the calls that a number of the report counted, newest first."""
    before = read_cursor(cursor) if cursor else None
    return call_page(await calls_behind(session, days, behind, by, key, limit + 1, before), limit)


def _answer(report: AnswerRate) -> AnswerRateAnswer:
    return AnswerRateAnswer(
        first_day=report.period.since,
        last_day=report.period.last,
        grouping=report.grouping,
        time_zone="Asia/Shanghai",
        as_of=report.as_of,
        adds_up=report.adds_up,
        rows=[_row(row) for row in report.rows],
        total=_row(report.total),
        definitions=[MeasureAnswer.model_validate(measure) for measure in report.definitions],
        offenders=[item.call.uid for item in report.offenders],
        witness=WitnessAnswer.model_validate(report.witness),
    )


def _rolling_answer(found: Rolling) -> RollingAnswer:
    return RollingAnswer(
        first_day=found.period.since,
        last_day=found.period.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        required=REQUIRED,
        windows=len(found.windows),
        worst=_window(found.worst) if found.worst else None,
        short=[_window(window) for window in found.short],
        definition=MeasureAnswer.model_validate(found.measure),
    )


def _window(window: Window) -> WindowAnswer:
    return WindowAnswer(
        begin=window.begin,
        end=window.end,
        human_requests=window.human_requests,
        value=window.value,
    )


def _row(row: ReportRow) -> RowAnswer:
    return RowAnswer(
        key=row.key,
        arrivals=row.counts.arrivals,
        running=row.counts.running,
        late=row.counts.late,
        classes={name.value: calls for name, calls in row.counts.classes.items() if calls},
        figures=row.figures,
    )
