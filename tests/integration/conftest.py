"""Real servers for the integration tests: a private PostgreSQL, started once for each worker.

Every test gets its own database, copied from one that the migrations made.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from core.database import make_engine, make_sessions
from core.settings import CHECKOUT
from stack.packages import postgres_bin
from tests.integration.redis_server import RedisServer

TEMPLATE = "hotline_template"


@dataclass
class Cluster:
    """A PostgreSQL in a folder of its own, on a Unix socket only."""

    folder: Path
    programs: Path
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def create(cls) -> "Cluster":
        """Initialise an empty cluster."""
        programs = postgres_bin()
        assert programs, "PostgreSQL's server programs are missing"
        folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        cluster = cls(folder, programs)
        cluster._run(
            "initdb", "--username=hotline", "--auth=trust", "--encoding=UTF8", "--no-sync",
            "--locale=C.UTF-8", f"--pgdata={folder}/data",
        )  # fmt: skip
        return cluster

    def start(self) -> None:
        """Run the server and wait until it answers."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "timezone": "UTC",
            "max_connections": "60",
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._as_owner(), self.programs / "postgres", "-D", self.folder / "data", *words],
                stdout=log,
                stderr=log,
                cwd="/",
            )
        self._run("pg_isready", "-h", str(self.folder), "-d", "postgres", patience=30)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT is its fast stop, SIGQUIT an immediate one without farewell."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    @contextmanager
    def frozen(self, *backends: int) -> Iterator[None]:
        """A server that is there but says nothing, nor do these of its processes."""
        assert self.process is not None
        pids = [self.process.pid, *backends]
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://hotline@/{database}?host={self.folder}"

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one statement as the owner, outside any transaction."""
        address = f"host={self.folder} user=hotline dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def new_database(self) -> str:
        """Copy the migrated template and return the copy's name."""
        name = f"test_{next(self._numbers)}"
        names = sql.Identifier(name), sql.Identifier(TEMPLATE)
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(*names))
        return name

    def drop(self, name: str) -> None:
        """Remove a test's database, whoever is still connected."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _as_owner(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]

    def _run(self, program: str, *words: str, patience: float = 0) -> None:
        line = [*self._as_owner(), str(self.programs / program), *words]
        limit = time.monotonic() + patience
        run = subprocess.run(line, capture_output=True, text=True, check=False, cwd="/")
        while run.returncode and time.monotonic() < limit:
            run = subprocess.run(line, capture_output=True, text=True, check=False, cwd="/")
        assert run.returncode == 0, f"{program}: {run.stdout}{run.stderr}"


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    config.attributes["url"] = url
    return config


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL with a migrated template database."""
    cluster = Cluster.create()
    try:
        cluster.start()
        cluster.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        command.upgrade(alembic_config(cluster.url(TEMPLATE)), "head")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder)


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """The URL of a database of this test's own, with all tables and no rows."""
    name = cluster.new_database()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on this test's database."""
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Where a test's sessions come from."""
    return make_sessions(engine)


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """One session on this test's database."""
    async with sessions() as session:
        yield session


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running Redis of this test's own."""
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()
