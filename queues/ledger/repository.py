"""All SQL of the ledger. Everything here runs inside the caller's transaction; nothing commits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Enum,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from core.database import Base
from core.errors import HotlineError
from queues.ledger.book import Entry
from queues.ledger.copying import COLUMNS, copy_text
from queues.ledger.events import UNREADABLE, Row
from queues.ledger.sources import Position
from queues.ledger.tail import Identity, Place
from queues.models import Call, LedgerPosition, Stream, SwitchEvent, SwitchFile

# Lines handed to COPY at a time: a megabyte.
_AT_ONCE = 4000


class AnotherLedgerError(HotlineError):
    """The position moved without us: a second ledger reads the same node. One of them must stop."""

    slug = "another-ledger"


@dataclass(frozen=True, slots=True)
class StoredCall:
    """What a call row knows that its events do not."""

    uid: str
    settled_at: datetime | None
    late_changes: int


async def positions(session: AsyncSession, node: str) -> dict[Stream, Position]:
    """Return where each stream of a node was left."""
    rows = await session.execute(
        select(LedgerPosition, SwitchFile)
        .join(SwitchFile, SwitchFile.id == LedgerPosition.file_id)
        .where(LedgerPosition.node == node)
    )
    return {
        p.stream: Position(
            p.file_id,
            Place(Identity(f.ident, f.head, f.first_at), p.pos),
            p.read_up_to.timestamp() if p.read_up_to else None,
        )
        for p, f in rows
    }


async def read_up_to(session: AsyncSession, node: str) -> float:
    """Return the epoch second up to which a node's channel events were read, 0 before any."""
    query = select(LedgerPosition.read_up_to).where(
        LedgerPosition.node == node, LedgerPosition.stream == Stream.CEL
    )
    told = await session.scalar(query)
    return told.timestamp() if told else 0.0


async def open_file(
    session: AsyncSession, node: str, stream: Stream, file: Identity, now: datetime
) -> int:
    """Register a file that is read from its beginning; return its id."""
    values = {**asdict(file), "node": node, "stream": stream, "opened_at": now}
    statement = insert(SwitchFile).values(values).returning(SwitchFile.id)
    return (await session.execute(statement)).scalar_one()


async def leave_file(session: AsyncSession, file_id: int, lost: str | None, now: datetime) -> None:
    """Note that a file is done with, and why when its end was never read."""
    values = {"finished_at": now, "lost": lost}
    await session.execute(update(SwitchFile).where(SwitchFile.id == file_id).values(values))


async def move(
    session: AsyncSession,
    node: str,
    stream: Stream,
    was: Position | None,
    to: Position,
    unread: int,
    now: datetime,
) -> None:
    """Move a stream's position. Raises AnotherLedgerError when it is not where we left it."""
    values = {
        "file_id": to.file_id,
        "pos": to.place.pos,
        "read_up_to": func.to_timestamp(to.read_up_to) if to.read_up_to else None,
        "seen_at": now,
        "unread_bytes": unread,
    }
    at_old = (
        (LedgerPosition.file_id == was.file_id) & (LedgerPosition.pos == was.place.pos)
        if was
        else text("false")
    )
    moved = await session.execute(
        postgresql.insert(LedgerPosition)
        .values(node=node, stream=stream, **values)
        .on_conflict_do_update(index_elements=["node", "stream"], set_=values, where=at_old)
        .returning(LedgerPosition.pos)
    )
    if moved.scalar_one_or_none() is None:
        raise AnotherLedgerError(
            f"The {stream} of {node} is being read by another ledger. Stop one of the two."
        )


async def copy_events(session: AsyncSession, file_id: int, rows: Sequence[Row]) -> None:
    """Store lines of a file by COPY, the fastest way into PostgreSQL."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if driver is None:
        raise HotlineError("The database connection is closed.")
    async with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY switch_event ({COLUMNS}) FROM STDIN") as copy,
    ):
        for start in range(0, len(rows), _AT_ONCE):
            await copy.write(copy_text(file_id, rows[start : start + _AT_ONCE]))


async def events_of(
    session: AsyncSession, uids: Sequence[str]
) -> Sequence[tuple[str, Stream, str]]:
    """Return (call uid, stream, line) of calls, each stream in the order it was written."""
    rows = await session.execute(
        select(SwitchEvent.call_uid, SwitchFile.stream, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(SwitchEvent.call_uid == func.any(cast(list(uids), ARRAY(Text))))
        .where(SwitchEvent.kind != UNREADABLE)
        .order_by(SwitchEvent.call_uid, SwitchEvent.file_id, SwitchEvent.pos)
    )
    return list(rows)


async def restart_lines(session: AsyncSession, node: str) -> Sequence[tuple[Stream, str]]:
    """Return the lines that tell of each time this node's switch began anew."""
    rows = await session.execute(
        select(SwitchFile.stream, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(SwitchFile.node == node)
        .where(text("(kind = 'QUEUESTART' OR kind = 'CHAN_START' AND right(call_uid, 2) = '.0')"))
    )
    return list(rows)


async def stored_calls(session: AsyncSession, uids: Sequence[str]) -> list[StoredCall]:
    """Return what is stored of these calls."""
    rows = await session.execute(
        select(Call.uid, Call.settled_at, Call.late_changes).where(_is_one_of(uids))
    )
    return [StoredCall(*row) for row in rows]


def _is_one_of(uids: Sequence[str]) -> ColumnElement[bool]:
    return Call.uid == func.any(cast(list(uids), ARRAY(Text)))


async def unsettled(session: AsyncSession, node: str) -> list[str]:
    """Return the calls of a node that run or have not been handed on."""
    query = select(Call.uid).where(Call.node == node, Call.settled_at.is_(None))
    return list(await session.scalars(query))


async def running_since(session: AsyncSession, node: str, before: datetime) -> list[str]:
    """Return the calls of a node that began before an instant and of whose end we do not know."""
    query = select(Call.uid).where(
        Call.node == node,
        Call.settled_at.is_(None),
        Call.ended_at.is_(None),
        Call.started_at < before,
    )
    return list(await session.scalars(query))


async def save_calls(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Write the rows of these calls anew; what is no arrival has none, or loses it."""
    arrivals = [entry for entry in entries if entry.facts is not None]
    if arrivals:
        await session.execute(_SAVE, {name: _column(arrivals, name) for name in _COLUMNS})
    if others := [entry.story.uid for entry in entries if entry.facts is None]:
        await session.execute(delete(Call).where(_is_one_of(others)))


async def beat(
    session: AsyncSession, node: str, unread: Mapping[Stream, int], now: datetime
) -> None:
    """Leave a sign of life for each stream, and how many bytes lie unread before it."""
    for stream, size in unread.items():
        await session.execute(
            update(LedgerPosition)
            .where(LedgerPosition.node == node, LedgerPosition.stream == stream)
            .values(seen_at=now, unread_bytes=size)
        )


def _column(entries: Sequence[Entry], name: str) -> list[object]:
    of_entry = name in ("settled_at", "late_changes")
    values = [getattr(entry if of_entry else entry.facts, name) for entry in entries]
    return [Jsonb(value) if isinstance(value, dict) else value for value in values]


_CALL = Base.metadata.tables[Call.__tablename__]
_COLUMNS = [column.name for column in _CALL.columns]


def _array_type(type_: TypeEngine[object]) -> ARRAY[object]:
    return ARRAY(Text() if isinstance(type_, Enum) else type_)


_FRESH = (
    func.unnest(*(cast(bindparam(c.name), _array_type(c.type)) for c in _CALL.columns))
    .table_valued(*_COLUMNS, name="fresh")
    .render_derived()
)
_INSERT = postgresql.insert(_CALL).from_select(_COLUMNS, select(*(_FRESH.c[n] for n in _COLUMNS)))
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=["uid"], set_={name: _INSERT.excluded[name] for name in _COLUMNS}
)
