"""A citizen who talks to an agent, with a partner line in reach: where every transfer begins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from phones.agent import Agent
from phones.calls import AgentCall
from phones.citizen import Citizen
from phones.partner import Partner
from phones.states import CallState
from tests.calls.city import AGENT, CITIZEN, PARTNER, TONES, City

# What an agent presses; see features.conf.
CONSULT, ONE_KEY, BLIND = "*7", "*7*", "#1"
BACK, HAND_OVER, TOGETHER, SWAP = "*1", "*2", "*3", "*4"
NUMBERS = ("110", "1101", "12348")


@dataclass
class Handover:
    """Who is there; `talk` is the agent's call with the citizen."""

    city: City
    citizen: Citizen
    agent: Agent
    talk: AgentCall
    partner: Partner

    async def press(self, keys: str) -> None:
        """The agent presses keys."""
        await self.talk.press(keys, length=0.1, gap=0.08)

    async def consults(self, keys: str = "12348") -> AgentCall:
        """The agent speaks to a partner, the citizen hears music; returns the partner's call."""
        await self.press(CONSULT + keys)
        await hears_only(self.talk, PARTNER)
        far = next(c for c in reversed(self.partner.calls) if c.state == CallState.TALKING)
        await hears_only(far, AGENT)
        await hears_music(self.citizen)
        return far

    async def all_three(self, keys: str = "12348") -> AgentCall:
        """The agent brings all three together; returns the partner's call."""
        far = await self.consults(keys)
        await self.press(TOGETHER)
        await hears_only(self.citizen, AGENT, PARTNER)
        await hears_only(self.talk, CITIZEN, PARTNER)
        await hears_only(far, CITIZEN, AGENT)
        return far


@asynccontextmanager
async def talking(
    city: City, numbers: tuple[str, ...] = NUMBERS, number: str = "8013", **how: Any
) -> AsyncIterator[Handover]:
    """A talk, and a partner who answers these numbers as told by `how`."""
    async with (
        city.agent(number) as agent,
        city.partners(*numbers, **how) as partner,
        city.citizen() as citizen,
    ):
        await citizen.dial()
        talk = await city.talking(citizen, agent)
        agent.calls.clear()
        yield Handover(city, citizen, agent, talk, partner)


async def hears_only(call: Citizen | AgentCall, *tones: int, seconds: float = 8) -> None:
    """Until these tones are heard and no other person's."""
    wanted = set(tones)
    limit = asyncio.get_running_loop().time() + seconds
    while (heard := call.hears(TONES, 0.5)) != wanted:
        assert asyncio.get_running_loop().time() < limit, f"hears {heard}, not {wanted}"
        await asyncio.sleep(0.1)


async def hears_music(call: Citizen | AgentCall) -> None:
    """Until nobody is heard, and it is not silent."""
    await hears_only(call)
    assert call.heard_level(0.5) > 50, "silence"
