"""The question "how far is my matter?": what a call may ask, what it may be told, and how it is
said. The ticket room answers through the port; an answer never holds a name, an address or a text.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from core.errors import HotlineError
from recordings.spoken import date_pieces, digits_pieces

LOOKUP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What may be read out. `status` is the id of the prompt that says where the ticket stands,
    `due` the day an answer is expected, if there is one."""

    opened_on: date
    number_tail: str
    status: str
    due: date | None = None


class Withheld(Enum):
    """Why nothing is read out."""

    # The code belongs to another phone: its last four digits would open it.
    OTHER_PHONE = "other phone"
    # A confidential matter: only a human may speak of it.
    CONFIDENTIAL = "confidential"


Answer = Progress | Withheld | None


class TicketLookup(Protocol):
    """Where the phone asks; None means that there is no such ticket."""

    async def by_code(self, caller: str, code: str) -> Answer:
        """Find the ticket of this phone and query code (查询码)."""

    async def by_tail(self, code: str, tail: str) -> Answer:
        """Find the ticket of this code whose phone ends in these four digits."""

    async def newest(self, caller: str) -> Answer:
        """Find the newest ticket of this phone."""


class LookupFailed(HotlineError):
    """Tickets cannot be asked now; a human can."""

    slug = "ticket-lookup-failed"


async def within_limit(question: Awaitable[Answer]) -> Answer:
    """Wait for an answer, but not long: a citizen listens to silence meanwhile.

    Raises LookupFailed after two seconds, or for whatever else goes wrong in the ticket room.
    """
    task = asyncio.ensure_future(question)
    try:
        answered, _ = await asyncio.wait({task}, timeout=LOOKUP_SECONDS)
    finally:
        if not task.done():
            _leave(task)
    if not answered:
        raise LookupFailed(f"Tickets gave no answer in {LOOKUP_SECONDS} s.")
    try:
        return task.result()
    except Exception as error:
        raise LookupFailed(f"Tickets cannot be asked: {error!r}.") from error


# Questions that nobody waits for any more.
_left: set[asyncio.Future[Answer]] = set()


def _leave(question: asyncio.Future[Answer]) -> None:
    """Call a question off without waiting for that: a frozen database takes its time even so."""
    _left.add(question)
    question.add_done_callback(_forget)
    question.cancel()


def _forget(question: asyncio.Future[Answer]) -> None:
    _left.discard(question)
    if not question.cancelled():
        question.exception()  # how it failed in the end is nobody's matter


def as_prompts(progress: Progress, language: str) -> list[str]:
    """Return the prompts and pieces that say it: 您8月31日反映的诉求，编号尾号1234，目前已办结。"""
    said = [
        "progress-intro",
        *date_pieces(progress.opened_on, language),
        "progress-filed",
        "progress-tail-number",
        *digits_pieces(progress.number_tail, language),
        progress.status,
    ]
    if progress.due is not None:
        said += ["progress-expected", *date_pieces(progress.due, language), "progress-before"]
    return said
