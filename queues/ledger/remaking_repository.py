"""The SQL of making calls again: which there are, their lines, and what is stored of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, cast, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from queues.ledger.events import UNREADABLE
from queues.models import LOADED, Call, Stream, SwitchEvent, SwitchFile
from tickets.models import Ticket

_CALL = Call.__table__


@dataclass(frozen=True, slots=True)
class UidRange:
    """Uids behind `above` and, unless it is None, up to `below`."""

    above: str
    below: str | None


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of `call` as it is: its columns by name."""

    columns: Mapping[str, object]
    day: date
    settled_at: datetime | None
    late_changes: int


async def nodes(session: AsyncSession) -> Sequence[str]:
    """Return the switches that ever wrote a line."""
    query = select(SwitchFile.node).distinct().order_by(SwitchFile.node)
    return (await session.scalars(query)).all()


async def page_of_uids(
    session: AsyncSession, uids: UidRange, after: str, limit: int
) -> Sequence[str]:
    """Return the next uids in their order that have lines, a row or a ticket.

    Loaded calls have no lines to be made of again.
    """
    pages = [
        _page(column, uids, after, limit)
        for column in (SwitchEvent.call_uid, Call.uid, Ticket.call_uid)
    ]
    found = union(*(select(page.subquery().c.uid) for page in pages)).subquery()
    query = select(found.c.uid).order_by(found.c.uid).limit(limit)
    return (await session.scalars(query)).all()


async def lines_of(
    session: AsyncSession, uids: Sequence[str]
) -> Sequence[tuple[str, str, Stream, str]]:
    """Return (uid, node, stream, line) of these calls, each stream in the order it was written."""
    rows = await session.execute(
        select(SwitchEvent.call_uid, SwitchFile.node, SwitchFile.stream, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(_one_of(SwitchEvent.call_uid, uids), SwitchEvent.kind != UNREADABLE)
        .order_by(SwitchEvent.call_uid, SwitchEvent.file_id, SwitchEvent.pos)
    )
    return list(rows)


async def stored_rows(session: AsyncSession, uids: Sequence[str]) -> dict[str, StoredRow]:
    """Return the rows of these calls by uid."""
    found = await session.execute(select(*_CALL.columns).where(_one_of(Call.uid, uids)))
    return {
        row["uid"]: StoredRow(dict(row), row["day"], row["settled_at"], row["late_changes"])
        for row in found.mappings()
    }


async def tickets_of(session: AsyncSession, uids: Sequence[str]) -> dict[str, int]:
    """Return how many tickets these calls have, by uid; who has none is left out."""
    query = (
        select(Ticket.call_uid, func.count())
        .where(_one_of(Ticket.call_uid, uids))
        .group_by(Ticket.call_uid)
    )
    return {uid: count for uid, count in await session.execute(query) if uid is not None}


async def lock_calls(session: AsyncSession, uids: Sequence[str]) -> Sequence[str]:
    """Lock the rows of these calls and return which; what the ledger writes just now is skipped."""
    query = select(Call.uid).where(_one_of(Call.uid, uids)).with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()


def _page(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    uids: UidRange,
    after: str,
    limit: int,
) -> Select[Any]:
    query = select(column.label("uid")).where(column > after, column.not_like(f"{LOADED}-%"))
    if uids.below is not None:
        query = query.where(column < uids.below)
    return query.distinct().order_by(column).limit(limit)


def _one_of(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], uids: Sequence[str]
) -> ColumnElement[bool]:
    return column == func.any(cast(list(uids), ARRAY(Text)))
