"""Who runs what. Started by root, Asterisk, PostgreSQL and Redis run as the system user `hotline`.

So do our own processes, unless that user cannot reach the Python or the checkout that root uses (a
checkout below /root, a Python of root's own): then, and only then, they stay with root.
"""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core.errors import HotlineError
from core.settings import CHECKOUT
from stack.progress import Progress

SERVICE_USER = "hotline"


def service_user() -> str | None:
    """Return the user that Asterisk, PostgreSQL and Redis run as; None: the one who started us."""
    return SERVICE_USER if os.geteuid() == 0 else None


@cache
def ours_may_leave_root() -> bool:
    """Whether the service user can run our own processes from this checkout."""
    if service_user() is None:
        return False
    probe = [sys.executable, "-P", "-c", "import core.settings"]
    try:
        run = run_as_service(probe, os.environ | {"PYTHONPATH": str(CHECKOUT)})
    except PermissionError:
        return False
    return run.returncode == 0


def ensure_account(progress: Progress) -> None:
    """Create the system user when started by root."""
    user = service_user()
    if user is None or _exists(user):
        return
    progress.change(f"useradd --system {user} (Asterisk, PostgreSQL and Redis never run as root)")
    subprocess.run(  # noqa: S603
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user],  # noqa: S607
        check=True,
        capture_output=True,
    )


def give(path: Path, mode: int = 0o750) -> None:
    """Make a folder that belongs to the service user."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    user = service_user()
    if user:
        shutil.chown(path, user, user)


def share(secret: Path) -> None:
    """Let the service user read a file that stays closed to everybody else."""
    shutil.chown(secret, group=SERVICE_USER)
    secret.chmod(0o640)


def run_as_service(
    command: list[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as the service user and return what it printed."""
    user = service_user()
    return subprocess.run(  # noqa: S603
        command,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def check_reachable(folder: Path) -> None:
    """Refuse a home that the service user cannot enter, such as one below /root."""
    user = service_user()
    if user is None:
        return
    for parent in [folder, *folder.parents]:
        if parent.exists() and not parent.stat().st_mode & 0o001:
            raise HotlineError(
                f"{parent} is closed to the user {user}, which runs Asterisk and PostgreSQL. "
                f"Set HOTLINE_HOME (and HOTLINE_CACHE) to a folder such as /var/lib/hotline12345."
            )


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
