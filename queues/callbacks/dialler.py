"""Puts a call-back into the switch: as a place in a queue, or at once on one agent's phone.

Both begin in contexts of `callbacks.conf.j2`, in which the agent is told before the citizen is
rung.
"""

from dataclasses import dataclass
from datetime import datetime

from queues.callbacks.uids import Try
from queues.dialling import LINE, originate
from telephony.ami import Ami

# 2032-01-01 in tenths of a second, as in extensions.conf.j2: an earlier instant of entry is a
# higher priority, and one step of a flow's priority outweighs 28 hours.
_EPOCH = 19_565_280_000
_STEP = 1_000_000
# Seconds that an agent's phone rings for an order to call somebody.
_AGENT_RINGS = 20


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to ring and how it is said; `ring` is seconds."""

    of: Try
    number: str
    language: str
    ring: int

    @property
    def variables(self) -> list[str]:
        """What the dialplan has to know, also on the phones that it rings."""
        return [
            f"__HOTLINE_NUMBER={self.number}",
            f"__HOTLINE_RING={self.ring}",
            f"__HOTLINE_SPEAKS={self.language}",
        ]


def place_of(since: datetime, priority: int) -> int:
    """Return the priority in the queue of somebody who entered at an instant."""
    return priority * _STEP - (int(since.timestamp() * 10) - _EPOCH)


async def place(ami: Ami, order: Order, queue: str, place: int) -> None:
    """Let a call-back wait in a queue. Raises AmiError."""
    variables = [*order.variables, f"HOTLINE_QUEUE={queue}", f"HOTLINE_PLACE={place}"]
    await _originate(ami, order.of, LINE, "callback-wait", variables)


async def ring_agent(ami: Ami, order: Order, agent: str) -> None:
    """Ring one agent, then the citizen. Raises AmiError."""
    variables = [*order.variables, f"HOTLINE_AGENT={agent}"]
    await _originate(ami, order.of, f"PJSIP/{agent}", "callback-agent", variables)


async def _originate(ami: Ami, of: Try, channel: str, context: str, variables: list[str]) -> None:
    await originate(ami, of.uid, channel, context, variables, rings=_AGENT_RINGS)
