"""What the machine must have installed, and how it gets it. Called by `./hotline up` and `test`."""

import os
import shutil
import subprocess
from pathlib import Path

from core.errors import HotlineError
from stack.progress import Progress

POSTGRES_ROOT = Path("/usr/lib/postgresql")
SUPPORT = {
    "redis-server": "redis-server",
    "ffmpeg": "ffmpeg",
    "sox": "sox",
    "sipp": "sip-tester",
    "mmdebstrap": "mmdebstrap",
}
# What the console is tested with and nobody else needs.
BROWSER = ("chromium", "fonts-noto-cjk")


def postgres_bin() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs on this machine."""
    versions = [p for p in POSTGRES_ROOT.glob("*/bin") if (p / "postgres").exists()]
    return max(versions, key=lambda p: float(p.parent.name), default=None)


def missing_packages() -> list[str]:
    """Return the Debian packages that `up` would install here."""
    missing = [package for program, package in SUPPORT.items() if not shutil.which(program)]
    if postgres_bin() is None:
        missing.append("postgresql")
    return missing


def ensure_packages(progress: Progress) -> None:
    """Install what is missing with apt. Raises HotlineError with the command to run by hand."""
    missing = missing_packages()
    if not missing:
        progress.fact("System packages", "all present")
        return
    names = " ".join(missing)
    if os.geteuid() != 0:
        raise HotlineError(
            f"This machine lacks {names} and only root may install them. "
            f"Run: sudo apt-get install --no-install-recommends {names}"
        )
    progress.change(f"apt-get install {names}")
    with progress.working(f"Installing {names}"):
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", *missing)


def browser_program() -> str | None:
    """Return the Chromium of this machine, with which the console is tested."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def ensure_browser(progress: Progress) -> bool:
    """Install a browser and Chinese letters for the tests, where root runs them; return whether
    there is one."""
    if browser_program():
        return True
    names = " ".join(BROWSER)
    if os.geteuid() != 0:
        progress.fact("Browser", f"none; sudo apt-get install --no-install-recommends {names}")
        return False
    progress.change(f"apt-get install {names}")
    with progress.working(f"Installing {names}"):
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", *BROWSER)
    return True


def _apt(*arguments: str) -> None:
    # RUNLEVEL=1: the packages' own servers are installed but not started; ours are private.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run = subprocess.run(  # noqa: S603
        ["apt-get", *arguments],  # noqa: S607
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        tail = run.stderr.strip().splitlines()[-1:] or ["no message"]
        raise HotlineError(f"apt-get {' '.join(arguments)} failed: {tail[0]}")
