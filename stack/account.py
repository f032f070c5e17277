"""Who runs the servers: never root. Started by root, they run as the system user `hotline`."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from core.errors import HotlineError
from stack.progress import Progress

SERVICE_USER = "hotline"


def service_user() -> str | None:
    """Return the user that Asterisk, PostgreSQL and Redis run as; None: the one who started us."""
    return SERVICE_USER if os.geteuid() == 0 else None


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


def as_service(command: list[str]) -> list[str]:
    """Prefix a command so that it runs as the service user."""
    user = service_user()
    if user is None:
        return command
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--", *command]


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
