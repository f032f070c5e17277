"""The calls that are open, as far as we have read: their stories, what they came to, who waits.

Only a cache: whatever is dropped from it is read again from the stored lines.
"""

import math
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from queues.ledger.facts import CallFacts, Rules
from queues.ledger.fold import fold
from queues.ledger.story import Event, Restart, Story

# Seconds that an ended call's stragglers have: lines of the same instant in another file.
GRACE = 1.0
# Calls held at most; 400 waiting callers and a long morning of ended ones fit many times over.
CAPACITY = 20_000


@dataclass(slots=True)
class Entry:
    """One call: what was read of it, what that folds to, and what was done about it."""

    story: Story
    facts: CallFacts | None = None
    settled_at: datetime | None = None
    late_changes: int = 0
    has_ticket: bool = False


@dataclass(slots=True)
class Book:
    """The open calls of one node."""

    node: str
    rules: Rules
    restarts: list[Restart] = field(default_factory=list)
    # The epoch second up to which the channel events were read.
    as_of: float = 0.0
    entries: dict[str, Entry] = field(default_factory=dict)
    # Ended and not yet handed on: when we saw the end, on the clock that is never set.
    waiting: dict[str, float] = field(default_factory=dict)

    def unknown(self, uids: Iterable[str]) -> list[str]:
        """Return those of these calls whose stored events must be read first."""
        return [uid for uid in dict.fromkeys(uids) if uid not in self.entries]

    def enter(self, uid: str) -> Entry:
        """Make room for a call we do not hold."""
        entry = self.entries[uid] = Entry(Story(uid, self.node))
        return entry

    def learn(self, events: Iterable[Event], restarts: Iterable[Restart]) -> None:
        """Take new events of calls we hold, and new lives of the switch."""
        for event in events:
            self.entries[event.call].story.take(event)
        for restart in restarts:
            insort(self.restarts, restart)

    def refold(self, uids: Iterable[str], now: float) -> list[Entry]:
        """Fold these calls anew; return those whose facts changed. `now` is monotonic seconds."""
        changed = []
        for uid in uids:
            entry = self.entries.pop(uid)
            self.entries[uid] = entry  # the most recently touched last
            facts = fold(entry.story, self.rules, self.restarts, self.as_of)
            if facts != entry.facts:
                entry.facts = facts
                changed.append(entry)
            if facts and facts.ended_at and entry.settled_at is None:
                self.waiting.setdefault(uid, now)
            else:
                self.waiting.pop(uid, None)
        return changed

    def due(self, horizon: float, at_end: bool, now: float) -> list[str]:
        """Return the ended calls of which nothing more is to come.

        All files have been read up to the epoch second `horizon`; `at_end` says up to their ends.
        However the clock was set, a second after we saw a call end its stragglers are here.
        """
        return [
            uid
            for uid, seen in self.waiting.items()
            if self._ended(uid) + GRACE <= horizon or (at_end and seen + GRACE <= now)
        ]

    def _ended(self, uid: str) -> float:
        facts = self.entries[uid].facts
        return facts.ended_at.timestamp() if facts and facts.ended_at else math.inf

    def settle(self, entries: Iterable[Entry], at: datetime) -> None:
        """Note that these calls are handed on."""
        for entry in entries:
            entry.settled_at = at
            self.waiting.pop(entry.story.uid, None)

    def tidy(self, uids: Iterable[str]) -> None:
        """Let go of those of these calls that are done with, and of the oldest beyond capacity."""
        for uid in uids:
            entry = self.entries.get(uid)
            if entry and (entry.settled_at or (entry.facts is None and entry.story.legs.over)):
                del self.entries[uid]
        spare = len(self.entries) - CAPACITY
        for uid in [uid for uid in self.entries if uid not in self.waiting][: max(0, spare)]:
            del self.entries[uid]
