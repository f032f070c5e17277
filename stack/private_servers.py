"""A private PostgreSQL and a private Redis in our own folder, on Unix sockets only.

A city's own servers take their place when HOTLINE_DATABASE_URL or HOTLINE_REDIS_URL is set.
"""

import shutil
from pathlib import Path

from core.errors import HotlineError
from core.settings import CHECKOUT, Settings
from stack.account import run_as_service, service_user
from stack.packages import postgres_bin
from stack.progress import Progress


def ensure_cluster(settings: Settings, progress: Progress) -> None:
    """Create the database cluster once, with a generated password and no TCP port."""
    data = settings.home / "postgres"
    if settings.database_url or (data / "PG_VERSION").exists():
        return
    programs = _programs()
    password = settings.run_dir / "first-password"
    password.write_text(settings.secrets.database)
    _close(password)
    with progress.working("Creating the private PostgreSQL cluster"):
        run = run_as_service(
            [
                str(programs / "initdb"),
                f"--pgdata={data}",
                "--username=hotline",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                f"--pwfile={password}",
            ]
        )
    password.unlink()
    if run.returncode:
        raise HotlineError(f"PostgreSQL could not make its cluster: {run.stderr.strip()}")


def postgres_command(settings: Settings) -> list[str]:
    """Return the command that runs the private PostgreSQL in the foreground."""
    return [
        str(_programs() / "postgres"),
        "-D",
        str(settings.home / "postgres"),
        "-c",
        "listen_addresses=",
        "-c",
        f"unix_socket_directories={settings.run_dir}",
        "-c",
        "max_connections=60",
        "-c",
        "shared_buffers=128MB",
        "-c",
        "timezone=UTC",
    ]


def redis_command(settings: Settings) -> list[str]:
    """Return the command that runs the private Redis; it is a picture, so nothing is saved."""
    return ["redis-server", str(settings.home / "redis" / "redis.conf")]


def write_redis_configuration(settings: Settings) -> None:
    """Write Redis's configuration, closed to everybody but its user: it holds a password."""
    path = settings.home / "redis" / "redis.conf"
    path.write_text(
        f"port 0\nunixsocket {settings.run_dir}/redis.sock\nunixsocketperm 770\n"
        f'requirepass {settings.secrets.redis}\nsave ""\nappendonly no\ndaemonize no\n'
        f"dir {settings.home}/redis\nmaxmemory 256mb\nmaxmemory-policy noeviction\n"
        # A title would be written over the environment by which an orphan is known.
        "set-proc-title no\n"
    )
    _close(path)


def ensure_database(settings: Settings) -> None:
    """Create the database inside the private cluster and bring its tables up to date."""
    import psycopg
    from alembic import command
    from alembic.config import Config

    if not settings.database_url:
        admin = f"host={settings.run_dir} user=hotline password={settings.secrets.database}"
        with psycopg.connect(f"{admin} dbname=postgres", autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'hotline'")
            if known.fetchone() is None:
                connection.execute("CREATE DATABASE hotline")
    configuration = Config()
    configuration.set_main_option("script_location", str(CHECKOUT / "migrations"))
    configuration.attributes["url"] = settings.database
    command.upgrade(configuration, "head")


def _programs() -> Path:
    programs = postgres_bin()
    if programs is None:
        raise HotlineError("PostgreSQL's server programs are missing. Run ./hotline up.")
    return programs


def _close(path: Path) -> None:
    path.chmod(0o640)
    user = service_user()
    if user:
        shutil.chown(path, user, user)
