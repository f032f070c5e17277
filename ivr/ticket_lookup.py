"""Progress queries answered from the database, through the ticket room.

The pool is opened by the first question: a worker starts and answers calls without a database.
"""

from collections.abc import Callable
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ivr.progress import Answer, Progress, Withheld
from tickets import service
from tickets.service import TicketProgress
from tickets.states import TicketState

# What is read out of a ticket in each state.
STATUS = {
    TicketState.NEW: "progress-state-new",
    TicketState.TRIAGE: "progress-state-new",
    TicketState.SELF: "progress-state-handling",
    TicketState.DISPATCHED: "progress-state-handling",
    TicketState.SIGNED: "progress-state-handling",
    TicketState.RETURN_REQ: "progress-state-handling",
    TicketState.JOINT: "progress-state-handling",
    TicketState.EXT_REQ: "progress-state-handling",
    TicketState.SUSP_REQ: "progress-state-handling",
    TicketState.SUSPENDED: "progress-state-handling",
    TicketState.FEEDBACK: "progress-state-handling",
    TicketState.REJECTED_FB: "progress-state-handling",
    TicketState.REDO: "progress-state-handling",
    TicketState.MERGED: "progress-state-handling",
    TicketState.ANSWERED: "progress-state-replied",
    TicketState.REPLIED: "progress-state-replied",
    TicketState.DONE: "progress-state-replied",
    TicketState.CALLBACK: "progress-state-replied",
    TicketState.TRANSFERRED: "progress-state-transferred",
    TicketState.CLOSED: "progress-state-closed",
    # Why a matter was not handled is for a person to explain.
    TicketState.INVALID: "progress-state-ended",
    TicketState.UNREASONABLE: "progress-state-ended",
    TicketState.WITHDRAWN: "progress-state-ended",
    TicketState.OUT: "progress-state-ended",
}


class DatabaseTickets:
    """The tickets of this hotline, as the phone may ask for them."""

    def __init__(self, open_sessions: Callable[[], async_sessionmaker[AsyncSession]]) -> None:
        self._open_sessions = open_sessions

    async def by_code(self, caller: str, code: str) -> Answer:
        """Find the ticket of this phone and query code; say so when it is another phone's."""
        async with self._sessions() as session:
            found = await service.find_by_code(session, caller, code)
            if found is None and await service.is_known_code(session, code):
                return Withheld.OTHER_PHONE
            return _answer(found)

    async def by_tail(self, code: str, tail: str) -> Answer:
        """Find the ticket of this code whose phone ends in these four digits."""
        async with self._sessions() as session:
            return _answer(await service.find_by_tail(session, code, tail))

    async def newest(self, caller: str) -> Answer:
        """Find the newest ticket of this phone."""
        async with self._sessions() as session:
            return _answer(await service.find_newest(session, caller))

    @cached_property
    def _sessions(self) -> async_sessionmaker[AsyncSession]:
        return self._open_sessions()


def _answer(found: TicketProgress | None) -> Answer:
    if found is None:
        return None
    return Progress(found.opened_on, found.number_tail, STATUS[found.state])
