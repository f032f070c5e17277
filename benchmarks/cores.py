"""Which core is whose: a server that shares its core with its client measures the client."""

import os
from dataclasses import dataclass

from core.errors import HotlineError


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for the client that makes the load, one for the server that is measured."""

    client: int
    server: int


def two_cores() -> Cores:
    """Return the first and the last core we may use. Raises HotlineError when there is but one."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        raise HotlineError(
            "These measurements need two cores, one for the server and one for its client; "
            "this machine lets us use one. Run them elsewhere or widen the CPU affinity."
        )
    return Cores(allowed[0], allowed[-1])


def pinned(core: int, command: list[str]) -> list[str]:
    """Prefix a command so that it and its children run on one core only."""
    return ["taskset", "--cpu-list", str(core), *command]
