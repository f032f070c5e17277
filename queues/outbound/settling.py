"""Lets an ended call of ours take effect, once: the answers, the audio, the first contact."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from core.outbox import defer_finish
from queues.outbound import repository
from queues.outbound.models import OutboundCall
from queues.outbound.placing import AUTOMATIC
from queues.outbound.story import ASKED
from queues.outbound.words import CallEnding, Purpose, Question, Way
from tickets.acts import Actor
from tickets.city import City
from tickets.followup import service
from tickets.followup.repository import attempts
from tickets.followup.service import Desk, NoFollowUp, Report
from tickets.followup.states import FollowUpState
from tickets.followup.verdict import NOTHING, Answers
from tickets.followup.words import Ending, Mark, Means, Referred, Solved
from tickets.life import drafts
from tickets.life.facts import Person

log = structlog.get_logger()

_SOLVED = {"1": Solved.YES, "2": Solved.PARTLY, "3": Solved.NO}
_NOT_REACHED = {
    CallEnding.NO_ANSWER: Ending.NO_ANSWER,
    CallEnding.BUSY: Ending.BUSY,
    CallEnding.HUNG_UP: Ending.HUNG_UP,
}
_NO = "2"
_MOST_FAULTS = 3


async def settle(session: AsyncSession, city: City, uid: str) -> None:
    """Let one ended call take effect in the caller's transaction; harmless when done before."""
    found = await repository.lock(session, uid)
    if found is None or found[0].ended_at is None:
        return
    call, number = found
    call.settled_at = utc_now()
    if call.reached_at is not None:
        await defer_finish(session, [uid])
    await session.flush()
    if call.way is Way.AUTOMATIC:
        await _answer(session, city, call, number)
    elif call.purpose is Purpose.RELAY:
        await _tell(session, call, number)


def report_of(call: OutboundCall) -> Report:
    """Return what an automatic call came to."""
    said = _said(call)
    return Report(Means.AUTOMATIC, _ending(call, said), said, call.uid)


def _said(call: OutboundCall) -> Answers:
    keys = call.answers
    if keys.get(Question.IDENTITY) == _NO:
        return NOTHING
    said = Answers(
        service=_mark(keys.get(Question.SERVICE)),
        handling=_mark(keys.get(Question.HANDLING)),
        solved=_SOLVED.get(keys.get(Question.SOLVED, "")),
    )
    if not said.dissatisfied:
        return said
    return Answers(said.service, said.handling, said.solved, "spoken: see the recording")


def _mark(key: str | None) -> Mark | None:
    return Mark(int(key)) if key else None


def _ending(call: OutboundCall, said: Answers) -> Ending:
    if call.ending is not CallEnding.REACHED:
        return _NOT_REACHED.get(call.ending or CallEnding.FAILED, Ending.FAILED)
    if call.answers.get(Question.IDENTITY) == _NO:
        return Ending.WRONG_NUMBER
    given = (said.service, said.handling, said.solved)
    if None not in given:
        return Ending.ANSWERED
    if any(value is not None for value in given):
        return Ending.PARTLY_ANSWERED
    return Ending.HUNG_UP if ASKED in call.answers else Ending.FAILED


async def _answer(session: AsyncSession, city: City, call: OutboundCall, number: str) -> None:
    at = call.ended_at
    try:
        desk = await service.take_up(session, city, number, AUTOMATIC, at)
    except NoFollowUp:
        return  # answered by message meanwhile, or withdrawn
    if desk.follow_up.id != call.follow_up_id or desk.follow_up.state is not FollowUpState.CALLING:
        return
    report = report_of(call)
    await service.settle(desk, report)
    if await _machine_is_no_use(desk, call, report.ending):
        desk.follow_up.why = Referred.NOT_BY_MACHINE


async def _machine_is_no_use(desk: Desk, call: OutboundCall, ending: Ending) -> bool:
    """Somebody else picked up, our menu broke, or the number cannot be reached again and again."""
    if ending is Ending.WRONG_NUMBER:
        return True
    if ending is not Ending.FAILED:
        return False
    if call.reached_at is not None:
        return True
    tried = await attempts(desk.session, desk.follow_up.id)
    return sum(one.ending is Ending.FAILED for one in tried) >= _MOST_FAULTS


async def _tell(session: AsyncSession, call: OutboundCall, number: str) -> None:
    """The unit that reached its citizen has made first contact, by the switch's own word."""
    name, _, _ = call.actor.rpartition(" (")
    person = Person(name, Actor.UNIT if call.unit else Actor.AGENT, call.unit)
    how = f"through the hotline, call {call.uid}: {call.ending}"
    try:
        async with session.begin_nested():
            if call.unit and call.reached_at is not None:
                await drafts.note_contact(session, number, person, how, call.reached_at)
            else:
                await drafts.add_note(session, number, person, f"called the citizen {how}")
    except HotlineError as refusal:
        log.info("the story of an ended ticket stays closed", ticket=number, why=refusal.slug)
