"""How urgent a matter is; four levels that code knows, in rising order."""

from enum import StrEnum


class Urgency(StrEnum):
    """The level of a ticket. Comparing is by `rank`, since words compare by their letters."""

    NORMAL = "normal"  # 一般
    EXPEDITED = "expedited"  # 加急
    URGENT = "urgent"  # 紧急
    CRITICAL = "critical"  # 特急

    @property
    def rank(self) -> int:
        """The place in the rising order, from 0."""
        return list(Urgency).index(self)
