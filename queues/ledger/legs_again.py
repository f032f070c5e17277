"""Every leg of agents' phones made again from the channel events, beside what is stored of it.

A leg may begin in one call and end in another, when two calls become one. Those, and legs that have
no end yet, wait until all calls have been read and are looked at together.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ARRAY, Text, cast, func, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import from_epoch, local_day
from core.database import Base
from queues.agent_models import AgentLeg
from queues.ledger import remaking_repository as repository
from queues.ledger.agent_lines import LegLine, LegPart, leg_line, legs_of
from queues.ledger.compared import Columns, Compared
from queues.ledger.remaking import Days, ranges, restarts_of
from queues.ledger.remaking_repository import UidRange
from queues.ledger.story import Restart
from queues.models import SwitchEvent, SwitchFile
from telephony import cel
from telephony.cel import CelKind

_TABLE = Base.metadata.tables[AgentLeg.__tablename__]
_KINDS = (CelKind.CHAN_START, CelKind.ANSWER, CelKind.HANGUP, CelKind.CHAN_END)


@dataclass(slots=True)
class _Node:
    """The lives of one switch."""

    name: str
    restarts: list[Restart]

    def end_of(self, part: LegPart) -> float | None:
        """Return when a leg ended: by its own word, or with the life of the switch it began in."""
        died = (r.since for r in self.restarts if part.started and r.since > part.started)
        return min((at for at in (part.ended, next(died, None)) if at is not None), default=None)


@dataclass(slots=True)
class _Reading:
    """What is known so far: the nodes, and the calls of legs that cannot be judged yet."""

    nodes: dict[str, _Node] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)

    async def node(self, session: AsyncSession, name: str) -> _Node:
        if name not in self.nodes:
            self.nodes[name] = _Node(name, await restarts_of(session, name))
        return self.nodes[name]


async def legs_again(
    session: AsyncSession, days: Days, batch: int = 500
) -> AsyncIterator[list[Compared]]:
    """Make the legs of all calls of these days again, each batch in one look at the database."""
    reading = _Reading()
    for uids in await ranges(session, days) + _of_callbacks(await ranges(session, days)):
        after = uids.above
        while page := await repository.page_of_uids(session, uids, after, batch):
            found = await _look(session, page, reading, last=False)
            yield [one for one in found if _belongs(one, days)]
            after = page[-1]
    rest = sorted(reading.unfinished)
    if rest:
        found = await _look(session, rest, reading, last=True)
        yield [one for one in found if _belongs(one, days)]


async def mend_legs(session: AsyncSession, wrong: Sequence[Compared]) -> int:
    """Write these legs again; return how many. One that still lasts is the ledger's to write, and
    one without lines a person's to judge."""
    rows = [dict(one.derived) for one in wrong if one.derived and one.derived["ended_at"]]
    for row in rows:
        statement = postgresql.insert(_TABLE).values(row)
        await session.execute(statement.on_conflict_do_update(index_elements=["uid"], set_=row))
    return len(rows)


def _of_callbacks(uids: Collection[UidRange]) -> list[UidRange]:
    """The same days among the channels of call-backs, unless all uids are asked for."""
    bounded = [one for one in uids if one.below is not None]
    return [UidRange(f"cb-{one.above}", f"cb-{one.below}") for one in bounded]


async def _look(
    session: AsyncSession, calls: Sequence[str], reading: _Reading, last: bool
) -> list[Compared]:
    """Compare the legs of some calls in one snapshot; leave out what must wait, unless `last`."""
    await session.rollback()
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    lines = await _lines(session, calls)
    derived = {}
    for name, own in lines.items():
        node = await reading.node(session, name)
        for part in _first_come_first(own):
            if not last and (part.started is None or part.ended is None):
                reading.unfinished.add(part.call)
            else:
                derived[part.uid] = _columns(part, node)
    stored = await _stored(session, calls, list(derived))
    await session.rollback()
    keys = sorted(derived.keys() | stored.keys())
    found = [Compared("agent_leg", key, stored.get(key), derived.get(key)) for key in keys]
    waiting = reading.unfinished
    return [
        one
        for one in found
        if last or one.derived or (one.stored and one.stored["call_uid"] not in waiting)
    ]


def _first_come_first(lines: list[LegLine]) -> list[LegPart]:
    """Gather legs whose lines may be of two calls: theirs is the one they began in."""
    return legs_of(sorted(lines, key=lambda line: line.at))


async def _lines(session: AsyncSession, calls: Sequence[str]) -> dict[str, list[LegLine]]:
    query = (
        select(SwitchFile.node, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(SwitchEvent.call_uid == func.any(cast(list(calls), ARRAY(Text))))
        .where(SwitchEvent.kind.in_(_KINDS))
        .order_by(SwitchEvent.file_id, SwitchEvent.pos)
    )
    found: dict[str, list[LegLine]] = {}
    for node, line in await session.execute(query):
        event = cel.parse(line.encode())
        if event and (told := leg_line(event)):
            found.setdefault(node, []).append(told)
    return found


def _columns(part: LegPart, node: _Node) -> Columns:
    instants = {"started_at": part.started, "answered_at": part.answered}
    instants["ended_at"] = node.end_of(part)
    known = {"uid": part.uid, "call_uid": part.call, "node": node.name, "agent": part.agent}
    return known | {n: from_epoch(at) if at is not None else None for n, at in instants.items()}


async def _stored(
    session: AsyncSession, calls: Sequence[str], legs: Sequence[str]
) -> dict[str, Columns]:
    rows = await session.execute(
        select(*_TABLE.c).where(
            or_(
                _TABLE.c.call_uid == func.any(cast(list(calls), ARRAY(Text))),
                _TABLE.c.uid == func.any(cast(list(legs), ARRAY(Text))),
            )
        )
    )
    return {row["uid"]: dict(row) for row in rows.mappings()}


def _belongs(one: Compared, days: Days) -> bool:
    row = one.derived or one.stored
    at = row["started_at"] if row else None
    return not isinstance(at, datetime) or local_day(at) in days
