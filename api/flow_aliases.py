"""/api/flows/aliases: which version each alias gives to calls, who moved it, and canaries."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from api.acting import Actor
from api.bodies import SmallBodies
from api.etags import Revision, tag
from api.fields import Before, Instant, Limit, Page, page_of
from api.flow_answers import CandidateAnswer, MoveAnswer, MovedAnswer, PlaceAnswer, Why, move_answer
from api.reports import MeasureAnswer
from api.resources import Open, Resources, Session
from core.clock import utc_now
from ivr.life.canary import last_canary
from ivr.life.effect import in_effect
from ivr.life.publishing import Moving, Share, point_alias, roll_back, set_canary, stop_canary
from ivr.life.repository import all_aliases, get_alias, list_moves
from ivr.life.transaction import changing
from ivr.lines import load_lines
from ivr.models import FlowAliasMove
from ivr.published import Pinned, shown_caller
from reports.flow_versions import SIDE_BY_SIDE, VersionFigures, compare_versions

router = APIRouter(prefix="/api/flows/aliases", tags=["flows"], route_class=SmallBodies)

Alias = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="The alias.")]


class ShareIn(BaseModel):
    """Whose calls a candidate gets: per cent of the callers, always the same ones, and those who
    are named by number or by the beginning of one (139*)."""

    percent: int = Field(default=0, ge=0, le=100)
    callers: list[Annotated[str, Field(max_length=24)]] = Field(
        default_factory=list, max_length=1000
    )

    def as_share(self) -> Share:
        """Return it as the publisher takes it."""
        return Share(self.percent, tuple(self.callers))


class Where(Why):
    """A version to point at."""

    flow: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    number: int = Field(ge=1, le=9_999_999)


class CanaryIn(Where, ShareIn):
    """A candidate and whose calls it gets."""


class SideAnswer(PlaceAnswer):
    """One side of a trial: figures over the calls that ran on this version."""

    version: str
    figures: dict[str, float | None]


class ComparisonAnswer(BaseModel):
    """Both versions of the last trial side by side; `until` is null while it goes on."""

    since: Instant
    until: Instant | None
    lines: list[str]
    candidate_gets: CandidateAnswer
    own: SideAnswer
    candidate: SideAnswer
    definitions: list[MeasureAnswer]


@router.get("")
async def get_aliases(session: Session) -> list[MoveAnswer]:
    """List where every alias stands."""
    return [move_answer(one) for one in await all_aliases(session)]


@router.get("/{alias}")
async def get_one_alias(session: Session, response: Response, alias: Alias) -> MoveAnswer:
    """Show where an alias stands, with its ETag."""
    move = await get_alias(session, alias)
    tag(response, move.step)
    return move_answer(move)


@router.get("/{alias}/history")
async def get_history(
    session: Session, alias: Alias, limit: Limit = 50, cursor: Before = None
) -> Page[MoveAnswer]:
    """List the moves of an alias, newest first."""
    await get_alias(session, alias)
    found = await list_moves(session, alias, limit + 1, cursor)
    return page_of(found, limit, move_answer, lambda one: one.step)


@router.post("/{alias}/point")
async def post_point(
    opened: Open, alias: Alias, where: Where, actor: Actor, revision: Revision
) -> MovedAnswer:
    """Let an alias, also a new one, give a version to all its calls; ends its canary."""
    moving = Moving(alias, actor, where.reason, revision)
    async with changing(opened.sessions) as session:
        move = await point_alias(session, moving, where.flow, where.number)
    return await moved_answer(opened, move)


@router.post("/{alias}/rollback")
async def post_rollback(
    opened: Open, alias: Alias, why: Why, actor: Actor, revision: Revision
) -> MovedAnswer:
    """Take back the last step: the canary if there is one, else the version."""
    async with changing(opened.sessions) as session:
        move = await roll_back(session, Moving(alias, actor, why.reason, revision))
    return await moved_answer(opened, move)


@router.put("/{alias}/canary")
async def put_canary(
    opened: Open, alias: Alias, wish: CanaryIn, actor: Actor, revision: Revision
) -> MovedAnswer:
    """Give a share of the alias's calls to a candidate, or change the share."""
    moving = Moving(alias, actor, wish.reason, revision)
    async with changing(opened.sessions) as session:
        move = await set_canary(session, moving, (wish.flow, wish.number), wish.as_share())
    return await moved_answer(opened, move)


@router.post("/{alias}/canary/stop")
async def post_canary_stop(
    opened: Open, alias: Alias, why: Why, actor: Actor, revision: Revision
) -> MovedAnswer:
    """Give every call to the alias's own version again."""
    async with changing(opened.sessions) as session:
        move = await stop_canary(session, Moving(alias, actor, why.reason, revision))
    return await moved_answer(opened, move)


@router.get("/{alias}/canary")
async def get_canary(opened: Open, session: Session, alias: Alias) -> ComparisonAnswer:
    """Compare both versions of the trial that goes on, or of the last one."""
    trial = await last_canary(session, alias)
    lines = [one.code for one in load_lines(opened.settings).lines if one.flow == alias]
    own, candidate = (
        (trial.own.flow, trial.own.version),
        (trial.candidate.flow, trial.candidate.version),
    )
    found = await compare_versions(
        session, (own, candidate), lines, trial.since, trial.until or utc_now()
    )
    return ComparisonAnswer(
        since=trial.since,
        until=trial.until,
        lines=lines,
        candidate_gets=CandidateAnswer(
            flow=trial.candidate.flow,
            number=trial.candidate.number,
            percent=trial.percent,
            callers=[shown_caller(one) for one in trial.callers],
        ),
        own=_side(trial.own, found[own]),
        candidate=_side(trial.candidate, found[candidate]),
        definitions=[MeasureAnswer.model_validate(one) for one in SIDE_BY_SIDE],
    )


async def moved_answer(opened: Resources, move: FlowAliasMove) -> MovedAnswer:
    """Show a move once calls follow it, or say that they do not yet."""
    done = await in_effect(opened.settings, move.id)
    return MovedAnswer(**move_answer(move).model_dump(), in_effect=done)


def _side(pinned: Pinned, found: VersionFigures) -> SideAnswer:
    return SideAnswer(
        flow=pinned.flow,
        number=pinned.number,
        version=pinned.version,
        figures=dict(found.figures),
    )
