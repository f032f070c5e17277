"""The two C programs, compiled when first needed and kept in the hotline's cache."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from core.errors import HotlineError

SOURCES = Path(__file__).parent / "c"
FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"]


def compiled(name: str, cache: Path) -> Path:
    """Return the program made from `c/<name>.c`. Raises HotlineError without a compiler."""
    source = SOURCES / f"{name}.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    program = cache / "benchmarks" / f"{name}-{digest}"
    if program.exists():
        return program
    if shutil.which("gcc") is None:
        raise HotlineError(
            "The measurements compare with a small C program and gcc is missing. "
            "Run: apt-get install gcc libc6-dev"
        )
    program.parent.mkdir(parents=True, exist_ok=True)
    making = program.with_suffix(".new")
    run = subprocess.run(
        ["gcc", *FLAGS, "-o", str(making), str(source)], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise HotlineError(f"gcc could not compile {source}: {run.stderr.strip()}")
    making.rename(program)
    return program
