"""What agents' time went into and what came of it: the amounts of which their measures are made."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class AgentTimes:
    """Seconds of one agent or of several, but for `answered` calls and `days`.

    `days` are agent-days: one for each agent on each day on which they were signed in at all.
    `talking` counts whatever joined the agent's phone with somebody, also talks with partner lines;
    `scheduled` is what the days should have had.
    """

    answered: int = 0
    days: int = 0
    scheduled: float = 0.0
    talking: float = 0.0
    ringing: float = 0.0
    wrap_up: float = 0.0
    on_break: float = 0.0
    idle: float = 0.0
    unreachable: float = 0.0

    @property
    def occupied(self) -> float:
        """Talking, ringing and the work after a talk."""
        return self.talking + self.ringing + self.wrap_up

    @property
    def present(self) -> float:
        """Signed in and not on a break."""
        return self.occupied + self.idle + self.unreachable

    @property
    def signed_in(self) -> float:
        """Signed in, breaks included."""
        return self.present + self.on_break

    def __add__(self, other: "AgentTimes") -> "AgentTimes":
        names = (f.name for f in fields(self))
        return AgentTimes(**{n: getattr(self, n) + getattr(other, n) for n in names})
