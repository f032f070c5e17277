"""What was measured on: figures without their machine say nothing."""

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from core.clock import utc_now


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when a run took place; `load` is the machine's one-minute load when it began."""

    taken_at: str
    processor: str
    cores: int
    kernel: str
    python: str
    load: float

    @classmethod
    def this(cls) -> "Machine":
        """Describe this machine now."""
        return cls(
            taken_at=utc_now().isoformat(timespec="seconds"),
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)),
            kernel=platform.release(),
            python=sys.version.split()[0],
            load=os.getloadavg()[0],
        )

    def text(self) -> str:
        """Return one line for the head of a report."""
        return (
            f"{self.taken_at}, {self.cores} cores {self.processor}, Linux {self.kernel}, "
            f"Python {self.python}, load {self.load:.1f} at the start"
        )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
