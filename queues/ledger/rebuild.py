"""Writes again what is stored of calls where their lines say otherwise; the lines stay untouched.

Called by `./hotline ledger rebuild`, also while the ledger is at work. What no line explains is
never removed: a row or a ticket without lines is a matter for a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from queues.ledger import handover
from queues.ledger import remaking_repository as repository
from queues.ledger.book import Entry
from queues.ledger.facts import Rules
from queues.ledger.remaking import Days, Remade, remake, remake_calls
from queues.ledger.repository import save_calls
from queues.ledger.verify import differences


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to, in calls; those `left` differ and were not to be written."""

    calls: int = 0
    written: int = 0
    tickets: int = 0
    left: int = 0


async def rebuild(
    session: AsyncSession,
    rules: Rules,
    days: Days,
    progress: Callable[[Rebuilt], None] = lambda _: None,
) -> Rebuilt:
    """Write what differs, batch by batch, each in a transaction of its own."""
    done = Rebuilt()
    async for batch in remake(session, rules, days):
        done.calls += len(batch)
        wrong = [one for one in batch if differences(one)]
        if wrong:
            await _repair(session, rules, wrong, done)
        progress(done)
    return done


async def _repair(
    session: AsyncSession, rules: Rules, wrong: Sequence[Remade], done: Rebuilt
) -> None:
    """Look again at these calls with their rows locked, and write them."""
    rows = [one.uid for one in wrong if one.stored]
    locked = set(await repository.lock_calls(session, rows))
    ours = [one.uid for one in wrong if one.stored is None or one.uid in locked]
    again = await remake_calls(session, rules, ours)
    mended = [one for one in again if _can_be_written(one)]
    done.left += len(wrong) - len(mended)
    await _write(session, [one for one in mended if one.differing()], done)
    await _open_tickets(session, [one for one in mended if not one.tickets], done)
    await session.commit()


def _can_be_written(one: Remade) -> bool:
    """A call that still runs and has no row is about to get one from the ledger."""
    facts = one.entry.facts
    return facts is not None and (one.stored is not None or facts.ended_at is not None)


async def _write(session: AsyncSession, ones: Sequence[Remade], done: Rebuilt) -> None:
    entries = [one.entry for one in ones]
    lost = [one.entry for one in ones if one.stored is None]
    settled = [entry for entry in entries if entry.settled_at is not None]
    for entry in settled:
        entry.late_changes += 1
    for entry in lost:
        entry.settled_at = utc_now()
    await save_calls(session, entries)
    await handover.close_tickets(session, [*settled, *lost])
    await handover.finish_recordings(session, lost)
    done.written += len(entries)


async def _open_tickets(session: AsyncSession, ones: Sequence[Remade], done: Rebuilt) -> None:
    """Give calls their missing ticket and, where they are over and done with, close it."""
    entries: list[Entry] = [one.entry for one in ones]
    await handover.open_tickets(session, entries)
    await handover.close_tickets(session, [entry for entry in entries if entry.settled_at])
    done.tickets += sum(entry.has_ticket for entry in entries)
