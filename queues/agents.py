"""The seats of config/agents.toml, and signing them in to their queues and out again.

Used by the command line, the switch's configuration and the live picture. Agents sign in by phone
as well (*11, *12), in the dialplan; both ways leave the same members in the switch.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.clock import utc_now
from core.errors import HotlineError
from core.settings import Settings
from core.toml_tables import Table, read_tables, refuse_twice
from queues.agent_states import AgentState
from queues.definitions import Queue
from queues.live_picture import Picture
from queues.live_switch import read_switch
from telephony.ami import Ami, AmiRefused

__all__ = ["Agent", "AgentState", "find_agent", "list_agents", "load_agents", "log_in", "log_out"]

NUMBER = re.compile(r"[0-9]{2,8}", re.ASCII)
WORST_PENALTY = 100
_KEYS = ("number", "queues")


@dataclass(frozen=True, slots=True)
class Agent:
    """A seat: its number and its penalty in each of its queues (0 is asked first)."""

    number: str
    queues: Mapping[str, int]

    @property
    def interface(self) -> str:
        """The phone, as the switch calls it."""
        return f"PJSIP/{self.number}"


def load_agents(settings: Settings, queues: Sequence[Queue]) -> tuple[Agent, ...]:
    """Read agents.toml, in its order. Raises ConfigError with the line and the mend."""
    tables = read_tables(settings.config_dir / "agents.toml", "agent")
    known = [queue.name for queue in queues]
    agents = tuple(_agent(table, known) for table in tables)
    refuse_twice(((a.number, t) for a, t in zip(agents, tables, strict=True)), "agent number")
    return agents


def _agent(table: Table, known: Collection[str]) -> Agent:
    table.refuse_unknown(_KEYS)
    return Agent(table.word("number", NUMBER, "8013"), _penalties(table, known))


def _penalties(table: Table, known: Collection[str]) -> dict[str, int]:
    queues = table.values.get("queues")
    if not isinstance(queues, dict) or not queues:
        raise table.fault("'queues' must name at least one queue, such as { GEN = 0 }.")
    for queue in queues:
        if queue not in known:
            raise table.fault(f"'queues' names {queue}, which is none of {', '.join(known)}.")
    penalties = Table(table.path, table.line, queues)
    return {queue: penalties.whole(queue, 0, WORST_PENALTY) for queue in queues}


def find_agent(agents: Sequence[Agent], number: str) -> Agent:
    """Return the seat of a number. Raises HotlineError naming the seats there are."""
    for agent in agents:
        if agent.number == number:
            return agent
    known = ", ".join(agent.number for agent in agents)
    raise HotlineError(f"There is no seat {number!r} in agents.toml. Seats: {known}.")


async def log_in(ami: Ami, agent: Agent) -> None:
    """Make the agent a member of each of their queues; saying it twice changes nothing.

    Raises AmiRefused when the switch lacks one of the queues; then the agent is in none of them.
    """
    try:
        for queue, penalty in agent.queues.items():
            await _join(ami, agent, queue, penalty)
    except AmiRefused:
        await log_out(ami, agent)
        raise


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


async def log_out(ami: Ami, agent: Agent) -> None:
    """Take the agent out of every queue the switch has them in, also those no longer configured."""
    for item in await ami.list_action("QueueStatus", Member=agent.interface):
        if item.name == "QueueMember":
            await _leave(ami, agent, item["Queue"])


async def _leave(ami: Ami, agent: Agent, queue: str) -> None:
    try:
        await ami.action("QueueRemove", Queue=queue, Interface=agent.interface)
    except AmiRefused as refusal:
        if "Not there" not in refusal.reason:
            raise


async def list_agents(ami: Ami, seats: Sequence[Agent] = ()) -> list[AgentState]:
    """Ask the switch who is signed in and what each phone does; `seats` are listed even if not."""
    picture = Picture(seat.number for seat in seats)
    picture.replace(await read_switch(ami), utc_now())
    return picture.agents()
