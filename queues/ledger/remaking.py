"""Every call made again from the stored lines, some hundred at a time, beside what is stored of it.

The same fold as the ledger's own, so whatever differs was changed by hand, lost, or judged by
rules that have changed since. Called by `verify` and `rebuild`; memory stays flat.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight
from queues.ledger import remaking_repository as repository
from queues.ledger.book import Entry
from queues.ledger.events import reread, restart_of
from queues.ledger.facts import CallFacts, Rules
from queues.ledger.fold import fold
from queues.ledger.remaking_repository import StoredRow, UidRange
from queues.ledger.repository import read_up_to, restart_lines
from queues.ledger.story import Restart, Story

# Calls held at a time: some ten thousand lines, a few megabytes.
BATCH = 500
# A uid tells when its channel was made; a clock set back meanwhile may part it from the call's day.
_CLOCK_MARGIN = timedelta(days=1)
_ROW = "there"
COMPARED = tuple(f.name for f in fields(CallFacts) if f.name not in ("uid", "has_audio"))


@dataclass(frozen=True, slots=True)
class Days:
    """Local days (Asia/Shanghai) from `since` up to but not including `until`; None is no bound."""

    since: date | None = None
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return not (self.since and day < self.since) and not (self.until and day >= self.until)


@dataclass(frozen=True, slots=True)
class Remade:
    """One call: what its lines say now, what is stored of it, how many tickets it has.

    `entry.facts` is None when the lines tell of no arrival, `stored` when there is no row.
    """

    entry: Entry
    stored: StoredRow | None
    tickets: int

    @property
    def uid(self) -> str:
        """The call."""
        return self.entry.story.uid

    @property
    def day(self) -> date | None:
        """The local day it belongs to, None for what is no arrival and has no row."""
        if self.entry.facts:
            return self.entry.facts.day
        return self.stored.day if self.stored else None

    def differing(self) -> dict[str, tuple[object, object]]:
        """Return the columns that differ, each with (stored, derived).

        A row that should not be there, or should be and is not, differs in `row` alone.
        """
        facts, stored = self.entry.facts, self.stored
        if facts is None or stored is None:
            there = (_ROW if stored else None, _ROW if facts else None)
            return {"row": there} if any(there) else {}
        pairs = ((name, stored.columns[name], getattr(facts, name)) for name in COMPARED)
        return {name: (old, new) for name, old, new in pairs if old != new}


async def remake(
    session: AsyncSession, rules: Rules, days: Days, batch: int = BATCH
) -> AsyncIterator[list[Remade]]:
    """Make all calls of these days again, in batches; each is one look at the database.

    Every batch ends the session's transaction, so that a long check holds nothing back.
    """
    for uids in await ranges(session, days):
        after = uids.above
        while page := await repository.page_of_uids(session, uids, after, batch):
            await session.rollback()
            # Lines and row of a call are committed together: one snapshot never sees half of them.
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            made = await remake_calls(session, rules, page)
            await session.rollback()
            yield [one for one in made if one.day is None or one.day in days]
            after = page[-1]


async def remake_calls(session: AsyncSession, rules: Rules, uids: Sequence[str]) -> list[Remade]:
    """Make these calls again inside the caller's transaction."""
    entries = await _entries(session, uids)
    await _fold(session, rules, entries)
    stored = await repository.stored_rows(session, uids)
    tickets = await repository.tickets_of(session, uids)
    for uid, row in stored.items():
        entries[uid].settled_at = row.settled_at
        entries[uid].late_changes = row.late_changes
    return [Remade(entries[uid], stored.get(uid), tickets.get(uid, 0)) for uid in uids]


async def _entries(session: AsyncSession, uids: Sequence[str]) -> dict[str, Entry]:
    entries = {uid: Entry(Story(uid, "")) for uid in uids}
    for uid, node, stream, line in await repository.lines_of(session, uids):
        event = reread(stream, line)
        if event is not None:
            entries[uid].story.node = node
            entries[uid].story.take(event)
    return entries


async def _fold(session: AsyncSession, rules: Rules, entries: dict[str, Entry]) -> None:
    known: dict[str, tuple[list[Restart], float]] = {}
    for entry in entries.values():
        node = entry.story.node
        if node not in known:
            known[node] = await restarts_of(session, node), await read_up_to(session, node)
        entry.facts = fold(entry.story, rules, *known[node])


async def restarts_of(session: AsyncSession, node: str) -> list[Restart]:
    """Return each time a node's switch began anew, in order."""
    events = [reread(stream, line) for stream, line in await restart_lines(session, node)]
    found = [restart_of(event) for event in events if event is not None]
    return sorted(restart for restart in found if restart is not None)


async def ranges(session: AsyncSession, days: Days) -> list[UidRange]:
    """Return where the uids of these days lie: a uid is its node, a dash and its epoch second."""
    if days.since is None and days.until is None:
        return [UidRange("", None)]
    first = _epoch(days.since, -_CLOCK_MARGIN) if days.since else "0"
    last = _epoch(days.until, _CLOCK_MARGIN) if days.until else ":"  # behind every digit
    nodes = await repository.nodes(session)
    return [UidRange(f"{node}-{first}", f"{node}-{last}") for node in nodes]


def _epoch(day: date, shift: timedelta) -> str:
    return str(int((midnight(day) + shift).timestamp()))
