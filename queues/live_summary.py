"""The picture in few figures: who waits and how long already, how many agents do what."""

from collections import Counter
from typing import Any

from queues.agent_states import Declared, Observed
from queues.live_mirror import Mirror, Plain

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
