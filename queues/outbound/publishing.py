"""Keeps the rows of our calls up to the lines; the ledger calls it in its own transaction."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from queues.journal import JournalEvent, JournalKind, parse
from queues.models import Stream
from queues.outbound import repository
from queues.outbound.story import Line, tell
from queues.outbound.words import KINDS, is_ours
from telephony import cel
from telephony.cel import ChannelEvent
from telephony.queue_log import QueueEvent

_KINDS = KINDS | {JournalKind.OUTBOUND_ANSWER}


async def keep_outbound(
    session: AsyncSession, events: Iterable[ChannelEvent | JournalEvent | QueueEvent]
) -> None:
    """Write anew the calls of ours that these lines, stored already, say something about."""
    touched = {event.call: None for event in events if event.kind in _KINDS and is_ours(event.call)}
    for uid in touched:
        stored = await repository.lines_of(session, uid)
        lines = [line for line in (_read(*one) for one in stored) if line is not None]
        await repository.save(session, uid, tell(lines))


def _read(stream: Stream, line: str) -> Line | None:
    raw = line.encode()
    return cel.parse(raw) if stream is Stream.CEL else parse(raw)
