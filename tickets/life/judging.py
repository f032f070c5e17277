"""Whether each guard of the table of moves holds, one line for each, after the city's rules."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from core.clock import local_day
from core.errors import HotlineError
from core.masking import mask_text
from tickets.acts import Actor
from tickets.durations import Span, Unit
from tickets.followup.choosing import passed_over
from tickets.followup.rules import MOST_ATTEMPTS
from tickets.followup.words import Means
from tickets.guards import Guard
from tickets.life.picture import Case
from tickets.life.words import ClockKind
from tickets.states import OPEN, Move

RETURN_LIMIT = Span(2, Unit.WORKDAYS)
LONGEST_PAUSE_DAYS = 30
LONGEST_PAUSES_DAYS = 90
MEETING_FROM_DISPATCH = 3
MOST_REDOS = 2
REOPEN_DAYS = 30
# Complaints are answered by the head of the unit, and so is whatever is supervised.
_HEAD_SIGNS = ("TS",)
_MOMENT = timedelta(microseconds=1)
_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9Xx]")


class GuardsUnmet(HotlineError):
    """The move is legal and theirs, but something it needs is missing; all of it is named."""

    slug = "ticket-guards-unmet"

    def __init__(self, guards: list[Guard]) -> None:
        super().__init__(" ".join(guard.sentence for guard in guards))
        self.guards = guards


def judge(row: Move, case: Case) -> None:
    """Raise GuardsUnmet with every guard of the row that does not hold."""
    if unmet := [guard for guard in row.guards if not HOLDS[guard](case)]:
        raise GuardsUnmet(unmet)


def _classified(case: Case) -> bool:
    matter = case.picture.matter
    return None not in (matter.type, matter.urgency, matter.category, matter.area, case.lead)


def _known_units(case: Case) -> bool:
    facts = case.facts
    named = (facts.lead or case.lead, *facts.co, *(task.unit for task in facts.tasks))
    return all(code in case.city.units.by_code for code in named if code is not None)


def _within_return_limit(case: Case) -> bool:
    since = case.picture.dispatched_at
    return since is not None and case.at < case.city.time.deadline(since, RETURN_LIMIT).at


def _tasks_in_time(case: Case) -> bool:
    clock = case.picture.clock(ClockKind.HANDLE)
    if clock is None or not case.facts.tasks:
        return False
    last = local_day(clock.due_at - _MOMENT)
    day_before = next(case.city.time.workdays.before(last))
    ends = [case.city.time.deadline(case.at, task.handle).at for task in case.facts.tasks]
    return all(local_day(end - _MOMENT) <= day_before for end in ends)


def _extension_left(case: Case) -> bool:
    allowed = case.limits.extensions
    wish, since = case.facts.extension, case.picture.dispatched_at
    clock = case.picture.clock(ClockKind.HANDLE)
    if allowed is None or wish is None or since is None or clock is None:
        return False
    times = allowed.times_by_leader if case.facts.leader else allowed.times
    longest = case.city.time.deadline(since, allowed.to).at
    wished = case.city.time.extended(clock.due_at, wish)
    return case.picture.matter.extended < times and wished <= longest


def _review_date(case: Case) -> bool:
    wish, today = case.facts.review_on, local_day(case.at)
    return wish is not None and today < wish <= today + timedelta(LONGEST_PAUSE_DAYS)


def _suspension_left(case: Case) -> bool:
    wish = case.facts.review_on
    if wish is None:
        return False
    days = (wish - local_day(case.at)).days
    return case.picture.matter.suspended_days + days <= LONGEST_PAUSES_DAYS


def _contact_evidence(case: Case) -> bool:
    feedback = case.facts.feedback
    if feedback is None or not feedback.contacted_how.strip():
        return False
    return feedback.contacted_at is not None and feedback.contacted_at <= case.at


def _head_signed(case: Case) -> bool:
    matter = case.picture.matter
    needed = matter.type in _HEAD_SIGNS or matter.supervision > 0
    return not needed or (case.facts.feedback is not None and bool(case.facts.feedback.head))


def _reply_is_clean(case: Case) -> bool:
    reply = case.facts.public_reply or case.picture.matter.public_reply
    known = case.picture.matter.contact_name, case.picture.ticket.caller or ""
    names = any(name and name in reply for name in known)
    return bool(reply) and mask_text(reply) == reply and not _IDENTITY.search(reply) and not names


def _calling_hours(case: Case) -> bool:
    """A message rings nobody: who answers one at night has been reached."""
    return case.facts.delivered_by == Means.MESSAGE or case.city.follow_up.is_open(case.at)


def _content_or_unreached(case: Case) -> bool:
    """Dissatisfied although it is solved is an answer, which nothing more can be done about."""
    satisfied, solved = case.facts.satisfied, case.facts.solved
    if satisfied is None:
        return case.picture.matter.attempts >= MOST_ATTEMPTS
    return satisfied or solved is True


def _no_call_due(case: Case) -> bool:
    return case.picture.matter.type is not None and passed_over(case) is not None


def _two_reviewers(case: Case) -> bool:
    return len({*case.facts.confirmed_by, case.person.name}) > 1


def _same_demand(case: Case) -> bool:
    """Merging names the main ticket; reopening is about the same matter by the agent's word."""
    return bool(case.facts.reason) and (case.facts.main is None or case.main is not None)


def _within_30_days(case: Case) -> bool:
    closed = case.picture.ticket.closed_at
    return closed is not None and case.at - closed <= timedelta(REOPEN_DAYS)


def _before_limit(case: Case) -> bool:
    clock = case.picture.clock(ClockKind.HANDLE)
    return clock is not None and case.at < clock.due_at


def _told(case: Case) -> bool:
    return case.facts.citizen_told


def _says(field: str) -> Callable[[Case], bool]:
    return lambda case: bool(getattr(case.facts, field))


HOLDS: Mapping[Guard, Callable[[Case], bool]] = {
    Guard.CONTACT_LINKED: lambda case: bool(
        case.picture.ticket.call_uid or case.picture.ticket.external_id
    ),
    Guard.KEY_UNIQUE: lambda _: True,  # the database's unique keys hold it
    Guard.ANSWER_GIVEN: lambda case: bool(case.facts.answer.strip() or case.facts.article),
    Guard.SUB_CODE: _says("invalid"),
    Guard.REVIEWER_CONFIRMED: _two_reviewers,
    Guard.LAWFUL_ROUTE_TOLD: _says("lawful_route"),
    Guard.FIRST_APPEAL: lambda case: not case.picture.matter.appealed,
    Guard.PARTNER_ACCEPTED: _says("partner_receipt"),
    Guard.CLASSIFIED: _classified,
    Guard.DUPLICATES_CHECKED: lambda case: (
        case.facts.duplicates_checked or case.picture.matter.duplicates_checked
    ),
    Guard.MASKING_SET: lambda case: bool(case.facts.secrecy or case.picture.matter.secrecy),
    Guard.KNOWN_UNITS: _known_units,
    # A row may be for the desk or a timer too: among units it is the lead's alone.
    Guard.LEAD_UNIT: lambda case: (
        case.person.role is not Actor.UNIT or case.person.unit == case.picture.matter.lead
    ),
    Guard.WITHIN_RETURN_LIMIT: _within_return_limit,
    Guard.RETURN_REASON: lambda case: bool(case.facts.return_reason and case.facts.basis.strip()),
    Guard.NOT_ADJUDICATED: lambda case: not case.picture.matter.adjudicated,
    Guard.ANOTHER_LEAD: lambda case: (
        case.facts.lead is not None and case.facts.lead != case.picture.matter.lead
    ),
    Guard.CONSULTED: lambda case: (
        case.facts.consulted or case.picture.matter.dispatches + 1 < MEETING_FROM_DISPATCH
    ),
    Guard.TASKS_IN_TIME: _tasks_in_time,
    Guard.BEFORE_LIMIT: _before_limit,
    Guard.EXTENSION_LEFT: _extension_left,
    Guard.CITIZEN_TOLD: _told,
    Guard.OUTSIDE_CONDITION: _says("condition"),
    Guard.REVIEW_DATE: _review_date,
    Guard.SUSPENSION_LEFT: _suspension_left,
    Guard.FEEDBACK_COMPLETE: lambda case: (
        case.facts.feedback is not None and case.facts.feedback.complete
    ),
    Guard.CONTACT_EVIDENCE: _contact_evidence,
    Guard.HEAD_SIGNED: _head_signed,
    Guard.PUBLIC_REPLY_CLEAN: _reply_is_clean,
    Guard.REJECTION_REASON: _says("reason"),
    Guard.REPLY_DELIVERED: _says("delivered_by"),
    Guard.CALLING_HOURS: _calling_hours,
    Guard.CONTENT_OR_UNREACHED: _content_or_unreached,
    Guard.NO_CALL_DUE: _no_call_due,
    Guard.UNSOLVED: lambda case: case.facts.satisfied is False and case.facts.solved is False,
    Guard.REASONABLE: lambda case: case.facts.reasonable,
    Guard.REDO_LEFT: lambda case: case.picture.matter.redos < MOST_REDOS,
    Guard.TWO_REVIEWERS: _two_reviewers,
    Guard.UNREASONABLE_PROVEN: lambda case: bool(case.facts.evidence and case.facts.basis),
    Guard.SUPERVISION_CAUSE: _says("cause"),
    Guard.SAME_DEMAND: _same_demand,
    Guard.CONTACTS_KEPT: lambda case: case.main is not None and case.main.ticket.state in OPEN,
    Guard.FOLLOWERS_REPLIED: lambda case: all(
        follower.delivered_at is not None for follower in case.picture.followers
    ),
    Guard.OWN_WORDS: _says("own_words"),
    Guard.WITHIN_30_DAYS: _within_30_days,
    # The ledger judges these itself, in the batch that ends a call.
    Guard.NOBODY_HEARD: lambda _: True,
    Guard.CALL_JUDGED_AGAIN: lambda _: True,
}
