"""What a simulated call has in the place of sounds, journal and tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.on_air import Announcement
from ivr.progress import Answer, Progress, Withheld


class NamedPrompts:
    """Sounds lie where their names say: zh/greeting."""

    def path(self, prompt_id: str, lang: str) -> str:
        """Return language/prompt."""
        return f"{lang}/{prompt_id}"


@dataclass(frozen=True, slots=True)
class MemoryBoard:
    """Announcements with these keys are on air, each to be heard as `news`."""

    keys: Sequence[str] = ()

    def on_air(self, now: datetime) -> Sequence[Announcement]:
        """Return them all; they never expire."""
        until = now.timestamp() + 1
        return [Announcement(n, "news", key, until) for n, key in enumerate(self.keys, 1)]

    def bring_into_queue(self, language: str, announcements: Sequence[Announcement]) -> bool:
        """They are heard where a class of music says so."""
        return True


@dataclass
class MemoryJournal:
    """Keeps what was written; `flushed` is how much of it would be on disk."""

    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    flushed: int = 0

    def write(self, call: str, kind: str, **fields: object) -> None:
        """Add one line."""
        self.lines.append((kind, fields))

    def flush(self) -> None:
        """Count what is there as written."""
        self.flushed = len(self.lines)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the lines of one kind."""
        return [fields for name, fields in self.lines if name == kind]

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Return node and outcome of each step."""
        return [(fields["node"], fields["outcome"]) for fields in self.of("step")]


@dataclass(frozen=True, slots=True)
class SimulatedTicket:
    """A ticket that a progress query finds: of which phone, and what is read out."""

    phone: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class MemoryTickets:
    """Tickets by query code, the newest last."""

    tickets: Mapping[str, SimulatedTicket] = field(default_factory=dict)

    async def by_code(self, caller: str, code: str) -> Answer:
        """Find a ticket of this phone; say so when it is another phone's."""
        found = self.tickets.get(code)
        if found is None:
            return None
        return found.progress if found.phone == caller else Withheld.OTHER_PHONE

    async def by_tail(self, code: str, tail: str) -> Answer:
        """Find a ticket whose phone ends in these digits."""
        found = self.tickets.get(code)
        return found.progress if found and found.phone.endswith(tail) else None

    async def newest(self, caller: str) -> Answer:
        """Find the newest ticket of a phone."""
        own = [one.progress for one in self.tickets.values() if one.phone == caller]
        return own[-1] if own else None
