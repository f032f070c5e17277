"""What people do to agents from a screen: sign in and out, breaks, more time after a talk.

Command line and API act through here; phones act in the dialplan (*11 … *15), which writes the same
lines. Every act done is a line of queue_log (`HL-AGENT`) that says who did it and why: the switch's
own lines beside it say only what.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.clock import utc_now
from core.errors import HotlineError
from queues.agent_states import (
    EXTENDED_WRAP_UP,
    Act,
    AgentState,
    Cause,
    Declared,
    declare,
)
from queues.agents import Agent
from queues.breaks import Break
from queues.definitions import Queue
from queues.live_picture import Picture
from queues.live_switch import read_switch
from telephony.ami import Ami, AmiRefused
from telephony.queue_log import AGENT_ACT

_UNFIT = re.compile(r"[|\r\n\0]")


class NothingToWrapUpError(HotlineError):
    """More time after a talk, where there was none or its time is over."""

    slug = "nothing-to-wrap-up"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts. An agent acts for themselves under the seat's number; anybody else supervises."""

    name: str

    def cause(self, agent: Agent) -> Cause:
        """Return the cause of what this person does to an agent."""
        return Cause.AGENT if self.name == agent.number else Cause.SUPERVISOR


async def list_agents(
    ami: Ami, seats: Sequence[Agent] = (), queues: Sequence[Queue] = ()
) -> list[AgentState]:
    """Ask the switch who is signed in and what each phone does; `seats` are listed even if not."""
    picture = Picture((seat.number for seat in seats), queues)
    now = utc_now()
    picture.replace(await read_switch(ami), now)
    return picture.agents(now)


async def state_of(ami: Ami, agent: Agent, queues: Sequence[Queue] = ()) -> AgentState:
    """Ask the switch about one agent."""
    states = await list_agents(ami, [agent], queues)
    return next(state for state in states if state.number == agent.number)


async def sign_in(ami: Ami, agent: Agent, by: Person) -> None:
    """Make the agent available in each of their queues; saying it twice changes nothing.

    Raises AmiRefused when the switch lacks one of the queues; then the agent is in none of them.
    """
    old = {queue for queue, _ in await _memberships(ami, agent)}
    try:
        for queue, penalty in agent.memberships.items():
            await _join(ami, agent, queue, penalty)
    except AmiRefused:
        await _leave_all(ami, agent)
        raise
    for queue in old - agent.memberships.keys():
        await _leave(ami, agent, queue)
    await _unpause(ami, agent, Act.SIGN_IN)
    await _note(ami, agent, Act.SIGN_IN, by)


async def sign_out(ami: Ami, agent: Agent, by: Person) -> None:
    """Take the agent out of every queue the switch has them in, also those no longer configured."""
    await _leave_all(ami, agent)
    await _forget(ami, agent)
    await _note(ami, agent, Act.SIGN_OUT, by)


async def take_break(ami: Ami, agent: Agent, why: Break, by: Person) -> None:
    """Let the agent's phone rest for a reason. Raises IllegalActError when not signed in."""
    declare(agent.number, _declared(await _memberships(ami, agent)), Act.BREAK)
    await ami.action("QueuePause", Interface=agent.interface, Paused=True, Reason=why.name)
    await _forget(ami, agent)
    await _note(ami, agent, Act.BREAK, by, why.name)


async def make_available(ami: Ami, agent: Agent, by: Person) -> None:
    """End a break, whatever its reason. Raises IllegalActError when not signed in."""
    declare(agent.number, _declared(await _memberships(ami, agent)), Act.AVAILABLE)
    await _unpause(ami, agent, Act.AVAILABLE)
    await _note(ami, agent, Act.AVAILABLE, by)


async def extend_wrap_up(ami: Ami, agent: Agent, queues: Sequence[Queue], by: Person) -> int:
    """Give the agent the rest of the longest time after a talk; return its seconds.

    The switch itself ends it, so that nobody is forgotten there. Raises IllegalActError on a break
    or when not signed in, NothingToWrapUpError when that time is over or there was no talk.
    """
    state = await state_of(ami, agent, queues)
    declare(agent.number, state.declared, Act.WRAP_UP)
    left = _time_left(state, queues)
    if left <= 0:
        raise NothingToWrapUpError(f"{agent.number} has no talk to wrap up, or its time is over.")
    await ami.action("QueuePause", Interface=agent.interface, Paused=True, Reason=EXTENDED_WRAP_UP)
    token = str(round(utc_now().timestamp() * 1000))
    await ami.action("DBPut", Family=_family(agent), Key="wrap-up", Val=token)
    await ami.action(
        "Originate",
        Channel=f"Local/{agent.number}*{left}*{token}@agent-wrap-up/n",
        Application="Wait",
        Data=left + 10,
    )
    await _note(ami, agent, Act.WRAP_UP, by, str(left))
    return left


def _time_left(state: AgentState, queues: Sequence[Queue]) -> int:
    """Return the seconds left of the longest wrap-up that one of the agent's queues allows."""
    if state.last_call is None:
        return 0
    limit = max((q.wrap_up_limit for q in queues if q.name in state.queues), default=0)
    until = state.last_call + timedelta(seconds=limit)
    return int((until - utc_now()).total_seconds())


def _declared(memberships: Sequence[tuple[str, bool]]) -> Declared:
    if not memberships:
        return Declared.OFFLINE
    return Declared.BREAK if all(paused for _, paused in memberships) else Declared.AVAILABLE


async def _memberships(ami: Ami, agent: Agent) -> list[tuple[str, bool]]:
    """Return each queue the switch has the agent in, and whether they are paused there."""
    items = await ami.list_action("QueueStatus", Member=agent.interface)
    return [(i["Queue"], i["Paused"] == "1") for i in items if i.name == "QueueMember"]


async def _join(ami: Ami, agent: Agent, queue: str, penalty: int) -> None:
    try:
        await ami.action(
            "QueueAdd",
            Queue=queue,
            Interface=agent.interface,
            MemberName=agent.number,
            StateInterface=agent.interface,
            Penalty=penalty,
        )
    except AmiRefused as refusal:
        if "Already there" not in refusal.reason:
            raise
        # Signed in before agents.toml was changed: the member stays, the new penalty counts.
        await ami.action("QueuePenalty", Queue=queue, Interface=agent.interface, Penalty=penalty)


async def _unpause(ami: Ami, agent: Agent, act: Act) -> None:
    await ami.action("QueuePause", Interface=agent.interface, Paused=False, Reason=act)
    await _forget(ami, agent)


async def _leave_all(ami: Ami, agent: Agent) -> None:
    for queue, _ in await _memberships(ami, agent):
        await _leave(ami, agent, queue)


async def _leave(ami: Ami, agent: Agent, queue: str) -> None:
    try:
        await ami.action("QueueRemove", Queue=queue, Interface=agent.interface)
    except AmiRefused as refusal:
        if "Not there" not in refusal.reason:
            raise


async def _forget(ami: Ami, agent: Agent) -> None:
    """Let the switch count missed rings anew, and end no wrap-up later that is over now."""
    await ami.action("DBDelTree", check=False, Family=_family(agent))


def _family(agent: Agent) -> str:
    return f"agents/{agent.number}"


async def _note(ami: Ami, agent: Agent, act: Act, by: Person, reason: str = "") -> None:
    told = (act, by.cause(agent), _UNFIT.sub(" ", by.name), reason)
    await ami.action(
        "QueueLog",
        Queue="NONE",
        Event=AGENT_ACT,
        Interface=agent.number,
        Message="|".join(told),
    )
