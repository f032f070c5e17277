"""What agents declared, made again line by line, beside the rows that are stored of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, text, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day
from core.database import Base
from queues.agent_models import AgentEvent
from queues.ledger import remaking_repository
from queues.ledger.agent_book import Standing
from queues.ledger.agent_lines import agent_line
from queues.ledger.agent_repository import row_of
from queues.ledger.compared import Columns, Compared
from queues.ledger.remaking import Days
from queues.models import SwitchEvent, SwitchFile
from telephony import queue_log

_TABLE = Base.metadata.tables[AgentEvent.__tablename__]
_KEY = ("file_id", "pos")
# The words of the index that finds them.
_OF_AGENTS = text(
    "kind IN ('ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'HL-AGENT', 'HL-WRAP-UP')"
)
_Place = tuple[int, int]


async def agents_again(
    session: AsyncSession, days: Days, batch: int = 2000
) -> AsyncIterator[list[Compared]]:
    """Make all lines about agents again, in the order of the files; each node by itself.

    Also of the days before those asked for: what an agent declared lasts until the next line.
    """
    for node in await remaking_repository.nodes(session):
        standings: dict[str, Standing] = {}
        after: _Place = (0, -1)
        while True:
            await session.rollback()
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            derived = await _derived(session, node, after, batch, standings)
            last = max(derived) if len(derived) == batch else None
            stored = await _stored(session, node, after, last)
            await session.rollback()
            places = sorted(derived.keys() | stored.keys())
            found = [_compared(place, stored.get(place), derived.get(place)) for place in places]
            yield [one for one in found if _belongs(one, days)]
            if last is None:
                break
            after = last


async def mend_agents(session: AsyncSession, wrong: Sequence[Compared]) -> int:
    """Write these lines again; return how many. A row without a line is left to a person."""
    rows = [dict(one.derived) for one in wrong if one.derived is not None]
    for row in rows:
        statement = postgresql.insert(_TABLE).values(row)
        await session.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=row))
    return len(rows)


async def _derived(
    session: AsyncSession, node: str, after: _Place, limit: int, standings: dict[str, Standing]
) -> dict[_Place, Columns | None]:
    """Return a row for each line, None for one that tells of no agent; `standings` move on."""
    query = (
        select(SwitchEvent.file_id, SwitchEvent.pos, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(SwitchFile.node == node, _OF_AGENTS)
        .where(tuple_(SwitchEvent.file_id, SwitchEvent.pos) > after)
        .order_by(SwitchEvent.file_id, SwitchEvent.pos)
        .limit(limit)
    )
    rows: dict[_Place, Columns | None] = {}
    for file_id, pos, line in await session.execute(query):
        event = queue_log.parse(line.encode())
        told = agent_line(event) if event else None
        rows[file_id, pos] = None
        if told is not None:
            standing = standings.setdefault(told.agent, Standing())
            standing.take(told)
            rows[file_id, pos] = row_of(node, file_id, pos, told, standing)
    return rows


async def _stored(
    session: AsyncSession, node: str, after: _Place, last: _Place | None
) -> Mapping[_Place, Columns]:
    place = tuple_(_TABLE.c.file_id, _TABLE.c.pos)
    query = select(*_TABLE.c).where(_TABLE.c.node == node, place > after)
    if last is not None:
        query = query.where(place <= last)
    rows = (await session.execute(query)).mappings()
    return {(row["file_id"], row["pos"]): dict(row) for row in rows}


def _compared(place: _Place, stored: Columns | None, derived: Columns | None) -> Compared:
    return Compared("agent_event", f"{place[0]}:{place[1]}", stored, derived)


def _belongs(one: Compared, days: Days) -> bool:
    row = one.derived or one.stored
    at = row["at"] if row else None
    return isinstance(at, datetime) and local_day(at) in days
