"""/api/audits and /api/assessments: whether promises were kept, and how units did in a month."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from api.acting import Actor, Principal, Who
from api.errors import NotPermitted
from api.fields import Answer, Before, Instant, Limit, Page, page_of
from api.persons import TheCity
from api.resources import Open, Session
from oversight import assessing
from oversight.auditing import DefectInList, defects_of, newest_audit
from oversight.months import Assessment, look
from oversight.rules import AssessmentRules, load_assessment_rules
from oversight.words import AssessmentAct, AssessmentState, Decision, Promise

router = APIRouter(prefix="/api", tags=["oversight"])


class CoverageAnswer(Answer):
    """Tickets that a promise was due for, those it was kept to, those that a rule excused."""

    due: int
    kept: int
    excused: int


class AuditAnswer(Answer):
    """The newest audit of a day."""

    id: int
    day: date
    at: Instant
    actor: str
    coverage: dict[Promise, CoverageAnswer]


class DefectAnswer(Answer):
    """A ticket of which a promise was not kept."""

    number: str
    promise: Promise
    owner: str
    why: str


class StandingAnswer(Answer):
    """A unit's month; `score` includes what decisions added to what was `frozen`."""

    unit: str
    peers: str
    tickets: int
    frozen: float | None
    score: float | None
    band: str | None
    rank: int | None
    parts: dict[str, Any]


class ActAnswer(Answer):
    """One act on the assessment of a month."""

    id: int
    act: AssessmentAct
    unit: str | None
    actor: str
    reason: str
    evidence: str
    appeal_id: int | None
    decision: Decision | None
    points: float
    at: Instant


class AssessmentAnswer(Answer):
    """The assessment of a month as it stands."""

    month: date
    state: AssessmentState
    appeals_until: Instant | None
    excluded: int
    units: list[StandingAnswer]
    acts: list[ActAnswer]


class AppealBody(BaseModel):
    """A unit's appeal."""

    model_config = ConfigDict(extra="forbid")
    unit: str = Field(max_length=20)
    reason: str = Field(max_length=2_000)
    evidence: str = Field(max_length=2_000)


class DecisionBody(BaseModel):
    """What the panel says to an appeal."""

    model_config = ConfigDict(extra="forbid")
    decision: Decision
    reason: str = Field(max_length=2_000)
    points: float = Field(0.0, ge=-100, le=100)


def _rules(opened: Open) -> AssessmentRules:
    return load_assessment_rules(opened.settings.config_dir)


def _month(
    month: Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="2026-10")],
) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


TheRules = Annotated[AssessmentRules, Depends(_rules)]
Month = Annotated[date, Depends(_month)]


@router.get("/audits/{day}")
async def get_audit(session: Session, day: date) -> AuditAnswer:
    """七有核查: how far each promise was kept on a day."""
    return AuditAnswer.model_validate(await newest_audit(session, day))


@router.get("/audits/{day}/defects")
async def get_defects(
    session: Session, day: date, limit: Limit = 50, cursor: Before = None
) -> Page[DefectAnswer]:
    """List the tickets that went without, with who has to mend it."""
    made = await newest_audit(session, day)
    found = await defects_of(session, made.id, limit + 1, cursor or 0)
    return page_of(found, limit, _defect, lambda one: one.defect.id)


@router.get("/assessments/{month}")
async def get_assessment(
    session: Session, city: TheCity, rules: TheRules, month: Month, who: Who
) -> AssessmentAnswer:
    """月度考核: units by their peers, with scores, appeals and decisions.

    A unit sees the others once the month is published.
    """
    found = await look(session, city, rules, month)
    published = found.state is AssessmentState.PUBLISHED
    return _answer(found, None if published else _unit_of(who))


@router.post("/assessments/{month}/freeze")
async def post_freeze(
    session: Session, city: TheCity, rules: TheRules, month: Month, actor: Actor
) -> AssessmentAnswer:
    """Compute a month that is over, and keep it."""
    await assessing.freeze(session, city, rules, month, actor)
    return await _committed(session, city, rules, month)


@router.post("/assessments/{month}/appeals")
async def post_appeal(
    session: Session,
    city: TheCity,
    rules: TheRules,
    month: Month,
    actor: Actor,
    who: Who,
    body: Annotated[AppealBody, Body()],
) -> AssessmentAnswer:
    """Appeal for a unit, with evidence; somebody of a unit appeals for their own."""
    unit = _unit_of(who)
    if who.role is not None and unit != body.unit:
        raise NotPermitted(who.role.on_the_door)
    await assessing.appeal(
        session, city, rules, month, body.unit, actor, body.reason, body.evidence
    )
    return await _committed(session, city, rules, month, unit)


@router.post("/assessments/{month}/appeals/{number}/decision")
async def post_decision(
    session: Session,
    city: TheCity,
    rules: TheRules,
    month: Month,
    number: Annotated[int, Path(ge=1, le=2**62)],
    actor: Actor,
    body: Annotated[DecisionBody, Body()],
) -> AssessmentAnswer:
    """Decide an appeal, once."""
    await assessing.decide(session, month, number, actor, body.decision, body.reason, body.points)
    return await _committed(session, city, rules, month)


@router.post("/assessments/{month}/publication")
async def post_publication(
    session: Session, city: TheCity, rules: TheRules, month: Month, actor: Actor
) -> AssessmentAnswer:
    """Publish a month once no appeal can come or waits."""
    await assessing.publish(session, city, rules, month, actor)
    return await _committed(session, city, rules, month)


async def _committed(
    session: Session, city: TheCity, rules: TheRules, month: date, only: str | None = None
) -> AssessmentAnswer:
    answer = _answer(await look(session, city, rules, month), only)
    await session.commit()
    return answer


def _unit_of(who: Principal) -> str | None:
    """Return the unit of somebody who works for one and is signed in; '' when it is not known."""
    if who.known is None or not who.known.role.of_a_unit:
        return None
    return who.known.unit or ""


def _answer(found: Assessment, only: str | None = None) -> AssessmentAnswer:
    """Tell a month, of one unit only where the others are not its business."""
    return AssessmentAnswer(
        month=found.month,
        state=found.state,
        appeals_until=found.appeals_until,
        excluded=found.excluded,
        units=[
            StandingAnswer(
                unit=s.row.unit,
                peers=s.row.peers,
                tickets=s.row.sample,
                frozen=s.row.score,
                score=s.final,
                band=s.band,
                rank=s.rank,
                parts=s.row.parts,
            )
            for s in found.standings
            if only is None or s.row.unit == only
        ],
        acts=[
            ActAnswer.model_validate(event)
            for event in found.events
            if only is None or event.unit in (None, only)
        ],
    )


def _defect(one: DefectInList) -> DefectAnswer:
    told = one.defect
    return DefectAnswer(number=one.number, promise=told.promise, owner=told.owner, why=told.why)
