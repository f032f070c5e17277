"""All SQL that writes agents' time. Runs inside the caller's transaction; nothing commits."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, Double, Text, bindparam, cast, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from core.clock import from_epoch
from core.database import Base
from queues.agent_models import AgentEvent, AgentLeg
from queues.ledger.agent_book import Standing
from queues.ledger.agent_lines import AgentLine, LegPart

_LATEST = text(
    "SELECT a.agent, e.queues, e.reachable FROM unnest(CAST(:agents AS text[])) AS a(agent)"
    " CROSS JOIN LATERAL (SELECT queues, reachable FROM agent_event e"
    " WHERE e.agent = a.agent AND e.node = :node"
    " ORDER BY at DESC, file_id DESC, pos DESC LIMIT 1) AS e"
)


async def standings(
    session: AsyncSession, node: str, agents: Collection[str]
) -> dict[str, Standing]:
    """Return how these agents stood after the last stored line about each."""
    rows = await session.execute(_LATEST, {"agents": list(agents), "node": node})
    return {agent: Standing(dict(queues), reachable) for agent, queues, reachable in rows}


async def add_events(
    session: AsyncSession,
    node: str,
    file_id: int,
    lines: Sequence[tuple[int, AgentLine]],
    known: dict[str, Standing],
) -> None:
    """Store lines (each with its position in the file), moving what is known of their agents."""
    rows = []
    for pos, line in lines:
        standing = known.setdefault(line.agent, Standing())
        standing.take(line)
        rows.append(row_of(node, file_id, pos, line, standing))
    await session.execute(insert(AgentEvent), rows)


def row_of(
    node: str, file_id: int, pos: int, line: AgentLine, standing: Standing
) -> dict[str, object]:
    """Return the columns of a line, `standing` being how its agent stands after it."""
    return {
        "file_id": file_id,
        "pos": pos,
        "node": node,
        "at": from_epoch(line.at),
        "agent": line.agent,
        "change": line.change,
        "queue": line.queue,
        "reason": line.reason,
        "cause": line.cause,
        "actor": line.actor,
        "call_uid": line.call,
        "seconds": line.seconds,
        "declared": standing.declared,
        "declared_reason": standing.reason,
        "reachable": standing.reachable,
        "queues": dict(standing.queues),
    }


async def save_legs(session: AsyncSession, node: str, parts: Sequence[LegPart]) -> None:
    """Add what these lines tell of legs to what is known of them."""
    columns = {
        "uid": [part.uid for part in parts],
        "call": [part.call for part in parts],
        "agent": [part.agent for part in parts],
        "started": [part.started for part in parts],
        "answered": [part.answered for part in parts],
        "ended": [part.ended for part in parts],
    }
    await session.execute(_SAVE, columns | {"node": node})


async def end_legs(session: AsyncSession, node: str, restart: float) -> None:
    """End the legs that the switch left open when it died; `restart` is the epoch second.

    Nothing outlives the switch, so it does not matter in what order its restarts are told.
    """
    at = from_epoch(restart)
    await session.execute(
        update(AgentLeg)
        .where(AgentLeg.node == node, AgentLeg.started_at < at)
        .where(or_(AgentLeg.ended_at.is_(None), AgentLeg.ended_at > at))
        .values(ended_at=at)
    )


_TYPES: dict[str, TypeEngine[Any]] = {
    "uid": Text(),
    "call": Text(),
    "agent": Text(),
    "started": Double(),
    "answered": Double(),
    "ended": Double(),
}
_FRESH = (
    func.unnest(*(cast(bindparam(name), ARRAY(kind)) for name, kind in _TYPES.items()))
    .table_valued(*_TYPES, name="fresh")
    .render_derived()
)
_LEG = Base.metadata.tables[AgentLeg.__tablename__]
_INSERT = postgresql.insert(_LEG).from_select(
    ["uid", "call_uid", "node", "agent", "started_at", "answered_at", "ended_at"],
    select(
        _FRESH.c.uid,
        _FRESH.c.call,
        cast(bindparam("node"), Text()),
        _FRESH.c.agent,
        func.to_timestamp(_FRESH.c.started),
        func.to_timestamp(_FRESH.c.answered),
        func.to_timestamp(_FRESH.c.ended),
    ),
)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=["uid"],
    set_={
        name: func.least(_LEG.c[name], _INSERT.excluded[name])
        for name in ("started_at", "answered_at", "ended_at")
    },
)
