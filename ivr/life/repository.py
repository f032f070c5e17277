"""The SQL of versions, aliases and drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from ivr.life.errors import UnknownAlias, UnknownDraft, UnknownVersion
from ivr.models import FlowAliasMove, FlowDraft, FlowDraftEvent, FlowVersion
from ivr.published import Candidate, Pinned, Published, Standing

# Longer than a call lasts: for so long a version that gave way still has calls.
_LATELY = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class InUse:
    """What is published, and the texts of all versions that calls may be on."""

    published: Published
    texts: Mapping[Pinned, str]


async def newest_number(session: AsyncSession, flow: str) -> int:
    """Return the highest number of a flow, 0 when it has no version."""
    query = select(func.max(FlowVersion.number)).where(FlowVersion.flow == flow)
    return await session.scalar(query) or 0


async def get_version(session: AsyncSession, flow: str, number: int) -> FlowVersion:
    """Return one version. Raises UnknownVersion."""
    found = await session.get(FlowVersion, (flow, number))
    if found is None:
        raise UnknownVersion(f"There is no version {flow[:40]}@{number}.")
    return found


async def version_of_hash(session: AsyncSession, flow: str, version: str) -> FlowVersion | None:
    """Return the version whose text has this hash."""
    query = select(FlowVersion).where(FlowVersion.flow == flow, FlowVersion.version == version)
    return await session.scalar(query)


async def list_versions(
    session: AsyncSession, flow: str, limit: int, before: int | None = None
) -> Sequence[FlowVersion]:
    """Return versions of a flow, newest first, from below a number."""
    query = select(FlowVersion).where(FlowVersion.flow == flow)
    if before is not None:
        query = query.where(FlowVersion.number < before)
    found = await session.scalars(query.order_by(FlowVersion.number.desc()).limit(limit))
    return found.all()


async def newest_versions(session: AsyncSession) -> Sequence[FlowVersion]:
    """Return the newest version of each flow, by name."""
    query = (
        select(FlowVersion)
        .ext(distinct_on(FlowVersion.flow))
        .order_by(FlowVersion.flow, FlowVersion.number.desc())
    )
    return (await session.scalars(query)).all()


async def last_move(session: AsyncSession, alias: str) -> FlowAliasMove | None:
    """Return the move that left an alias where it is."""
    query = select(FlowAliasMove).where(FlowAliasMove.alias == alias)
    return await session.scalar(query.order_by(FlowAliasMove.step.desc()).limit(1))


async def get_alias(session: AsyncSession, alias: str) -> FlowAliasMove:
    """Return the move that left an alias where it is. Raises UnknownAlias."""
    found = await last_move(session, alias)
    if found is None:
        raise UnknownAlias(f"There is no alias {alias[:40]!r}.")
    return found


async def list_moves(
    session: AsyncSession, alias: str, limit: int | None = None, before: int | None = None
) -> Sequence[FlowAliasMove]:
    """Return the moves of an alias, newest first, from below a step."""
    query = select(FlowAliasMove).where(FlowAliasMove.alias == alias)
    if before is not None:
        query = query.where(FlowAliasMove.step < before)
    return (await session.scalars(query.order_by(FlowAliasMove.step.desc()).limit(limit))).all()


async def all_aliases(session: AsyncSession) -> Sequence[FlowAliasMove]:
    """Return the last move of every alias, by name."""
    query = (
        select(FlowAliasMove)
        .ext(distinct_on(FlowAliasMove.alias))
        .order_by(FlowAliasMove.alias, FlowAliasMove.step.desc())
    )
    return (await session.scalars(query)).all()


async def newest_move(session: AsyncSession) -> int:
    """Return the id of the last move of any alias, 0 when nothing was ever published."""
    return await session.scalar(select(func.max(FlowAliasMove.id))) or 0


async def in_use(session: AsyncSession) -> InUse:
    """Return what is published, with the texts of what is and of what lately was."""
    moves = await all_aliases(session)
    wanted = {place for move in moves for place in _places(move)} | await _lately(session)
    rows = await session.scalars(
        select(FlowVersion).where(tuple_(FlowVersion.flow, FlowVersion.number).in_(wanted))
    )
    versions = {(row.flow, row.number): row for row in rows}
    pins = {place: Pinned(*place, row.version) for place, row in versions.items()}
    standings = {move.alias: _standing(move, pins) for move in moves}
    move = max((move.id for move in moves), default=0)
    texts = {pins[place]: row.text for place, row in versions.items()}
    return InUse(Published(move, standings), texts)


async def _lately(session: AsyncSession) -> set[tuple[str, int]]:
    """Return places that aliases left so short a time ago that calls may still be on them."""
    until = func.lead(FlowAliasMove.at).over(
        partition_by=FlowAliasMove.alias, order_by=FlowAliasMove.step
    )
    left = select(FlowAliasMove.id, until.label("until")).subquery()
    query = (
        select(FlowAliasMove)
        .join(left, left.c.id == FlowAliasMove.id)
        .where(left.c.until > utc_now() - _LATELY)
    )
    return {place for move in await session.scalars(query) for place in _places(move)}


def _places(move: FlowAliasMove) -> list[tuple[str, int]]:
    places = [(move.flow, move.number)]
    if move.candidate_flow is not None and move.candidate_number is not None:
        places.append((move.candidate_flow, move.candidate_number))
    return places


def _standing(move: FlowAliasMove, pins: Mapping[tuple[str, int], Pinned]) -> Standing:
    own, *beside = (pins[place] for place in _places(move))
    candidate = Candidate(beside[0], move.percent, tuple(move.callers)) if beside else None
    return Standing(own, candidate)


async def get_draft(session: AsyncSession, draft_id: int, *, lock: bool = False) -> FlowDraft:
    """Return a draft, on wish so that nobody else changes it meanwhile. Raises UnknownDraft."""
    found = await session.get(FlowDraft, draft_id, with_for_update=lock)
    if found is None:
        raise UnknownDraft(f"There is no draft {draft_id}.")
    return found


async def list_drafts(
    session: AsyncSession,
    flow: str | None,
    states: Sequence[str],
    limit: int,
    before: int | None = None,
) -> Sequence[FlowDraft]:
    """Return drafts, newest first, from below an id."""
    query = select(FlowDraft).where(FlowDraft.state.in_(states))
    if flow is not None:
        query = query.where(FlowDraft.flow == flow)
    if before is not None:
        query = query.where(FlowDraft.id < before)
    return (await session.scalars(query.order_by(FlowDraft.id.desc()).limit(limit))).all()


async def draft_story(session: AsyncSession, draft_id: int) -> Sequence[FlowDraftEvent]:
    """Return every act upon a draft, in order."""
    query = select(FlowDraftEvent).where(FlowDraftEvent.draft_id == draft_id)
    return (await session.scalars(query.order_by(FlowDraftEvent.revision))).all()
