"""Follow-ups as the tests walk them: tickets that were answered, people who ask the citizen."""

from sqlalchemy.ext.asyncio import AsyncSession

from tests.integration.ticket_life import CALLER_BACK, Life
from tickets.followup import repository, service
from tickets.followup.models import Attempt, FollowUp
from tickets.followup.service import Report
from tickets.followup.verdict import NOTHING, Answers
from tickets.followup.words import Ending, Mark, Means, Solved
from tickets.life.facts import Person
from tickets.states import TicketState

CONTENT = Answers(Mark.VERY_SATISFIED, Mark.SATISFIED, Solved.YES)
UNSOLVED = Answers(Mark.SATISFIED, Mark.DISSATISFIED, Solved.NO, "路灯还是不亮")


async def done(life: Life, *, type: str = "QZ", phone: str = "13812345678") -> str:  # noqa: A002
    """Return a ticket that waits for its follow-up."""
    number = await life.ticket(type=type, phone=phone)
    await life.to(number, TicketState.DONE)
    return number


async def claim(life: Life, number: str, person: Person = CALLER_BACK) -> FollowUp:
    async with life.sessions.begin() as session:
        return await service.claim(session, life.city, number, person, life.now)


async def record(
    life: Life,
    number: str,
    ending: Ending = Ending.ANSWERED,
    said: Answers = NOTHING,
    person: Person = CALLER_BACK,
) -> FollowUp:
    """Record what a person's attempt came to."""
    report = Report(Means.PERSON, ending, said)
    async with life.sessions.begin() as session:
        return await service.record(session, life.city, number, person, report, life.now)


async def asked(life: Life, number: str, said: Answers) -> FollowUp:
    """Claim and record the citizen's answers."""
    await claim(life, number)
    return await record(life, number, said=said)


async def missed(life: Life, number: str) -> FollowUp:
    """Claim and record that nobody picked up."""
    await claim(life, number)
    return await record(life, number, Ending.NO_ANSWER)


async def look(session: AsyncSession, number: str) -> tuple[FollowUp, list[Attempt]]:
    found = await repository.newest(session, number)
    assert found is not None
    return found.follow_up, list(await repository.attempts(session, found.follow_up.id))


async def newest(life: Life, number: str) -> tuple[FollowUp, list[Attempt]]:
    """Return the newest follow-up of a ticket and its attempts."""
    async with life.sessions() as session:
        return await look(session, number)
