"""Keeps the rows of call-backs up to the lines; the ledger calls it in its own transaction."""

from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox import defer_finish
from queues.callbacks import repository
from queues.callbacks.story import KINDS, CallbackStory, Line, tell
from queues.callbacks.uids import read_try
from queues.journal import JournalEvent, parse
from queues.models import Stream
from telephony import cel
from telephony.cel import CelKind, ChannelEvent
from telephony.queue_log import QueueEvent

log = structlog.get_logger()


async def keep_callbacks(
    session: AsyncSession, events: Iterable[ChannelEvent | JournalEvent | QueueEvent]
) -> None:
    """Write anew the call-backs that these lines, stored already, say something about."""
    lines = list(events)
    for call in touched(lines):
        await remake(session, call)
    # The switch closes its file with the last channel; what never got to a talk left none.
    ended = (event.call for event in lines if event.kind == CelKind.LINKEDID_END)
    await defer_finish(session, [uid for uid in ended if (of := read_try(uid)) and of.number])


def touched(events: Iterable[ChannelEvent | JournalEvent | QueueEvent]) -> Sequence[str]:
    """Return the calls whose call-backs these lines are about, each once."""
    calls: dict[str, None] = {}
    for event in events:
        if event.kind in KINDS:
            of = read_try(event.call)
            calls[of.call if of else event.call] = None
    return list(calls)


async def remake(session: AsyncSession, call: str) -> None:
    """Make a call-back again from all its lines; what tells of none has no row."""
    story = _tell(call, await repository.lines_of(session, call))
    if story.state is not None:
        await repository.save(session, story)


async def told(session: AsyncSession, call: str) -> CallbackStory:
    """Return a call-back as its lines tell it, whatever is stored of it."""
    return _tell(call, await repository.all_lines_of(session, call))


def _tell(call: str, stored: Sequence[tuple[Stream, str]]) -> CallbackStory:
    return tell(call, [line for line in (_read(*one) for one in stored) if line is not None])


def _read(stream: Stream, line: str) -> Line | None:
    raw = line.encode()
    return cel.parse(raw) if stream is Stream.CEL else parse(raw)
