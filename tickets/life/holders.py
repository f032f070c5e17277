"""Who holds a ticket in each state, and how long they may."""

from collections.abc import Mapping
from dataclasses import dataclass

from tickets.durations import Span
from tickets.life.picture import Picture
from tickets.limits import Rules
from tickets.states import TicketState
from tickets.units import CENTER

INTAKE, REVIEW, FOLLOW_UP = "intake", "review", "follow-up"
LEAD = "lead"  # stands for the unit that leads


@dataclass(frozen=True, slots=True)
class Holding:
    """A desk of the hotline or a unit, and the limit of this hop; None where a clock has one."""

    holder: str
    limit: Span | None


S = TicketState

# A state that is not here has ended: nobody holds it.
HOLDERS: Mapping[TicketState, str] = {
    S.NEW: INTAKE,
    S.TRIAGE: REVIEW,
    S.SELF: CENTER,
    S.DISPATCHED: LEAD,
    S.SIGNED: LEAD,
    S.RETURN_REQ: REVIEW,
    S.JOINT: LEAD,
    S.EXT_REQ: REVIEW,
    S.SUSP_REQ: REVIEW,
    S.SUSPENDED: LEAD,
    S.FEEDBACK: REVIEW,
    S.REJECTED_FB: LEAD,
    S.REPLIED: REVIEW,
    S.DONE: FOLLOW_UP,
    S.CALLBACK: FOLLOW_UP,
    S.REDO: LEAD,
    S.ANSWERED: FOLLOW_UP,
}


def holding(picture: Picture, rules: Rules) -> Holding | None:
    """Return who holds the ticket as it stands, None when it has ended."""
    state = picture.ticket.state
    holder = HOLDERS.get(state)
    if holder is None:
        return None
    if holder == LEAD:
        holder = picture.matter.lead or REVIEW
    return Holding(holder, rules.hops.get(state))
