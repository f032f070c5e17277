"""GET /api/lines/{line}/at: who is there at an instant, and what a silent caller hears."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.errors import Refused
from api.fields import Answer, Instant
from api.resources import Open
from core.clock import SHANGHAI, utc_now
from ivr.preview import Preview, preview
from ivr.timetable import Standing

router = APIRouter(prefix="/api/lines", tags=["flows"])

LineName = Annotated[str, Path(max_length=40, description="A line, by its code or a number.")]
When = Annotated[
    datetime | None,
    Query(description="2026-10-01T10:00 in the city's time, or with an offset; now if absent."),
]


class StandingAnswer(Answer):
    """Open or not, and why."""

    is_open: bool
    why: str


class ToldAnswer(Answer):
    """One thing a silent caller hears or comes to, `at` seconds into the call."""

    at: float
    kind: str
    what: str


class PreviewAnswer(Answer):
    """A line at an instant; `queues` are those of its flow, `told` ends where a caller waits."""

    line: str
    flow: str
    version: str
    at: Instant
    day: str
    standing: StandingAnswer
    queues: dict[str, StandingAnswer]
    told: list[ToldAnswer]


@router.get("/{line}/at")
async def get_line_at(opened: Open, line: LineName, instant: When = None) -> PreviewAnswer:
    """Say who is there at an instant, and what a caller hears who presses nothing."""
    at = instant or utc_now()
    if not 2000 <= at.year <= 2999:
        raise Refused("The instant must lie between the years 2000 and 2999.")
    if at.tzinfo is None:
        at = at.replace(tzinfo=SHANGHAI)
    return _answer(await preview(opened.settings, line, at))


def _answer(found: Preview) -> PreviewAnswer:
    return PreviewAnswer(
        line=found.line.code,
        flow=found.line.flow,
        version=found.version,
        at=found.at,
        day=found.day,
        standing=_standing(found.standing),
        queues={name: _standing(one) for name, one in found.queues.items()},
        told=[ToldAnswer.model_validate(one) for one in found.told],
    )


def _standing(standing: Standing) -> StandingAnswer:
    return StandingAnswer.model_validate(standing)
