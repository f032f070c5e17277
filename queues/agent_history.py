"""Questions about agents' time: what happened to a seat, how long it did what, how many answers.

For measures (occupancy, adherence) and for people. All times are aware; seconds are floats.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from queues.agent_models import AgentEvent, AgentLeg, Change
from queues.agent_spells import AgentTime, Leg, Spell, Told, spells
from queues.agent_states import Cause, Declared
from queues.models import Call

# Who is behind one of the switch's own lines is said in ours, within a moment.
_MEANT_WITHIN = timedelta(seconds=3)
# No call lasts longer; a leg without an end is open no longer than this.
_LONGEST_LEG = timedelta(hours=6)
_MEANT = {
    Change.JOINED: (Change.SIGN_IN,),
    Change.LEFT: (Change.SIGN_OUT, Change.SIGN_IN),
    Change.PAUSED: (Change.BREAK, Change.WRAP_UP_LONGER),
    Change.UNPAUSED: (Change.AVAILABLE, Change.SIGN_IN),
}


@dataclass(frozen=True, slots=True)
class AgentChange:
    """One change for people: what, why, who is behind it, what is declared since."""

    at: datetime
    what: Change
    reason: str
    cause: str
    actor: str
    declared: Declared


async def history_of(session: AsyncSession, agent: str, limit: int) -> list[AgentChange]:
    """Return the latest changes of a seat, newest first.

    An act is told once, as it was meant; the switch's own lines appear only where nobody said what
    they were meant to be, as at its console.
    """
    rows = await session.scalars(
        select(AgentEvent)
        .where(AgentEvent.agent == agent, AgentEvent.change != Change.WRAP_UP)
        .order_by(AgentEvent.at.desc(), AgentEvent.file_id.desc(), AgentEvent.pos.desc())
        .limit(limit * 20)
    )
    return _told_once(list(rows))[:limit]


def _told_once(newest_first: Sequence[AgentEvent]) -> list[AgentChange]:
    told: list[AgentChange] = []
    meant: list[AgentEvent] = []
    for event in newest_first:
        if event.change not in _MEANT:
            meant.append(event)
        elif _is_told(event, meant) or _repeats(event, told):
            continue
        told.append(
            AgentChange(
                event.at, event.change, event.reason, event.cause, event.actor, event.declared
            )
        )
    return told


def _is_told(event: AgentEvent, meant: Sequence[AgentEvent]) -> bool:
    near = (one for one in meant if one.at - event.at <= _MEANT_WITHIN)
    return any(one.change in _MEANT[event.change] for one in near)


def _repeats(event: AgentEvent, told: Sequence[AgentChange]) -> bool:
    """The switch writes a line for each of the agent's queues."""
    return bool(
        told
        and (told[-1].what, told[-1].cause) == (event.change, Cause.CONSOLE)
        and told[-1].at - event.at <= _MEANT_WITHIN
    )


async def spells_of(
    session: AsyncSession, since: datetime, until: datetime, agents: Collection[str] = ()
) -> dict[str, list[Spell]]:
    """Return how each agent spent [since, until): spells without gaps, by agent.

    No `agents`: everybody of whom anything is known in that time or shortly before.
    """
    numbers = list(agents) or await _known(session, since, until)
    told = await _told(session, since, until, numbers)
    legs = await _legs(session, since, until, numbers)
    return {n: spells(told.get(n, []), legs.get(n, []), since, until) for n in numbers}


async def seconds_of(
    session: AsyncSession, since: datetime, until: datetime, agents: Collection[str] = ()
) -> dict[str, dict[AgentTime, float]]:
    """Return the seconds each agent spent in each state within [since, until)."""
    found = await spells_of(session, since, until, agents)
    spent: dict[str, dict[AgentTime, float]] = {}
    for agent, theirs in found.items():
        seconds: dict[AgentTime, float] = defaultdict(float)
        for spell in theirs:
            seconds[spell.state] += spell.seconds
        spent[agent] = dict(seconds)
    return spent


async def answered_by(session: AsyncSession, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many calls that began in [since, until) each agent answered."""
    rows = await session.execute(
        select(Call.agent, func.count())
        .where(Call.started_at >= since, Call.started_at < until)
        .where(Call.agent.is_not(None), Call.answered_at.is_not(None))
        .group_by(Call.agent)
    )
    return {agent: count for agent, count in rows if agent}


async def _known(session: AsyncSession, since: datetime, until: datetime) -> list[str]:
    """Return everybody who is in a queue at `since` or of whom anything is told until `until`."""
    rows = await session.scalars(_KNOWN, {"since": since, "until": until})
    return sorted(rows)


# The agents are few and their lines many: one step of the index for each agent.
_KNOWN = text("""
    WITH RECURSIVE seat(agent) AS (
        (SELECT agent FROM agent_event ORDER BY agent LIMIT 1)
        UNION ALL
        SELECT (SELECT e.agent FROM agent_event e WHERE e.agent > seat.agent
                ORDER BY e.agent LIMIT 1)
        FROM seat WHERE seat.agent IS NOT NULL
    )
    SELECT seat.agent FROM seat
    WHERE seat.agent IS NOT NULL AND (
        EXISTS (SELECT FROM agent_event e WHERE e.agent = seat.agent
                AND e.at >= :since AND e.at < :until)
        OR EXISTS (SELECT FROM agent_leg l WHERE l.agent = seat.agent
                   AND l.started_at >= :since AND l.started_at < :until)
        OR (SELECT e.declared FROM agent_event e WHERE e.agent = seat.agent AND e.at < :since
            ORDER BY e.at DESC, e.file_id DESC, e.pos DESC LIMIT 1) <> 'offline')
    UNION
    SELECT l.agent FROM agent_leg l WHERE l.started_at >= :since AND l.started_at < :until
""")

# Of each agent the last line before `since`, which says how they stood, and those after it.
_TOLD = text("""
    SELECT a.agent, e.at, e.change, e.declared, e.declared_reason, e.reachable, e.seconds
    FROM unnest(CAST(:agents AS text[])) AS a(agent)
    CROSS JOIN LATERAL (
        (SELECT * FROM agent_event x WHERE x.agent = a.agent AND x.at < :since
         AND x.at >= :since - CAST('1 hour' AS interval) AND x.change = 'wrap-up'
         ORDER BY x.at DESC, x.file_id DESC, x.pos DESC LIMIT 1)
        UNION
        (SELECT * FROM agent_event x WHERE x.agent = a.agent AND x.at < :since
         ORDER BY x.at DESC, x.file_id DESC, x.pos DESC LIMIT 1)
        UNION
        (SELECT * FROM agent_event x WHERE x.agent = a.agent
         AND x.at >= :since AND x.at < :until)
    ) AS e
    ORDER BY a.agent, e.at, e.file_id, e.pos
""")


async def _told(
    session: AsyncSession, since: datetime, until: datetime, agents: Sequence[str]
) -> dict[str, list[Told]]:
    rows = await session.execute(_TOLD, {"agents": list(agents), "since": since, "until": until})
    told: dict[str, list[Told]] = defaultdict(list)
    for agent, at, change, declared, reason, reachable, seconds in rows:
        told[agent].append(Told(at, Change(change), Declared(declared), reason, reachable, seconds))
    return told


async def _legs(
    session: AsyncSession, since: datetime, until: datetime, agents: Sequence[str]
) -> dict[str, list[Leg]]:
    rows = await session.execute(
        select(AgentLeg.agent, AgentLeg.started_at, AgentLeg.answered_at, AgentLeg.ended_at)
        .where(AgentLeg.agent.in_(agents))
        .where(AgentLeg.started_at < until, AgentLeg.started_at >= since - _LONGEST_LEG)
        .where(or_(AgentLeg.ended_at.is_(None), AgentLeg.ended_at > since))
    )
    legs: dict[str, list[Leg]] = defaultdict(list)
    for agent, started, answered, ended in rows:
        if started is not None:
            legs[agent].append(Leg(started, answered, ended))
    return legs
