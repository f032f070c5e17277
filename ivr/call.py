"""One call inside the engine: who, where to, what is known, and the equipment verbs use."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.clock import utc_now
from ivr.channel import Channel
from ivr.on_air import Board, EmptyBoard
from ivr.progress import TicketLookup
from ivr.timetable import Timetable
from queues.callbacks.rules import ANY_CALLBACK, CallbackRules
from tickets.calendar import Workdays


class Known(StrEnum):
    """Variables that the engine itself reads or writes; the others belong to the flow."""

    LANGUAGE = "lang"
    CODE = "code"
    # The line that was called, by its code.
    LINE = "line"
    # Which announcements were heard in this call, and the key that each offered.
    NEWS = "news"
    # The greeting heard last: it is not played again on a return. A flow may empty it so that
    # it is.
    HEARD = "heard"
    # The highest priority a queue gave this caller; it stays theirs.
    PRIORITY = "priority"
    # How often a progress query was tried in this call.
    ASKED = "asked"


class PromptBook(Protocol):
    """Where the sound of a prompt lies, without extension, as the switch plays it."""

    def path(self, prompt_id: str, lang: str, /) -> str | Path:
        """Return the path of one prompt in one language."""


class Journal(Protocol):
    """Where a call's story is written; `flush` puts it on disk in one write."""

    def write(self, call: str, kind: str, **fields: object) -> None:
        """Add one line."""

    def flush(self) -> None:
        """Write what was added."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What every call of a process shares. Without `tickets`, progress queries go to a human."""

    prompts: PromptBook
    journal: Journal
    workdays: Workdays
    tickets: TicketLookup | None = None
    board: Board = field(default_factory=EmptyBoard)
    timetable: Timetable = field(default_factory=Timetable)
    callbacks: CallbackRules = ANY_CALLBACK
    now: Callable[[], datetime] = utc_now
    ticks: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class Call:
    """One caller on one channel; `caller` is their number as dialled at home, "" if unknown."""

    uid: str
    caller: str
    channel: Channel
    equipment: Equipment
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of the next prompt."""
        return self.variables[Known.LANGUAGE]

    def paths(self, prompts: Sequence[str]) -> list[str]:
        """Return where these prompts lie in the caller's language."""
        language = self.language
        return [str(self.equipment.prompts.path(prompt, language)) for prompt in prompts]

    async def play(self, *prompts: str, keys: str = "") -> str:
        """Play prompts in the caller's language; return the key that cut them short, or ""."""
        return await self.channel.play(self.paths(prompts), keys)

    async def ask_key(self, prompts: Sequence[str], seconds: float) -> str:
        """Play prompts that any key cuts short; return the key, or "" after so many seconds."""
        heard = await self.channel.collect(self.paths(prompts), 1, seconds, seconds)
        return heard.value or ("" if heard.timed_out else "#")

    async def ask_digits(
        self, prompt: str, digits: int, first: float, between: float, instant: str = ""
    ) -> str:
        """Play a prompt and return the keys that follow, without the # that ends them."""
        heard = await self.channel.collect(self.paths([prompt]), digits, first, between, instant)
        return heard.value

    def once(self, greeting: str) -> list[str]:
        """Return a greeting to play, or nothing when there is none or it was the last heard."""
        if not greeting or self.variables.get(Known.HEARD) == greeting:
            return []
        self.variables[Known.HEARD] = greeting
        return [greeting]

    def note(self, kind: str, **fields: object) -> None:
        """Add a line to the call's story."""
        self.equipment.journal.write(self.uid, kind, **fields)
