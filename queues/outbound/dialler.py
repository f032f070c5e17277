"""Rings a call of ours: a person's own phone first, or the citizen for the questions.

Begins in contexts of `outbound.conf.j2`. The number travels in a variable of the switch and is
shown on no phone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from queues.dialling import LINE, originate
from telephony.ami import Ami

# Seconds that a person's own phone rings.
_RINGS = 25


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to ring, for how many seconds; `tail` are the digits by which they know their ticket.

    `at_once` is how many automatic calls the switch lets be.
    """

    uid: str
    number: str
    ring: int
    tail: str = ""
    at_once: int = 0

    @property
    def variables(self) -> list[str]:
        """What the dialplan has to know, also on the phones that it rings."""
        told: Mapping[str, object] = {
            "NUMBER": self.number,
            "RING": self.ring,
            "OUT": self.uid,
            "TAIL": self.tail,
            "AT_ONCE": self.at_once,
        }
        return [f"__HOTLINE_{name}={value}" for name, value in told.items()]


async def ring_seat(ami: Ami, order: Order, agent: str) -> None:
    """Ring an agent, then the citizen. Raises AmiError."""
    await _originate(ami, order, f"PJSIP/{agent}", "outbound-person")


async def ring_outside(ami: Ami, order: Order, phone: str) -> None:
    """Ring somebody's own telephone, then the citizen. Raises AmiError."""
    await _originate(ami, order, f"Local/{phone}@outbound-first/n", "outbound-person")


async def ring_citizen(ami: Ami, order: Order) -> None:
    """Ring the citizen and ask. Raises AmiError."""
    await _originate(ami, order, LINE, "outbound-automatic")


async def _originate(ami: Ami, order: Order, channel: str, context: str) -> None:
    await originate(ami, order.uid, channel, context, order.variables, rings=_RINGS)
