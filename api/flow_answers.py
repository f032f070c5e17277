"""What the routes about flows answer with."""

from pydantic import BaseModel, Field

from api.fields import Answer, Instant
from ivr.life.judging import Judgement
from ivr.life.moves import MoveKind
from ivr.life.states import Act, DraftState
from ivr.lint import Finding, Severity
from ivr.models import FlowAliasMove
from ivr.published import shown_caller


class VersionAnswer(Answer):
    """A version without its text; `version` is the hash that calls carry."""

    flow: str
    number: int
    version: str
    author: str
    reason: str
    draft_id: int | None
    at: Instant


class VersionInFullAnswer(VersionAnswer):
    """A version with its text."""

    text: str


class PlaceAnswer(BaseModel):
    """A version by its number."""

    flow: str
    number: int


class CandidateAnswer(PlaceAnswer):
    """A version on trial and whose calls it gets; whole numbers are masked."""

    percent: int
    callers: list[str]


class MoveAnswer(BaseModel):
    """One move of an alias, and where it left it; `step` is its ETag."""

    alias: str
    step: int
    kind: MoveKind
    stands: PlaceAnswer
    candidate: CandidateAnswer | None
    actor: str
    reason: str
    at: Instant


class MovedAnswer(MoveAnswer):
    """A move just made; `in_effect` is false while calls do not follow it yet."""

    in_effect: bool


class DraftAnswer(Answer):
    """A draft without its text; `revision` is its ETag, `base` the version it began from or 0."""

    id: int
    flow: str
    base: int
    revision: int
    state: DraftState
    author: str
    reason: str
    changed_at: Instant


class DraftInFullAnswer(DraftAnswer):
    """A draft with its text."""

    text: str


class DraftEventAnswer(Answer):
    """One act upon a draft; `text` is what was written."""

    revision: int
    act: Act
    state: DraftState
    actor: str
    reason: str
    at: Instant
    text: str | None


class FindingAnswer(BaseModel):
    """One remark of the lint; red keeps a flow from callers."""

    rule: str
    severity: Severity
    node: str
    line: int | None
    column: int | None
    sentence: str


class TrialAnswer(Answer):
    """One scenario and what did not come true of it."""

    scenario: str
    faults: list[str]


class JudgementAnswer(BaseModel):
    """What keeps a text from callers (`fit` is false) and what deserves a second look."""

    version: str
    fit: bool
    findings: list[FindingAnswer]
    trials: list[TrialAnswer]


class DifferenceAnswer(Answer):
    """One change between two texts."""

    node: str
    line: int | None
    sentence: str


class Why(BaseModel):
    """The reason that stays in the record."""

    reason: str = Field(default="", max_length=500)


def move_answer(move: FlowAliasMove) -> MoveAnswer:
    """Show a move."""
    return MoveAnswer(
        alias=move.alias,
        step=move.step,
        kind=move.kind,
        stands=PlaceAnswer(flow=move.flow, number=move.number),
        candidate=_candidate(move),
        actor=move.actor,
        reason=move.reason,
        at=move.at,
    )


def judgement_answer(judgement: Judgement, *, tests: bool) -> JudgementAnswer:
    """Show a judgement; `tests`: whether the scenarios count here."""
    return JudgementAnswer(
        version=judgement.version,
        fit=not judgement.red and not (tests and judgement.failed),
        findings=[finding_answer(one) for one in judgement.findings],
        trials=[TrialAnswer.model_validate(one) for one in judgement.trials],
    )


def finding_answer(one: Finding) -> FindingAnswer:
    """Show a remark."""
    return FindingAnswer(
        rule=one.rule,
        severity=one.severity,
        node=one.node,
        line=one.line,
        column=getattr(one.line, "column", None) or None,
        sentence=one.sentence,
    )


def _candidate(move: FlowAliasMove) -> CandidateAnswer | None:
    if move.candidate_flow is None or move.candidate_number is None:
        return None
    return CandidateAnswer(
        flow=move.candidate_flow,
        number=move.candidate_number,
        percent=move.percent,
        callers=[shown_caller(one) for one in move.callers],
    )
