"""GET /api/staffing: how many agents it takes, for any demand and for a day to come."""

from datetime import date
from math import isfinite
from typing import Annotated

from fastapi import APIRouter, Query

from api.fields import Answer, Instant
from api.resources import Open, Session
from foresight.day_kinds import DayType
from foresight.definitions import PREDICTIONS, Unit
from foresight.erlang import Demand, Outlook, outlook
from foresight.history import Source
from foresight.plan import USUAL_WISH, Interval, Plan, Wish, plan_day
from foresight.service import USUAL_AFTER_CALL
from foresight.size_table import HANDLING, PATIENCE, Size, size_table
from foresight.sizing import STANDARD, Goal, agents_for, scheduled
from tickets.calendar import load_workdays

router = APIRouter(prefix="/api/staffing", tags=["staffing"])

Share = Annotated[float, Query(alias="goal", ge=0.01, le=0.9999, description="Share answered …")]
Limit = Annotated[float, Query(alias="within", ge=0, le=3600, description="… within seconds.")]
Shrinkage = Annotated[
    float, Query(ge=0, le=0.9, description="Share of paid time away from the phone.")
]
Minutes = Annotated[int, Query(alias="interval", description="15, 30 or 60 minutes.")]


class OutlookAnswer(Answer):
    """What to expect of so many agents; `mean_wait` is null where the line grows without end."""

    agents: int
    must_wait: float
    within: float
    answer: float
    abandon: float
    mean_wait: float | None
    occupancy: float


class SizeAnswer(Answer):
    """The busiest hour of a known hotline: agents for 95 % in 15 s and for 80 % in 20 s."""

    title: str
    calls_of_day: int | None
    calls: float
    load: float
    strict: OutlookAnswer
    usual: OutlookAnswer


class DemandAnswer(Answer):
    """So many calls an hour: their load in erlang, and what callers get."""

    load: float
    scheduled: int
    expected: OutlookAnswer


class PredictionAnswer(Answer):
    """What a predicted figure means; `measure` is the published measure that it predicts."""

    id: str
    name_zh: str
    name_en: str
    formula: str
    unit: Unit
    source: str
    measure: str | None


class IntervalAnswer(Answer):
    """One interval: calls that will ask for a human, agents at phones and on the roster."""

    begin: Instant
    calls: float
    load: float
    agents: int
    scheduled: int
    expected: OutlookAnswer


class ServiceAnswer(Answer):
    """Seconds: ringing and talk, work after it, patience. `ledger` is measured here."""

    busy: float
    after_call: float
    patience: float
    busy_from: Source
    patience_from: Source


class AccuracyAnswer(Answer):
    """What a forecast a week ahead would have missed by, as shares of the calls that came."""

    days: int
    wape: float
    wape_day: float
    bias: float
    last_week: float | None
    chance: float


class PlanAnswer(Answer):
    """A plan with all that is needed to judge it; `source` synthetic means invented days."""

    day: date
    kind: DayType
    provisional: bool
    time_zone: str
    as_of: Instant
    source: Source
    known_days: int
    service: ServiceAnswer
    accuracy: AccuracyAnswer | None
    intervals: list[IntervalAnswer]
    definitions: list[PredictionAnswer]


@router.get("/table")
def get_table() -> list[SizeAnswer]:
    """Agents of known hotlines in their busiest hour."""
    return [_size(one) for one in size_table()]


@router.get("/size")
def get_size(
    calls: Annotated[float, Query(ge=0, le=1e6, description="Calls an hour.")],
    handling: Annotated[float, Query(ge=1, le=7200, description="Seconds.")] = HANDLING,
    agents: Annotated[int | None, Query(ge=0, le=200_000)] = None,
    share: Share = STANDARD.share,
    limit: Limit = STANDARD.limit,
    patience: Annotated[float, Query(ge=1, le=86_400, description="Seconds.")] = PATIENCE,
    shrinkage: Shrinkage = 0.0,
) -> DemandAnswer:
    """Agents for so many calls an hour, or what callers get from so many agents."""
    demand = Demand(calls, handling)
    needed = agents_for(demand, Goal(share, limit)).agents if agents is None else agents
    return DemandAnswer(
        load=demand.load,
        scheduled=scheduled(needed, shrinkage),
        expected=_outlook(outlook(demand, needed, limit, patience)),
    )


@router.get("/plan")
async def get_plan(
    opened: Open,
    session: Session,
    day: date,
    minutes: Minutes = USUAL_WISH.minutes,
    share: Share = STANDARD.share,
    limit: Limit = STANDARD.limit,
    shrinkage: Shrinkage = USUAL_WISH.shrinkage,
    after_call: Annotated[float, Query(ge=0, le=3600)] = USUAL_AFTER_CALL,
    least: Annotated[int, Query(ge=0, le=1000)] = 1,
    most_busy: Annotated[
        float, Query(ge=0.1, le=1, description="Highest share of their time agents are busy.")
    ] = STANDARD.occupancy,
) -> PlanAnswer:
    """Forecast a day's calls and say how many agents it takes in each interval."""
    wish = Wish(Goal(share, limit, most_busy, least), minutes, shrinkage, after_call)
    workdays = load_workdays(opened.settings.config_dir / "calendar.toml")
    return _plan(await plan_day(session, day, workdays, wish))


def _outlook(found: Outlook) -> OutlookAnswer:
    return OutlookAnswer(
        agents=found.agents,
        must_wait=found.must_wait,
        within=found.within,
        answer=found.answer,
        abandon=found.abandon,
        mean_wait=found.mean_wait if isfinite(found.mean_wait) else None,
        occupancy=found.occupancy,
    )


def _size(one: Size) -> SizeAnswer:
    return SizeAnswer(
        title=one.case.title,
        calls_of_day=one.case.of_day,
        calls=one.case.calls,
        load=one.load,
        strict=_outlook(one.strict),
        usual=_outlook(one.usual),
    )


def _plan(found: Plan) -> PlanAnswer:
    return PlanAnswer(
        day=found.day,
        kind=found.kind,
        provisional=found.provisional,
        time_zone="Asia/Shanghai",
        as_of=found.as_of,
        source=found.source,
        known_days=found.known_days,
        service=ServiceAnswer.model_validate(found.service),
        accuracy=AccuracyAnswer.model_validate(found.accuracy) if found.accuracy else None,
        intervals=[_interval(one) for one in found.intervals],
        definitions=[PredictionAnswer.model_validate(one) for one in PREDICTIONS],
    )


def _interval(one: Interval) -> IntervalAnswer:
    return IntervalAnswer(
        begin=one.begin,
        calls=one.calls,
        load=one.load,
        agents=one.agents,
        scheduled=one.scheduled,
        expected=_outlook(one.expected),
    )
