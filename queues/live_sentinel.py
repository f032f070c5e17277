"""Writes into queue_log when the phone of somebody signed in vanishes, and when it is back.

The switch itself stops ringing a phone that does not answer it (pjsip's qualify, ten seconds and
three), whether we run or not; but nothing in its files says so. Run by the live picture.
"""

from collections.abc import Iterable

from queues.agent_states import REACHABLE, AgentState, Cause, Declared, Observed
from telephony.ami import Ami
from telephony.queue_log import AGENT_ACT


class Sentinel:
    """What was last written of each phone that is signed in; a new process writes it once more."""

    def __init__(self, ami: Ami) -> None:
        self._ami = ami
        self._lost: dict[str, bool] = {}
        self._new = True

    async def look(self, agents: Iterable[AgentState]) -> None:
        """Write what changed. Raises AmiError; what was not written is written the next time."""
        for agent in agents:
            if agent.declared is Declared.OFFLINE:
                self._lost.pop(agent.number, None)
                continue
            lost = agent.observed is Observed.UNREACHABLE
            # Whoever signs in is there until we see that they are not.
            if lost is not self._lost.get(agent.number, None if self._new else False):
                await self._write(agent.number, Observed.UNREACHABLE if lost else REACHABLE)
            self._lost[agent.number] = lost
        self._new = False

    async def _write(self, number: str, what: str) -> None:
        await self._ami.action(
            "QueueLog",
            Queue="NONE",
            Event=AGENT_ACT,
            Interface=number,
            Message=f"{what}|{Cause.SWITCH}||",
        )
