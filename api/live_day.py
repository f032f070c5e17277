"""/api/live/half-hours and /api/live/lines: what the hall's wall shows beside the live picture."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from api.fields import Answer, Instant
from api.resources import Open, Session
from core.clock import SHANGHAI, local_day, utc_now
from ivr.lines import load_lines
from queues.models import Call
from reports.counts import Counts
from reports.rollups import counted
from reports.selections import Grouping
from tickets.outcomes import Outcome

router = APIRouter(prefix="/api/live", tags=["live"])

Uids = Annotated[
    list[str], Query(max_length=200, description="Calls that wait now, by uid.", alias="call")
]


class HalfHourAnswer(Answer):
    """Calls of a half-hour of today: how many asked for a human, how many reached one."""

    begin: Instant
    human_requests: int
    answered: int


@router.get("/half-hours")
async def get_half_hours(session: Session) -> list[HalfHourAnswer]:
    """Count today's calls by half-hour, as reports do; half-hours without calls are left out."""
    today = local_day(utc_now())
    found = await counted(session, today, today + timedelta(days=1), Grouping.INTERVAL)
    sums: dict[datetime, Counts] = {}
    for key, counts in found.items():
        begin = datetime.strptime(key[:16], "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
        sums[begin] = sums.get(begin, Counts()) + counts
    return [
        HalfHourAnswer(
            begin=begin, human_requests=one.human_requests, answered=one.of(Outcome.ANSWERED)
        )
        for begin, one in sorted(sums.items())
    ]


@router.get("/lines")
async def get_lines_of(opened: Open, session: Session, uids: Uids) -> dict[str, str]:
    """Say on which line each of some calls came in, by its name; unknown ones are left out."""
    names = {line.code: line.name for line in load_lines(opened.settings).lines}
    rows = await session.execute(select(Call.uid, Call.line).where(Call.uid.in_(uids)))
    return {uid: names.get(line, line) for uid, line in rows}
