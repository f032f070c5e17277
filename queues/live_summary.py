"""The picture in few figures: who waits and how long already, how many agents do what."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from queues.agent_states import Declared, Observed
from queues.live_mirror import Mirror, Plain

# Of a picture that an earlier version drew.
_UNKNOWN: Plain = {
    "seconds": None, "compared": 0, "mean_error": None, "within_30s": None, "reliable": False,
}  # fmt: skip
_AT_WORK = frozenset(Observed) - {Observed.IDLE, Observed.UNKNOWN}


def summary(mirror: Mirror) -> Plain:
    """Return {waiting, longest_since, agents by state, queues: {name: {waiting, longest_since}}}.

    `longest_since` is when the caller who waits longest began to wait, None when nobody waits: who
    shows it counts the seconds on, and nothing has to be sent while nothing happens.
    """
    queues = {name: _queue(queue) for name, queue in sorted(mirror.queues.items())}
    since = [queue["longest_since"] for queue in queues.values() if queue["longest_since"]]
    return {
        "waiting": sum(queue["waiting"] for queue in queues.values()),
        "longest_since": min(since, default=None),
        "agents": dict(sorted(Counter(map(state_of, mirror.agents.values())).items())),
        "queues": queues,
    }


def queue_lines(mirror: Mirror, titles: Mapping[str, str]) -> list[Plain]:
    """Return {name, title, waiting, longest_since, agents, free, estimate} of every queue.

    `agents` are those signed in to it, `free` of them could be rung now.
    """
    lines = []
    for name, queue in sorted(mirror.queues.items()):
        seats = [agent for agent in mirror.agents.values() if name in agent["queues"]]
        free = [agent for agent in seats if state_of(agent) == Declared.AVAILABLE]
        told = {"name": name, "title": titles.get(name, ""), **_queue(queue)}
        counted = {"agents": len(seats), "free": len(free)}
        lines.append(told | counted | {"estimate": queue.get("estimate", _UNKNOWN)})
    return lines


def state_of(agent: Plain) -> str:
    """Return the one word for an agent: what the phone does, unless it is idle or signed out."""
    if agent["declared"] == Declared.OFFLINE:
        return Declared.OFFLINE
    if agent["observed"] in _AT_WORK:
        return str(agent["observed"])
    return str(agent["declared"])


def _queue(queue: Plain) -> dict[str, Any]:
    joined = [caller["joined"] for caller in queue["callers"]]
    return {"waiting": queue["waiting"], "longest_since": min(joined, default=None)}
