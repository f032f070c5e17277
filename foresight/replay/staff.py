"""Who was there to answer on a past day, and how long they worked on after a talk.

Agents' own history tells both. Before there was one, calls must: an agent counts as present from
the first to the last call they answered, and as away where nothing was answered for an hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight
from foresight.replay.roster import Roster
from foresight.service import USUAL_AFTER_CALL
from queues.agent_history import spells_of
from queues.agent_spells import AgentTime, Spell
from queues.models import Call
from tickets.outcomes import Outcome

_AWAY = 3600.0
_ON_DUTY = (AgentTime.TALKING, AgentTime.RINGING, AgentTime.WRAP_UP, AgentTime.IDLE)


async def read_staff(
    session: AsyncSession, day: date, calls: Sequence[Call]
) -> tuple[Roster, float]:
    """Return the roster of a day, and the mean seconds of work after a talk."""
    began = midnight(day)
    found = await spells_of(session, began, began + timedelta(days=1))
    spells = [one for theirs in found.values() for one in theirs if one.state in _ON_DUTY]
    if not any(one.state is AgentTime.TALKING for one in spells):
        return by_calls(calls, began.timestamp()), USUAL_AFTER_CALL
    roster = Roster.of_spells(
        ((one.began - began).total_seconds(), (one.ended - began).total_seconds()) for one in spells
    )
    return roster, _after_call(spells, calls)


def _after_call(spells: Iterable[Spell], calls: Iterable[Call]) -> float:
    worked = sum(one.seconds for one in spells if one.state is AgentTime.WRAP_UP)
    answered = sum(call.outcome is Outcome.ANSWERED for call in calls)
    return worked / answered if answered else USUAL_AFTER_CALL


def by_calls(calls: Iterable[Call], began: float) -> Roster:
    """Return the roster that the day's answered calls tell; `began` is epoch seconds."""
    work: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for call in calls:
        if call.agent and call.answered_at:
            heard = call.answered_at.timestamp() - began
            free = heard + (call.talk_seconds or 0.0) + USUAL_AFTER_CALL
            work[call.agent].append((heard - (call.ring_seconds or 0.0), free))
    return Roster.of_spells(spell for theirs in work.values() for spell in presence(sorted(theirs)))


def presence(calls: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    """Yield from when to when an agent was there, by their calls in order."""
    began = calls[0][0]
    for (_, free), (rings, _) in pairwise(calls):
        if rings - free > _AWAY:
            yield began, free
            began = rings
    yield began, calls[-1][1]
