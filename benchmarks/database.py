"""A PostgreSQL of the measurement's own with all our tables, nothing else beside it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.back_office import as_service, until_healthy
from benchmarks.processes import Process
from benchmarks.scratch import environment_of, scratch_folder, scratch_settings
from core.settings import Settings
from stack.account import ensure_account
from stack.layout import ensure_home
from stack.private_servers import ensure_cluster, ensure_database, postgres_command
from stack.progress import Silent


@contextmanager
def scratch_database(base: Settings) -> Iterator[Settings]:
    """Run PostgreSQL in a folder that is removed afterwards; yield the hotline's settings there."""
    with scratch_folder() as folder:
        settings = scratch_settings(folder, base.cache)
        ensure_account(Silent())
        ensure_home(settings, Silent())
        ensure_cluster(settings, Silent())
        server = Process(
            "postgres",
            as_service(postgres_command(settings)),
            environment=environment_of(settings),
            log=settings.home / "log" / "postgres.log",
            stop=signal.SIGINT,
        )
        with server:
            until_healthy("postgres", server, settings)
            ensure_database(settings)
            yield settings
