"""Follow-up as people, calls and messages do it: claim, record what came of it, move the ticket.

Everything happens in the caller's transaction; the ticket's row is locked first, so that of two
answers at once one wins and the other finds the follow-up ended.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets.acts import Act, Actor
from tickets.city import City
from tickets.followup import links, repository
from tickets.followup.models import Attempt, FollowUp
from tickets.followup.rules import MOST_ATTEMPTS, half_day_of
from tickets.followup.states import LIVE, FollowUpAct, FollowUpState, move
from tickets.followup.verdict import NOTHING, Answers, Verdict, judge
from tickets.followup.words import Ending, Means, Referred, Solved
from tickets.life import drafts
from tickets.life import repository as life
from tickets.life.facts import Facts, Person
from tickets.life.judging import MOST_REDOS
from tickets.life.moves import UnknownTicket, carry_out, signature
from tickets.life.picture import Picture
from tickets.life.words import SupervisionCause
from tickets.states import TicketState

LONGEST_REASON = 500
# After a fault of ours.
_AGAIN_AFTER = timedelta(minutes=10)
TIMER = Person("follow-up", Actor.RULE)


class NoFollowUp(HotlineError):
    """The ticket has no follow-up that is still open."""

    slug = "no-follow-up"

    def __init__(self, number: str, state: FollowUpState | None = None) -> None:
        what = f"is {state} already" if state else "does not exist"
        super().__init__(f"The follow-up of {number} {what}.")


class ClaimedByAnother(HotlineError):
    """Somebody else has it on their desk."""

    slug = "claimed-by-another"

    def __init__(self, number: str, who: str | None) -> None:
        super().__init__(
            f"The follow-up of {number} is with {who}."
            if who
            else f"Claim the follow-up of {number} first."
        )


class UnfitAnswers(HotlineError):
    """What was recorded does not fit together."""

    slug = "unfit-answers"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one attempt; `call_uid` is the call on the switch, if it was one."""

    means: Means
    ending: Ending
    said: Answers = NOTHING
    call_uid: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A follow-up in hand: its rows, locked, and who acts when."""

    session: AsyncSession
    city: City
    picture: Picture
    follow_up: FollowUp
    person: Person
    at: datetime

    @property
    def number(self) -> str:
        """The ticket's number."""
        return self.picture.ticket.number


async def claim(
    session: AsyncSession, city: City, number: str, person: Person, at: datetime | None = None
) -> FollowUp:
    """Put a follow-up on somebody's desk; saying it twice changes nothing.

    Raises UnknownTicket, NoFollowUp, and ClaimedByAnother.
    """
    desk = await take_up(session, city, number, person, at)
    one = desk.follow_up
    if one.state is FollowUpState.CLAIMED:
        if one.claimed_by != person.name:
            raise ClaimedByAnother(number, one.claimed_by)
        return one
    one.state = move(one.state, FollowUpAct.CLAIM)
    one.claimed_by, one.claimed_at = person.name, desk.at
    await session.flush()
    return one


async def release(
    session: AsyncSession, city: City, number: str, person: Person, at: datetime | None = None
) -> FollowUp:
    """Put a follow-up back. A shift leader may do so for somebody who went home."""
    desk = await take_up(session, city, number, person, at)
    one = desk.follow_up
    was = one.claimed_by
    one.state = move(one.state, FollowUpAct.RELEASE)
    if one.why is not None:
        one.state = move(one.state, FollowUpAct.REFER)
    one.claimed_by = None
    await drafts.add_note(session, number, person, f"follow-up put back by {was}", desk.at)
    return one


async def record(
    session: AsyncSession,
    city: City,
    number: str,
    person: Person,
    report: Report,
    at: datetime | None = None,
) -> FollowUp:
    """Write down what a person's attempt came to, and do what follows from it.

    Raises what `claim` does, UnfitAnswers, and GuardsUnmet outside the hours of calling.
    """
    desk = await take_up(session, city, number, person, at)
    if desk.follow_up.claimed_by != person.name:
        raise ClaimedByAnother(number, desk.follow_up.claimed_by)
    check(report)
    return await settle(desk, report)


async def take_up(
    session: AsyncSession, city: City, number: str, person: Person, at: datetime | None = None
) -> Desk:
    """Lock the open follow-up of a ticket. Raises UnknownTicket and NoFollowUp."""
    pictures = await life.lock(session, number)
    if not pictures:
        raise UnknownTicket(number)
    found = await repository.newest_locked(session, pictures[0].ticket.id)
    if found is None or found.state not in LIVE:
        raise NoFollowUp(number, found.state if found else None)
    return Desk(session, city, pictures[0], found, person, at or utc_now())


def check(report: Report) -> None:
    """Refuse answers that do not fit the ending. Raises UnfitAnswers."""
    said = report.said
    given = (said.service, said.handling, said.solved)
    if len(said.reason) > LONGEST_REASON:
        raise UnfitAnswers(f"A reason has at most {LONGEST_REASON} characters.")
    if report.ending is Ending.ANSWERED and None in given:
        raise UnfitAnswers("Somebody who answered was asked all three: service, handling, solved.")
    if not report.ending.reached and any(value is not None for value in given):
        raise UnfitAnswers("Somebody who was not reached cannot have answered.")
    unsolved = said.solved is Solved.NO and said.satisfied is not False
    if report.ending.reached and (said.dissatisfied or unsolved) and not said.reason.strip():
        raise UnfitAnswers("Say the citizen's reason: they are dissatisfied, or nothing is solved.")


async def settle(desk: Desk, report: Report) -> FollowUp:
    """Write an attempt down and let the follow-up and its ticket go on from it."""
    session, one = desk.session, desk.follow_up
    await begin(desk, report.means)
    counts = await _counts(desk, report.ending)
    session.add(_attempt(desk, report, counts))
    one.attempts += counts
    await session.flush()
    await _tell(desk, report)
    if not report.ending.reached:
        _miss(desk, counts)
        await session.flush()
        if counts:
            await links.offer(session, desk.city.follow_up, desk.picture, one, desk.at)
        return one
    said = report.said
    one.service, one.handling, one.solved = said.service, said.handling, said.solved
    one.reason, one.answered_by, one.answered_at = said.reason, report.means, desk.at
    await _follow(desk, *judge(said, report.means))
    return one


async def begin(desk: Desk, means: Means) -> None:
    """Let the ticket be one that is called back. Raises GuardsUnmet outside the hours."""
    if desk.picture.ticket.state is not TicketState.CALLBACK:
        by_message = Facts(delivered_by=means) if means is Means.MESSAGE else Facts()
        await _move(desk, Act.CALL_BACK, desk.person, by_message)


async def give_up(
    session: AsyncSession, city: City, number: str, at: datetime | None = None
) -> FollowUp:
    """End a follow-up whose three attempts were in vain: archived as unreached (未接通)."""
    desk = await take_up(session, city, number, TIMER, at)
    one = desk.follow_up
    if one.attempts < MOST_ATTEMPTS or one.not_before > desk.at:
        raise NoFollowUp(number, one.state)
    _end(desk, FollowUpAct.GIVE_UP)
    await session.flush()
    await _move(desk, Act.ARCHIVE, TIMER, Facts(reason="not reached in three attempts"))
    return one


async def _counts(desk: Desk, ending: Ending) -> bool:
    if ending is Ending.FAILED or desk.follow_up.attempts >= MOST_ATTEMPTS:
        return False
    half_day = half_day_of(desk.at).word
    return not await repository.counted_in(desk.session, desk.follow_up.id, half_day)


def _attempt(desk: Desk, report: Report, counts: bool) -> Attempt:
    said = report.said
    return Attempt(
        follow_up_id=desk.follow_up.id,
        at=desk.at,
        half_day=half_day_of(desk.at).word,
        counts=counts,
        means=report.means,
        actor=signature(desk.person),
        ending=report.ending,
        call_uid=report.call_uid,
        service=said.service,
        handling=said.handling,
        solved=said.solved,
        reason=said.reason,
    )


async def _tell(desk: Desk, report: Report) -> None:
    """Let the ticket know: how often, and a line of its story."""
    desk.picture.matter.attempts = desk.follow_up.attempts
    how = f"follow-up by {report.means}: {report.ending}"
    await drafts.add_note(desk.session, desk.number, desk.person, how, desk.at)


def _miss(desk: Desk, counts: bool) -> None:
    one, rules = desk.follow_up, desk.city.follow_up
    if one.state is not FollowUpState.WAITING:
        one.state = move(one.state, FollowUpAct.MISS)
    one.claimed_by = None
    if one.attempts >= MOST_ATTEMPTS:
        one.not_before = desk.city.time.deadline(desk.at, rules.link_wait).at
    elif counts:
        one.not_before = rules.next_half_day(desk.at)
    else:
        one.not_before = max(one.not_before, desk.at + _AGAIN_AFTER)


async def _follow(desk: Desk, verdict: Verdict, why: Referred | None) -> None:
    one = desk.follow_up
    facts = Facts(
        satisfied=one.handling is not None and one.handling <= 3,
        solved=one.solved is Solved.YES,
        reason=one.reason,
    )
    if verdict is Verdict.REDO and desk.picture.matter.redos >= MOST_REDOS:
        cause = Facts(cause=SupervisionCause.REDO, reason=one.reason)
        await _move(desk, Act.SUPERVISE, TIMER, cause)
        verdict, why = Verdict.REFER, Referred.REDOS_USED_UP
    if verdict is Verdict.REFER:
        one.state, one.why = move(one.state, FollowUpAct.REFER), why
        one.claimed_by = None
        await desk.session.flush()
        return
    redo = verdict is Verdict.REDO
    _end(desk, FollowUpAct.ORDER_REDO if redo else FollowUpAct.CLOSE)
    await desk.session.flush()
    await _move(desk, Act.ORDER_REDO if redo else Act.ARCHIVE, desk.person, facts)


def _end(desk: Desk, act: FollowUpAct) -> None:
    one = desk.follow_up
    one.state = move(one.state, act)
    one.claimed_by, one.ended_at = None, desk.at


async def _move(desk: Desk, act: Act, person: Person, facts: Facts) -> None:
    await carry_out(desk.session, desk.city, desk.number, act, person, facts, at=desk.at)
