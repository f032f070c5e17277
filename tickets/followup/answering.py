"""A citizen answers by message, or on the city's own pages.

A link names the follow-up, the query code (查询码) says that it is the citizen: neither is enough.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets.acts import Actor
from tickets.city import City
from tickets.followup import repository, service
from tickets.followup.models import FollowUp, FollowUpLink
from tickets.followup.states import FollowUpAct, FollowUpState, move
from tickets.followup.verdict import Answers
from tickets.followup.words import Ending, Means
from tickets.life import repository as life
from tickets.life.facts import Person
from tickets.models import Ticket

CITIZEN = Person("citizen", Actor.FOLLOW_UP)


class UnknownLink(HotlineError):
    """There is no such link, or its time is over."""

    slug = "unknown-link"

    def __init__(self) -> None:
        super().__init__("This link does not exist or is no longer good. Call 12345.")


class WrongCode(HotlineError):
    """The query code is not the ticket's."""

    slug = "wrong-code"

    def __init__(self) -> None:
        super().__init__("The query code (查询码) does not belong to this.")


class AnsweredAlready(HotlineError):
    """The follow-up has ended with another answer, or without one."""

    slug = "answered-already"

    def __init__(self) -> None:
        super().__init__("This has been answered or closed already. Call 12345 to add to it.")


@dataclass(frozen=True, slots=True)
class Linked:
    """A link with what it leads to."""

    link: FollowUpLink
    follow_up: FollowUp
    ticket: Ticket


async def find(session: AsyncSession, token: str, at: datetime | None = None) -> Linked:
    """Return what a link leads to. Raises UnknownLink."""
    rows = await session.execute(
        select(FollowUpLink, FollowUp, Ticket)
        .join(FollowUp, FollowUp.id == FollowUpLink.follow_up_id)
        .join(Ticket, Ticket.id == FollowUp.ticket_id)
        .where(FollowUpLink.token == token, FollowUpLink.expires_at > (at or utc_now()))
    )
    found = rows.one_or_none()
    if found is None:
        raise UnknownLink
    return Linked(found[0], found[1], found[2])


async def answer(
    session: AsyncSession,
    city: City,
    token: str,
    code: str,
    said: Answers,
    at: datetime | None = None,
) -> FollowUp:
    """Take a citizen's answers by link; sent twice they are one. Raises UnknownLink, WrongCode,
    UnfitAnswers and AnsweredAlready."""
    linked = await find(session, token, at)
    if not secrets.compare_digest(linked.ticket.query_code.encode(), code.encode()):
        raise WrongCode
    return await answer_for(session, city, linked.ticket, said, at, of=linked.follow_up.id)


async def answer_for(
    session: AsyncSession,
    city: City,
    ticket: Ticket,
    said: Answers,
    at: datetime | None = None,
    of: int | None = None,
) -> FollowUp:
    """Take the answers of a citizen who has shown that the ticket is theirs; `of` is the follow-up
    that a link was made for. Raises UnfitAnswers, NoFollowUp and AnsweredAlready."""
    report = service.Report(Means.MESSAGE, Ending.ANSWERED, said)
    service.check(report)
    await _welcome(session, ticket)
    try:
        desk = await service.take_up(session, city, ticket.number, CITIZEN, at)
    except service.NoFollowUp:
        return await _same_again(session, ticket, said, of)
    if of is not None and desk.follow_up.id != of:
        raise AnsweredAlready
    return await service.settle(desk, report)


async def _welcome(session: AsyncSession, ticket: Ticket) -> None:
    """Whoever was not in the sample may still say what they think, until it is archived."""
    await life.lock(session, ticket.number)
    one = await repository.newest_locked(session, ticket.id)
    if one is not None and one.state is FollowUpState.NOT_DUE and not one.archived:
        one.state, one.ended_at = move(one.state, FollowUpAct.CHOOSE), None
        await session.flush()


async def _same_again(
    session: AsyncSession, ticket: Ticket, said: Answers, of: int | None
) -> FollowUp:
    """The second of two equal answers is the first."""
    one = await repository.newest_locked(session, ticket.id)
    if one is None or (of is not None and one.id != of):
        raise AnsweredAlready
    known = (one.service, one.handling, one.solved, one.reason)
    same = known == (said.service, said.handling, said.solved, said.reason)
    if one.answered_by is not Means.MESSAGE or not same:
        raise AnsweredAlready
    return one
