"""Keeps follow-ups in step with their tickets, inside every move: `life.moves` calls it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from tickets.followup import repository
from tickets.followup.choosing import passed_over
from tickets.followup.models import FollowUp
from tickets.followup.states import LIVE, FollowUpAct, FollowUpState, move
from tickets.followup.words import NotDue
from tickets.life.clocks import FOLLOW_UP_LIMIT
from tickets.life.picture import Case
from tickets.life.words import ClockKind
from tickets.states import TicketState

_ANSWERED = frozenset({TicketState.DONE, TicketState.ANSWERED})


async def keep_in_step(session: AsyncSession, case: Case, before: TicketState) -> None:
    """Open a follow-up with the answer; end it when its ticket goes another way."""
    state = case.picture.ticket.state
    if state is before or state is TicketState.CALLBACK:
        return
    if before in _ANSWERED | {TicketState.CALLBACK}:
        await _overtake(session, case)
    if state in _ANSWERED and case.picture.matter.type is not None:
        session.add(_opened(case))
        await session.flush()


async def _overtake(session: AsyncSession, case: Case) -> None:
    live = await repository.newest_locked(session, case.picture.ticket.id)
    if live is None:
        return
    if live.state is FollowUpState.NOT_DUE:
        live.archived = True
    elif live.state in LIVE:
        live.state = move(live.state, FollowUpAct.OVERTAKE)
        live.claimed_by, live.ended_at = None, case.at
    await session.flush()


def _opened(case: Case) -> FollowUp:
    why: NotDue | None = passed_over(case)
    return FollowUp(
        ticket_id=case.picture.ticket.id,
        round=case.picture.matter.redos,
        state=move(None, FollowUpAct.SKIP if why else FollowUpAct.OPEN),
        why=why,
        opened_at=case.at,
        due_at=_due(case),
        not_before=case.at,
        attempts=0,
        reason="",
        ended_at=case.at if why else None,
        archived=False,
    )


def _due(case: Case) -> datetime:
    clock = case.picture.clock(ClockKind.FOLLOW_UP)
    if clock is not None and clock.stopped_at is None:
        return clock.due_at
    return case.city.time.deadline(case.at, FOLLOW_UP_LIMIT).at
