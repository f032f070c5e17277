"""What time alone does to follow-ups: three attempts in vain end, tickets passed over are archived.

A job calls it each minute; each ticket is a transaction of its own, and whoever was first wins.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.errors import HotlineError
from tickets.acts import Act
from tickets.city import City
from tickets.followup import repository
from tickets.followup.choosing import is_bad_mark
from tickets.followup.models import FollowUp
from tickets.followup.service import TIMER, give_up
from tickets.followup.states import FollowUpAct, move
from tickets.followup.words import NotDue
from tickets.life import repository as life
from tickets.life.moves import carry_out

log = structlog.get_logger()

# The citizen's mark after the talk comes a moment later, and may bring the ticket into the sample.
_MARK_COMES_WITHIN = timedelta(hours=1)
_AT_ONCE = 200


async def sweep(sessions: async_sessionmaker[AsyncSession], city: City, at: datetime) -> int:
    """End what is over; return how many tickets were archived."""
    async with sessions() as session:
        in_vain = await repository.tried_in_vain(session, at, _AT_ONCE)
        before = at - _MARK_COMES_WITHIN
        passed_over = await repository.passed_over_before(session, before, _AT_ONCE)
    archived = 0
    for number in in_vain:
        archived += await _one(sessions, city, number, at, in_vain=True)
    for number in passed_over:
        archived += await _one(sessions, city, number, at, in_vain=False)
    return archived


async def _one(
    sessions: async_sessionmaker[AsyncSession],
    city: City,
    number: str,
    at: datetime,
    *,
    in_vain: bool,
) -> bool:
    try:
        async with sessions.begin() as session:
            if in_vain:
                await give_up(session, city, number, at)
                return True
            return await _archive_or_choose(session, city, number, at)
    except HotlineError as refusal:
        # Somebody else was first, or the ticket went another way meanwhile.
        log.info("follow-up stays as it is", ticket=number, why=refusal.slug)
        return False


async def _archive_or_choose(session: AsyncSession, city: City, number: str, at: datetime) -> bool:
    picture = (await life.lock(session, number))[0]
    found = await repository.newest_locked(session, picture.ticket.id)
    kind = picture.matter.type
    rule = city.rules.type_of(kind).callback if kind else None
    left_out = found is not None and found.why == NotDue.NOT_IN_SAMPLE
    if found and left_out and rule and is_bad_mark(picture.ticket.rating, rule):
        _choose(found)
        return False
    await carry_out(session, city, number, Act.ARCHIVE_UNCALLED, TIMER, at=at)
    return True


def _choose(found: FollowUp) -> None:
    found.state = move(found.state, FollowUpAct.CHOOSE)
    found.why, found.ended_at = None, None
