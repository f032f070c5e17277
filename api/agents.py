"""/api/agents: who is there and what they do, how they got there, and changing it.

The present comes from the live picture, changes are made in the switch itself.
"""

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import RedisError

from api.acting import Actor, Principal, Who
from api.errors import NotFound, NotPermitted, Refused
from api.fields import Answer, Instant
from api.resources import Open, Resources, Session
from api.trail import entry_by, keep
from core.clock import utc_now
from core.errors import HotlineError
from people.audit_log import What
from people.roles import Permission
from queues import agent_acts
from queues.agent_acts import Person
from queues.agent_history import history_of, spells_of
from queues.agent_models import Change
from queues.agent_spells import AgentTime
from queues.agent_states import Act, Declared, Observed
from queues.agents import Agent, UnknownSeatError, find_agent, load_agents
from queues.breaks import find_break, load_breaks
from queues.definitions import load_queues
from queues.live_store import LiveStore
from telephony.ami import Ami


class PictureAway(HotlineError):
    """The live picture cannot be read."""

    slug = "picture-away"

    def __init__(self) -> None:
        super().__init__("The live picture cannot be read now; ./hotline agents list asks anew.")


router = APIRouter(prefix="/api/agents", tags=["agents"])

Number = Annotated[str, Path(pattern=r"^[0-9]{2,8}$", description="The seat's number.")]
LONGEST_SPELLS = 7 * 24 * 3600


class AgentAnswer(Answer):
    """A seat now: what its agent declared and what the switch sees, never mixed.

    `since` is when the observed state began, null if unseen; `queues` maps queues to penalties.
    """

    number: str
    declared: Declared
    reason: str
    observed: Observed
    since: Instant | None
    queues: dict[str, int]


class AgentsAnswer(Answer):
    """All seats; `stale` says that nobody has looked at the switch since `as_of`."""

    as_of: Instant | None
    stale: bool
    agents: list[AgentAnswer]


class ChangeAnswer(Answer):
    """One change: what, why, who is behind it, and what is declared since."""

    at: Instant
    what: Change
    reason: str
    cause: str
    actor: str
    declared: Declared


class SpellAnswer(Answer):
    """A stretch of time in one state."""

    began: Instant
    ended: Instant
    state: AgentTime
    reason: str
    seconds: float


class ActBody(BaseModel):
    """What shall be done; `reason` names a break of breaks.toml and belongs to a break alone."""

    model_config = ConfigDict(extra="forbid")

    act: Act
    reason: str = Field(default="", max_length=32)


@router.get("")
async def get_agents(opened: Open) -> AgentsAnswer:
    """List every seat as the live picture shows it."""
    store = LiveStore(opened.redis, opened.settings.node)
    try:
        state = await opened.redis.hgetall(store.key("state"))
        rows = await opened.redis.hgetall(store.key("agents"))
    except RedisError as error:
        raise PictureAway from error
    plain = {_text(name): _text(value) for name, value in state.items()}
    agents = [
        AgentAnswer(number=_text(number), **json.loads(value)) for number, value in rows.items()
    ]
    return AgentsAnswer(
        as_of=datetime.fromisoformat(plain["as_of"]) if "as_of" in plain else None,
        stale=plain.get("stale", "1") == "1",
        agents=sorted(agents, key=lambda agent: agent.number),
    )


@router.get("/{number}/changes")
async def get_changes(
    number: Number, session: Session, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[ChangeAnswer]:
    """List the latest changes of a seat, newest first."""
    return [ChangeAnswer.model_validate(one) for one in await history_of(session, number, limit)]


@router.get("/{number}/spells")
async def get_spells(
    number: Number,
    session: Session,
    since: Annotated[datetime, Query(description="With its offset from UTC.")],
    until: Annotated[datetime | None, Query(description="Now, when left out.")] = None,
) -> list[SpellAnswer]:
    """Say how a seat spent a time of at most seven days, without gaps."""
    end = min(until or utc_now(), utc_now())
    if since.tzinfo is None or end.tzinfo is None:
        raise Refused("Instants need an offset, such as 2026-11-24T08:00:00+08:00.")
    if not 0 < (end - since).total_seconds() <= LONGEST_SPELLS:
        raise Refused("`since` must lie before `until`, by seven days at most.")
    found = await spells_of(session, since, end, [number])
    return [SpellAnswer.model_validate(spell) for spell in found[number]]


@router.post("/{number}/acts")
async def post_act(
    number: Number, body: ActBody, opened: Open, who: Who, actor: Actor
) -> AgentAnswer:
    """Sign a seat in or out, begin or end a break, give it more time after a talk.

    Whoever acts for another seat than their own is recorded as a supervisor, and has to be one.
    """
    mine = who.seat == number
    if not mine:
        await _force(opened, who, number, body)
    queues = load_queues(opened.settings)
    try:
        agent = find_agent(load_agents(opened.settings, queues), number)
    except UnknownSeatError as error:
        raise NotFound(str(error)) from error
    async with Ami.of(opened.settings) as ami:
        await _act(ami, agent, body, opened, Person(number if mine else actor))
        state = await agent_acts.state_of(ami, agent, queues)
    return AgentAnswer.model_validate(state)


async def _force(opened: Resources, who: Principal, number: str, body: ActBody) -> None:
    """Keep that somebody acts for another's seat. Raises NotPermitted for who is no supervisor."""
    if who.known is None:
        return
    if not who.may(Permission.FORCE_STATE):
        raise NotPermitted(who.known.role.on_the_door)
    entry = entry_by(who, What.FORCED, f"seat {number} {body.act}", body.reason)
    await keep(opened, entry)


async def _act(ami: Ami, agent: Agent, body: ActBody, opened: Resources, by: Person) -> None:
    match body.act:
        case Act.SIGN_IN:
            await agent_acts.sign_in(ami, agent, by)
        case Act.SIGN_OUT:
            await agent_acts.sign_out(ami, agent, by)
        case Act.BREAK:
            why = find_break(load_breaks(opened.settings), body.reason)
            await agent_acts.take_break(ami, agent, why, by)
        case Act.AVAILABLE:
            await agent_acts.make_available(ami, agent, by)
        case Act.WRAP_UP:
            await agent_acts.extend_wrap_up(ami, agent, load_queues(opened.settings), by)


def _text(raw: bytes | str) -> str:
    return raw.decode() if isinstance(raw, bytes) else raw
