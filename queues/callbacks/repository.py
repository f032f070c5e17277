"""All SQL of call-backs. Runs inside the caller's transaction; nothing commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, ColumnElement, Text, cast, exists, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from queues.callbacks.models import Callback
from queues.callbacks.states import LIVE
from queues.callbacks.story import KINDS, CallbackStory
from queues.callbacks.uids import MOST_TRIES, Try, read_try
from queues.models import Call, LedgerPosition, Stream, SwitchEvent, SwitchFile
from tickets.models import Ticket

_COLUMNS = [column.name for column in Callback.__table__.columns]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call-back that is still owed, beside what is known of its citizen's calls.

    `queue` is the one they left, `since` the instant whose place they keep. `call_again` is a later
    call of theirs that asked for a human, `talking` whether they are in a talk now, `earlier` an
    older call-back to the same number that is still owed.
    """

    callback: Callback
    queue: str | None
    since: datetime
    on_the_line: bool
    answered: bool
    call_again: str | None
    talking: bool
    earlier: str | None


async def lines_of(session: AsyncSession, call: str) -> Sequence[tuple[Stream, str]]:
    """Return (stream, line) of all that was written about the call-back of a call."""
    tries = await session.scalar(select(Callback.tries).where(Callback.call_uid == call)) or 0
    last = min(tries + 2, MOST_TRIES)
    uids = [call, *(Try(call, number).uid for number in range(last + 1))]
    return await _lines(session, SwitchEvent.call_uid == func.any(cast(uids, ARRAY(Text))))


async def all_lines_of(session: AsyncSession, call: str) -> Sequence[tuple[Stream, str]]:
    """Return the same without trusting what is stored of the tries."""
    uid = SwitchEvent.call_uid
    first, last = Try(call, 0).uid, Try(call, MOST_TRIES).uid
    between = select(uid).where(uid >= first, uid <= last).distinct()
    tries = [
        one for one in await session.scalars(between) if (of := read_try(one)) and of.call == call
    ]
    return await _lines(session, uid == func.any(cast([call, *tries], ARRAY(Text))))


async def _lines(session: AsyncSession, of: ColumnElement[bool]) -> Sequence[tuple[Stream, str]]:
    rows = await session.execute(
        select(SwitchFile.stream, SwitchEvent.line)
        .join(SwitchFile, SwitchFile.id == SwitchEvent.file_id)
        .where(of, SwitchEvent.kind.in_(KINDS))
        .order_by(SwitchEvent.at, SwitchEvent.file_id, SwitchEvent.pos)
    )
    return list(rows)


async def save(session: AsyncSession, story: CallbackStory) -> None:
    """Write the row of a call-back."""
    values = {name: getattr(story, name) for name in _COLUMNS}
    statement = postgresql.insert(Callback).values(values)
    await session.execute(statement.on_conflict_do_update(index_elements=["call_uid"], set_=values))


async def find(session: AsyncSession, call: str) -> Callback | None:
    """Return the call-back of a call."""
    return await session.get(Callback, call)


async def ledger_is_up_to_date(session: AsyncSession, node: str, within: timedelta) -> bool:
    """Whether the ledger of a node lives and has read its files to their ends."""
    fresh = func.min(LedgerPosition.seen_at) > func.now() - within
    read = func.max(LedgerPosition.unread_bytes) == 0
    query = select(fresh & read).where(LedgerPosition.node == node)
    return bool(await session.scalar(query))


async def waiting(session: AsyncSession, node: str) -> list[Waiting]:
    """Return all call-backs owed by a node, oldest first, each with what its citizen does now."""
    origin, own, older = aliased(Call), aliased(Ticket), aliased(Callback)
    again, theirs = aliased(Call), aliased(Ticket)
    # Known by the number that is to be rung and by the one they called from.
    numbers = (Callback.number, own.caller)
    same_citizen = (
        select(again.uid)
        .join(theirs, theirs.call_uid == again.uid)
        .where(theirs.caller.in_(numbers), again.uid != Callback.call_uid)
    )
    later = same_citizen.where(
        again.started_at > Callback.taken_at, again.human_requested_at.is_not(None)
    )
    talks = same_citizen.where(again.answered_at.is_not(None), again.ended_at.is_(None))
    # Whoever called again and asked once more to be rung keeps the place of the first time.
    inherited = (
        select(func.min(func.coalesce(older.since, older.taken_at)))
        .where(older.number == Callback.number, older.by == Callback.call_uid)
        .scalar_subquery()
    )
    earlier = (
        select(older.call_uid)
        .where(older.number == Callback.number, older.state.in_(LIVE))
        .where(older.taken_at < Callback.taken_at)
        .limit(1)
        .scalar_subquery()
    )
    since = func.least(
        func.coalesce(origin.human_requested_at, Callback.taken_at), Callback.since, inherited
    )
    query = (
        select(
            Callback,
            origin.queue,
            since,
            origin.ended_at.is_(None),
            origin.answered_at > Callback.taken_at,
            later.limit(1).scalar_subquery(),
            exists(talks),
            earlier,
        )
        .join(origin, origin.uid == Callback.call_uid)
        .outerjoin(own, own.call_uid == Callback.call_uid)
        .where(Callback.state.in_(LIVE), origin.node == node)
        .order_by(Callback.taken_at)
    )
    rows = await session.execute(query)
    return [Waiting(c, q, s, line, bool(met), *rest) for c, q, s, line, met, *rest in rows]


async def lock_timeout(session: AsyncSession, seconds: int) -> None:
    """Let this transaction give up rather than wait longer for anybody."""
    await session.execute(text(f"SET LOCAL statement_timeout = '{seconds}s'"))
