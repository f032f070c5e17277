"""The seats of config/agents.toml: who they are, and which queues their skills make them serve.

Used by the switch's configuration, the command line, the API and the live picture.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.errors import HotlineError
from core.settings import Settings
from core.toml_tables import Table, read_tables, refuse_twice
from queues.definitions import MOTHER_TONGUE, SAME_AGENT, Queue

NUMBER = re.compile(r"[0-9]{2,8}", re.ASCII)
WORST_LEVEL = 9
_KEYS = ("number", "skills", "languages")


class UnknownSeatError(HotlineError):
    """A number that no seat has."""

    slug = "unknown-seat"


@dataclass(frozen=True, slots=True)
class Agent:
    """A seat: its number and its penalty in each of its queues (0 is asked first).

    `place` is its line in agents.toml, counted from 1, 0 when it is not written there.
    """

    number: str
    queues: Mapping[str, int]
    place: int = 0

    @property
    def interface(self) -> str:
        """The phone, as the switch calls it."""
        return f"PJSIP/{self.number}"

    @property
    def memberships(self) -> dict[str, int]:
        """Where the switch has the seat when it is signed in, and under which penalty."""
        return {**self.queues, SAME_AGENT: self.place} if self.place else dict(self.queues)


def load_agents(settings: Settings, queues: Sequence[Queue]) -> tuple[Agent, ...]:
    """Read agents.toml, in its order. Raises ConfigError with the line and the mend."""
    tables = read_tables(settings.config_dir / "agents.toml", "agent")
    agents = tuple(_agent(table, queues, place) for place, table in enumerate(tables, 1))
    refuse_twice(((a.number, t) for a, t in zip(agents, tables, strict=True)), "agent number")
    return agents


def _agent(table: Table, queues: Sequence[Queue], place: int) -> Agent:
    table.refuse_unknown(_KEYS)
    number = table.word("number", NUMBER, "8013")
    skills = _levels(table, "skills", {queue.skill for queue in queues})
    languages = {MOTHER_TONGUE: 1}
    if "languages" in table.values:
        languages = _levels(table, "languages", {MOTHER_TONGUE, *(q.language for q in queues)})
    serves = {
        queue.name: (skills[queue.skill] - 1) + (languages[queue.language] - 1)
        for queue in queues
        if queue.skill in skills and queue.language in languages
    }
    if not serves:
        raise table.fault("This seat serves no queue: none asks for its skills and languages.")
    return Agent(number, serves, place)


def _levels(table: Table, key: str, known: Collection[str]) -> dict[str, int]:
    written = table.values.get(key)
    if not isinstance(written, dict) or not written:
        raise table.fault(f"'{key}' must name at least one, such as {{ {min(known)} = 1 }}.")
    for name in written:
        if name not in known:
            raise table.fault(f"'{key}' names {name}; queues ask for {', '.join(sorted(known))}.")
    levels = Table(table.path, table.line, written)
    return {name: levels.whole(name, 1, WORST_LEVEL) for name in written}


def find_agent(agents: Sequence[Agent], number: str) -> Agent:
    """Return the seat of a number. Raises UnknownSeatError naming the seats there are."""
    for agent in agents:
        if agent.number == number:
            return agent
    known = ", ".join(agent.number for agent in agents)
    raise UnknownSeatError(f"There is no seat {number!r} in agents.toml. Seats: {known}.")
