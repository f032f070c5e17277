"""The C program that plays Asterisk, run once for each sample."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cores import pinned
from core.errors import HotlineError

LONGEST_RUN = 300.0


@dataclass(frozen=True, slots=True)
class Load:
    """A fixed number of sessions, `at_once` of them open at any time.

    `key` answers every question for digits; `uid` begins the calls' unique ids; with `cel` each
    call leaves its channel events in that file, as the switch would.
    """

    sessions: int
    at_once: int
    script: str = "bench"
    arguments: Sequence[str] = field(default_factory=list)
    key: str = "1"
    uid: str = "bench"
    cel: Path | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the client saw: seconds for all sessions, microseconds for one command."""

    seconds: float
    p50_us: float
    p99_us: float
    commands: float


def play_asterisk(program: Path, core: int, port: int, load: Load) -> Heard:
    """Run the sessions. Raises HotlineError when one of them did not end well."""
    command = [
        str(program), "-p", str(port), "-n", str(load.sessions), "-c", str(load.at_once),
        "-s", load.script, "-k", load.key, "-u", load.uid,
    ]  # fmt: skip
    command += [word for argument in load.arguments for word in ("-a", argument)]
    if load.cel is not None:
        command += ["-e", str(load.cel)]
    run = subprocess.run(
        pinned(core, command), capture_output=True, text=True, check=False, timeout=LONGEST_RUN
    )
    if run.returncode:
        raise HotlineError(f"The client of the measurement gave up: {run.stderr.strip()}")
    result = json.loads(run.stdout)
    if result["broken"] or result["refused"]:
        raise HotlineError(
            f"{result['broken']} of {result['sessions']} sessions broke off and "
            f"{result['refused']} commands were refused; these figures would mean nothing."
        )
    return Heard(
        result["seconds"],
        result["p50_us"],
        result["p99_us"],
        result["commands"] / result["sessions"],
    )
