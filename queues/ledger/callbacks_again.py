"""Call-backs made again from their lines, beside the rows that are stored of them."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select, text, union
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day
from core.database import Base
from queues.callbacks import publishing, repository
from queues.callbacks.models import Callback
from queues.callbacks.story import CallbackStory
from queues.callbacks.uids import read_try
from queues.ledger.compared import Compared
from queues.ledger.remaking import Days
from queues.models import SwitchEvent

_TABLE = Base.metadata.tables[Callback.__tablename__]
# Nothing else begins a call-back; the words of the index that finds them.
_BEGINS = text("kind IN ('callback-offered', 'callback', 'callback-assigned', 'callback-settled')")


async def callbacks_again(
    session: AsyncSession, days: Days, batch: int = 500
) -> AsyncIterator[list[Compared]]:
    """Make all call-backs of these days again, each batch in one look at the database."""
    calls = await _calls(session)
    for start in range(0, len(calls), batch):
        await session.rollback()
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = [await _compared(session, call) for call in calls[start : start + batch]]
        await session.rollback()
        yield [one for one in found if _belongs(one, days)]


async def mend_callbacks(session: AsyncSession, wrong: Sequence[Compared]) -> int:
    """Write these call-backs again; return how many. One without lines is left to a person."""
    written = 0
    for one in wrong:
        locked = select(Callback.call_uid).where(Callback.call_uid == one.key).with_for_update()
        await session.execute(locked)
        story = await publishing.told(session, one.key)
        if story.state is not None:
            await repository.save(session, story)
            written += 1
    return written


async def _calls(session: AsyncSession) -> list[str]:
    """Return every call that has a call-back, or lines that begin one."""
    begun = select(SwitchEvent.call_uid).where(_BEGINS)
    uids = await session.scalars(union(begun, select(Callback.call_uid)))
    named = ((read_try(uid), uid) for uid in uids)
    return sorted({of.call if of else uid for of, uid in named})


async def _compared(session: AsyncSession, call: str) -> Compared:
    row = (await session.execute(select(*_TABLE.c).where(_TABLE.c.call_uid == call))).mappings()
    stored = row.one_or_none()
    story = await publishing.told(session, call)
    return Compared(
        "callback", call, dict(stored) if stored else None, _columns(story) if story.state else None
    )


def _columns(story: CallbackStory) -> dict[str, object]:
    return {column.name: getattr(story, column.name) for column in _TABLE.c}


def _belongs(one: Compared, days: Days) -> bool:
    row = one.derived or one.stored
    return row is not None and local_day(row["offered_at"]) in days  # type: ignore[arg-type]
