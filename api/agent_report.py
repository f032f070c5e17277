"""GET /api/reports/agents: what each agent did in a period, and how their time went."""

from datetime import date

from fastapi import APIRouter

from api.days import Days
from api.fields import Answer, Instant
from api.reports import MeasureAnswer
from api.resources import Open, Session
from reports.agents import AgentRow, agent_report

router = APIRouter(prefix="/api/reports", tags=["reports"])


class AgentRowAnswer(Answer):
    """One agent, or `total`; a figure is null when there is nothing to divide by."""

    key: str
    figures: dict[str, float | None]


class AgentReportAnswer(Answer):
    """Every agent of whom anything is known in the period; days that last are told as they are."""

    first_day: date
    last_day: date
    time_zone: str
    as_of: Instant
    rows: list[AgentRowAnswer]
    total: AgentRowAnswer
    definitions: list[MeasureAnswer]


@router.get("/agents")
async def get_agents_report(session: Session, opened: Open, days: Days) -> AgentReportAnswer:
    """坐席报表: calls answered, work after them, occupancy and breaks, by agent."""
    found = await agent_report(session, days, opened.settings.shift_hours)
    return AgentReportAnswer(
        first_day=found.period.since,
        last_day=found.period.last,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        rows=[_row(row) for row in found.rows],
        total=_row(found.total),
        definitions=[MeasureAnswer.model_validate(measure) for measure in found.definitions],
    )


def _row(row: AgentRow) -> AgentRowAnswer:
    return AgentRowAnswer(key=row.key, figures=row.figures)
