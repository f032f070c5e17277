"""What a move leaves behind in the matter and the tasks, beyond the state and the clocks."""

from collections.abc import Callable, Mapping
from datetime import datetime

from core.clock import local_day
from tickets.acts import Act
from tickets.life.following import follow, part
from tickets.life.judging import LONGEST_PAUSES_DAYS
from tickets.life.models import Task
from tickets.life.picture import Case, Picture
from tickets.life.words import ClockKind, TaskRole
from tickets.states import TicketState


def apply(case: Case, act: Act) -> None:
    """Change the matter and the tasks as the move asks, before its clocks are wound."""
    if effect := _EFFECTS.get(act):
        effect(case)


def settle(picture: Picture, at: datetime) -> None:
    """Keep the instants that the ticket's row has a column for in step with its state."""
    ticket = picture.ticket
    ticket.closed_at = at if ticket.state is TicketState.CLOSED else None
    ticket.transferred_at = at if ticket.state is TicketState.TRANSFERRED else None


def _answer(case: Case) -> None:
    facts = case.facts
    case.picture.matter.answer = facts.answer or f"knowledge article {facts.article}"


def _appeal(case: Case) -> None:
    case.picture.matter.appealed = True


def _dispatch(case: Case) -> None:
    _remember_checks(case)
    matter = case.picture.matter
    end_tasks(case.picture, case.at, "dispatched anew")
    matter.lead = case.lead
    matter.first_unit = matter.first_unit or case.lead
    matter.dispatches += 1
    _open_lead(case)
    for unit in case.facts.co:
        _open(case, unit, TaskRole.CO, None)


def _grant_return(case: Case) -> None:
    """The old unit's task ends neutrally; the new one begins with clocks of its own."""
    end_tasks(case.picture, case.at, "returned")
    matter = case.picture.matter
    matter.lead = case.facts.lead
    matter.dispatches += 1
    _open_lead(case)


def _refuse_return(case: Case) -> None:
    case.picture.matter.adjudicated = True


def _join(case: Case) -> None:
    for wish in case.facts.tasks:
        deadline = case.city.time.deadline(case.at, wish.handle)
        _open(case, wish.unit, TaskRole.CO, deadline.at)


def _grant_extension(case: Case) -> None:
    case.picture.matter.extended += 1


def _grant_suspension(case: Case) -> None:
    case.picture.matter.review_on = case.facts.review_on


def _resume(case: Case) -> None:
    """Days count from the pause, which the handling clock keeps."""
    matter, clock = case.picture.matter, case.picture.clock(ClockKind.HANDLE)
    matter.review_on = None
    if clock is not None and clock.paused_at is not None:
        days = (local_day(case.at) - local_day(clock.paused_at)).days
        matter.suspended_days = min(LONGEST_PAUSES_DAYS, matter.suspended_days + days)


def _feed_back(case: Case) -> None:
    matter, feedback = case.picture.matter, case.facts.feedback
    matter.public_reply = case.facts.public_reply
    if feedback is not None:
        matter.answer, matter.solved = feedback.account, feedback.solved


def _reply(case: Case) -> None:
    if case.facts.public_reply:
        case.picture.matter.public_reply = case.facts.public_reply
    end_tasks(case.picture, case.at, "replied")


def _citizen_said(case: Case) -> None:
    case.picture.matter.satisfied = case.facts.satisfied
    if case.facts.solved is not None:
        case.picture.matter.solved = case.facts.solved


def _redo(case: Case) -> None:
    """New work for the same lead with half the time, under supervision; what was said is kept."""
    _citizen_said(case)
    matter = case.picture.matter
    matter.redos += 1
    matter.attempts = 0
    for follower in case.picture.followers:
        follower.delivered_at = follower.delivered_by = None
    _supervise(case)
    _open_lead(case)


def _supervise(case: Case) -> None:
    case.picture.matter.supervision = min(3, case.picture.matter.supervision + 1)


def _merge(case: Case) -> None:
    end_tasks(case.picture, case.at, "merged")
    if case.main is not None:
        case.picture.matter.main_id = case.main.ticket.id
        follow(case.picture, case.main, case.at)


def _unmerge(case: Case) -> None:
    case.picture.matter.main_id = None
    if case.main is not None:
        part(case.picture, case.main, case.city, case.at)


def _withdraw(case: Case) -> None:
    end_tasks(case.picture, case.at, "withdrawn")


def end_tasks(picture: Picture, at: datetime, how: str) -> None:
    """End every open task of a ticket."""
    for task in picture.tasks:
        if task.ended_at is None:
            task.ended_at, task.ended_as = at, how


def _remember_checks(case: Case) -> None:
    matter, facts = case.picture.matter, case.facts
    matter.duplicates_checked = matter.duplicates_checked or facts.duplicates_checked
    matter.secrecy = facts.secrecy or matter.secrecy


def _open_lead(case: Case) -> None:
    if case.lead is not None and case.picture.lead_task is None:
        _open(case, case.lead, TaskRole.LEAD, None)


def _open(case: Case, unit: str, role: TaskRole, due: datetime | None) -> None:
    case.picture.tasks.append(
        Task(
            ticket_id=case.picture.ticket.id,
            unit=unit,
            role=role,
            opened_at=case.at,
            due_at=due,
            reply="",
        )
    )


_EFFECTS: Mapping[Act, Callable[[Case], None]] = {
    Act.ANSWER: _answer,
    Act.APPEAL: _appeal,
    Act.HANDLE_HERE: _remember_checks,
    Act.DISPATCH: _dispatch,
    Act.GRANT_RETURN: _grant_return,
    Act.REFUSE_RETURN: _refuse_return,
    Act.JOIN_UNITS: _join,
    Act.GRANT_EXTENSION: _grant_extension,
    Act.GRANT_SUSPENSION: _grant_suspension,
    Act.RESUME: _resume,
    Act.FEED_BACK: _feed_back,
    Act.REPLY: _reply,
    Act.ARCHIVE: _citizen_said,
    Act.ORDER_REDO: _redo,
    Act.FIND_UNREASONABLE: _citizen_said,
    Act.SUPERVISE: _supervise,
    Act.MERGE: _merge,
    Act.UNMERGE: _unmerge,
    Act.WITHDRAW: _withdraw,
    Act.REOPEN: _redo,
}
