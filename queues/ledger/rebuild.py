"""Writes again what is stored of calls where their lines say otherwise; the lines stay untouched.

Called by `./hotline ledger rebuild`, also while the ledger is at work. What no line explains is
never removed: a row or a ticket without lines is a matter for a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from queues.ledger import remaking_repository as repository
from queues.ledger.beside import mend_beside
from queues.ledger.facts import Rules
from queues.ledger.publishing import News, publish_carefully
from queues.ledger.remaking import Days, Remade, remake, remake_calls
from queues.ledger.verify import differences


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to, in calls; those `left` differ and were not written.

    `beside` are rows of call-backs, agents' lines and legs that were written.

    `refused` are those of them that the database does not take, each with its reason.
    """

    calls: int = 0
    written: int = 0
    tickets: int = 0
    left: int = 0
    beside: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def note(self, mended: Sequence[Remade], refused: dict[str, str], wrong: int) -> None:
        """Count what was done about so many wrong calls."""
        taken = [one for one in mended if one.uid not in refused]
        self.written += sum(bool(one.differing()) for one in taken)
        self.tickets += sum(not one.tickets and one.entry.has_ticket for one in taken)
        self.left += wrong - len(taken)
        self.refused |= refused


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
    written, left = await mend_beside(session, days)
    done.beside, done.left = written, done.left + left
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
    refused = await publish_carefully(session, _news(mended))
    await session.commit()
    done.note(mended, refused, len(wrong))


def _can_be_written(one: Remade) -> bool:
    """A call that still runs and has no row is about to get one from the ledger."""
    facts = one.entry.facts
    return facts is not None and (one.stored is not None or facts.ended_at is not None)


def _news(mended: Sequence[Remade]) -> News:
    """Say of each call what the ledger would: it is new and over, or it changed after its end."""
    lost = [one.entry for one in mended if one.stored is None]
    late = [one.entry for one in mended if one.entry.settled_at is not None]
    for one in mended:
        one.entry.late_changes += bool(one.entry.settled_at and one.differing())
    for entry in lost:
        entry.settled_at = utc_now()
    return News([one.entry for one in mended], lost, late)
