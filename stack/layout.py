"""The folders of one home: which exist, and who may write where."""

import re
import shutil
from pathlib import Path

from core.errors import HotlineError
from core.secrets import ensure_secrets
from core.settings import Settings
from stack.account import check_reachable, give, ours_may_leave_root, share
from stack.progress import Progress

LEAST_FREE = 500 * 1024 * 1024
LONGEST_SOCKET_PATH = 90
PLAIN = re.compile(r"/[A-Za-z0-9/._-]+", re.ASCII)


def ensure_home(settings: Settings, progress: Progress) -> None:
    """Create the home. Raises HotlineError when it cannot serve (closed, full, path too long)."""
    home = settings.home
    if not PLAIN.fullmatch(str(home)):
        raise HotlineError(
            f"{str(home)!r} holds characters that Asterisk's files do not take. "
            "Set HOTLINE_HOME to an absolute path of letters, digits and / . _ -"
        )
    if len(str(settings.run_dir)) > LONGEST_SOCKET_PATH:
        raise HotlineError(
            f"{home} is too long a path for Unix sockets. Set HOTLINE_HOME to a shorter one."
        )
    fresh = not home.exists()
    if fresh:
        progress.change(f"{home}: the home of this hotline (data, recordings, logs, secrets)")
    _make_own(home)
    check_reachable(home)
    check_free(home)
    _make_own(home / "log", 0o750)
    ensure_secrets(settings.secrets_file)
    if ours_may_leave_root():
        share(settings.secrets_file)
    _make_service_folders(settings)
    progress.fact("Home", str(home))


def check_free(home: Path) -> None:
    """Refuse to start on a disk that the first busy day would fill."""
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE:
        raise HotlineError(
            f"Only {free // 2**20} MB are free where {home} lies; recordings need more. "
            "Free some space or set HOTLINE_HOME to a larger disk."
        )


def _make_own(folder: Path, mode: int = 0o755) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    except PermissionError:
        raise HotlineError(
            f"{folder} cannot be created by this user. Set HOTLINE_HOME to a folder you own."
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise HotlineError(
            f"{folder} is in the way or below a file. Set HOTLINE_HOME to a folder."
        ) from None


def _make_service_folders(settings: Settings) -> None:
    asterisk = settings.home / "asterisk"
    for folder in (
        settings.journal.parent,
        settings.recordings_dir,
        settings.home / "flows",
        settings.prompts_dir,
        settings.prompts_dir / "takes",
        settings.run_dir,
        settings.home / "postgres",
        settings.home / "redis",
        asterisk,
        asterisk / "etc",
        settings.seat_phones_dir,
        asterisk / "lib",
        asterisk / "lib/cache",
        asterisk / "data",
        settings.asterisk_log_dir,
        settings.cel_file.parent,
        settings.spool_dir,
        settings.spool_dir / "calls",
        settings.spool_dir / "legs",
        settings.spool_dir / "messages",
        settings.spool_dir / "prompts",
        settings.spool_dir / "cases",
    ):
        give(folder)
    # The data folder of PostgreSQL must be closed to everybody else, or it refuses to start.
    give(settings.home / "postgres", 0o700)
