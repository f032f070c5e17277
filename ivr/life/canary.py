"""A canary as it was: which versions stood side by side, from when until when, at what shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.life.errors import UnknownAlias
from ivr.life.repository import get_alias, get_version, list_moves
from ivr.models import FlowAliasMove
from ivr.published import Pinned


@dataclass(frozen=True, slots=True)
class Canary:
    """The last trial of an alias; `until` is None while it goes on."""

    alias: str
    own: Pinned
    candidate: Pinned
    percent: int
    callers: tuple[str, ...]
    since: datetime
    until: datetime | None


async def last_canary(session: AsyncSession, alias: str) -> Canary:
    """Return the trial that goes on or was the last. Raises UnknownAlias when there is none."""
    await get_alias(session, alias)
    moves = await list_moves(session, alias)
    newest = next((at for at, move in enumerate(moves) if move.candidate_flow is not None), None)
    if newest is None:
        raise UnknownAlias(f"{alias} never had a canary.")
    last, first = moves[newest], _first_of_the_trial(moves[newest:])
    return Canary(
        alias,
        await _pinned(session, last.flow, last.number),
        await _pinned(session, last.candidate_flow or "", last.candidate_number or 0),
        last.percent,
        tuple(last.callers),
        first.at,
        moves[newest - 1].at if newest else None,
    )


def _first_of_the_trial(moves: Sequence[FlowAliasMove]) -> FlowAliasMove:
    """Follow a trial back through changes of its share; `moves` are newest first."""
    first = moves[0]
    for move in moves[1:]:
        if _sides(move) != _sides(first):
            break
        first = move
    return first


def _sides(move: FlowAliasMove) -> tuple[object, ...]:
    return move.flow, move.number, move.candidate_flow, move.candidate_number


async def _pinned(session: AsyncSession, flow: str, number: int) -> Pinned:
    return Pinned(flow, number, (await get_version(session, flow, number)).version)
