"""What one contestant did in one round."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """Sessions a second; microseconds for one command (p50, p99) and of CPU for one session;
    commands in a session; where several processes serve, the CPU of each."""

    per_second: float
    p50_us: float
    p99_us: float
    cpu_us: float
    commands: float
    cpu_parts: Mapping[str, float] = field(default_factory=dict)
