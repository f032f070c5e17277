"""GET /api/reports/year-on-year: a period beside the same days of the year before."""

from datetime import date

from fastapi import APIRouter

from api.days import Days
from api.fields import Answer, Instant
from api.reports import MeasureAnswer
from api.resources import Session
from reports.year_on_year import Change, year_on_year

router = APIRouter(prefix="/api/reports", tags=["reports"])


class ChangeAnswer(Answer):
    """One measure: `relative` is (now − before) / before; null without a baseline.

    Shares have `points` (now − before) instead; times have `speed` (before / now − 1) as well, the
    other reading of a time that became shorter.
    """

    definition: MeasureAnswer
    now: float | None
    before: float | None
    relative: float | None
    points: float | None
    speed: float | None


class YearOnYearAnswer(Answer):
    """Both periods; `remarks` say in sentences what to know before comparing."""

    first_day: date
    last_day: date
    before_first_day: date
    before_last_day: date
    time_zone: str
    as_of: Instant
    running: int
    late: int
    remarks: list[str]
    changes: list[ChangeAnswer]


@router.get("/year-on-year")
async def get_year_on_year(session: Session, days: Days) -> YearOnYearAnswer:
    """同比: every measure of a period and of the same calendar days one year before."""
    found = await year_on_year(session, days)
    return YearOnYearAnswer(
        first_day=found.now.since,
        last_day=found.now.last,
        before_first_day=found.before.since,
        before_last_day=found.before.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        running=found.counts_now.running,
        late=found.counts_now.late,
        remarks=found.remarks,
        changes=[change_answer(change) for change in found.changes],
    )


def change_answer(change: Change) -> ChangeAnswer:
    """Return a change with what it means."""
    return ChangeAnswer(
        definition=MeasureAnswer.model_validate(change.measure),
        now=change.now,
        before=change.before,
        relative=change.relative,
        points=change.points,
        speed=change.speed,
    )
