"""The states of a ticket, its legal moves as one table, and the one function that makes a move.

Today a ticket lives only as long as its call: it is opened at the arrival, and at the end of the
call it either waits for a person (`NEW`), is with a partner line (`TRANSFERRED`) or is archived.
"""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import HotlineError
from tickets.outcomes import Outcome


class TicketState(StrEnum):
    """Where a ticket stands; the same words in the database, the API and the reports."""

    NEW = "NEW"  # 登记
    TRANSFERRED = "TRANSFERRED"  # 转110/119/120/12348 完成
    CLOSED = "CLOSED"  # 归档


# From None: the opening. Back to NEW: late news of a call (a call-back asked for, read after the
# hang-up) showed that a person must look after all.
MOVES: Mapping[TicketState | None, frozenset[TicketState]] = {
    None: frozenset({TicketState.NEW}),
    TicketState.NEW: frozenset({TicketState.TRANSFERRED, TicketState.CLOSED}),
    TicketState.TRANSFERRED: frozenset({TicketState.NEW}),
    TicketState.CLOSED: frozenset({TicketState.NEW}),
}

_WAITS_FOR_A_PERSON = frozenset({Outcome.ANSWERED, Outcome.VOICEMAIL, Outcome.CALLBACK_TAKEN})
_WITH_A_PARTNER = frozenset({Outcome.DIVERTED, Outcome.HANDED_TO_EMERGENCY})


class IllegalMove(HotlineError):
    """A ticket cannot go from its state to the one that was asked for."""

    slug = "illegal-ticket-move"

    def __init__(self, from_state: TicketState | None, to_state: TicketState) -> None:
        allowed = ", ".join(sorted(MOVES[from_state]))
        super().__init__(
            f"A ticket in state {from_state or 'none'} cannot become {to_state}. "
            f"It can become: {allowed}."
        )
        self.from_state = from_state
        self.to_state = to_state


def move(from_state: TicketState | None, to_state: TicketState) -> TicketState:
    """Return the new state. Raises IllegalMove for every move that is not in the table."""
    if to_state not in MOVES[from_state]:
        raise IllegalMove(from_state, to_state)
    return to_state


def state_after_call(outcome: Outcome) -> TicketState:
    """Say where the ticket of an ended call stands.

    A talk, a message or a promised call-back leaves work for a person. A call nobody answered is
    archived under its class and never marked invalid: invalid is an agent's verdict on what was
    said, and nobody heard this citizen.
    """
    if outcome in _WAITS_FOR_A_PERSON:
        return TicketState.NEW
    if outcome in _WITH_A_PARTNER:
        return TicketState.TRANSFERRED
    return TicketState.CLOSED


def path(from_state: TicketState, to_state: TicketState) -> list[TicketState]:
    """Return the states a correction passes through on its way, each a legal move."""
    if from_state == to_state:
        return []
    if to_state in MOVES[from_state]:
        return [move(from_state, to_state)]
    return [move(from_state, TicketState.NEW), move(TicketState.NEW, to_state)]
