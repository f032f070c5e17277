"""The ledger as a process: step after step until told to stop, whatever the database does."""

import asyncio
import gc
import signal
import time
from dataclasses import dataclass

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from queues.ledger.ledger import Ledger
from queues.ledger.publishing import REFUSED
from queues.ledger.repository import AnotherLedgerError

# Seconds between looks at the files: a busy switch is stored in a few transactions a second, not in
# hundreds of a few lines each, and who watches a call still sees it happen.
GATHER = 0.2
# Seconds between tries while the database is away.
RETRY = 0.5

# Seconds between two complaints about what does not pass by itself.
COMPLAIN = 30.0

log = structlog.get_logger()

# What a database that is away, restarting, full or busy makes of a statement: it will come back.
_AWAY = (
    OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, OSError,
)  # fmt: skip
# A database that is there and says no.
_DENIED = (DBAPIError, psycopg.Error, AnotherLedgerError)


@dataclass(slots=True)
class Trouble:
    """What keeps us from storing, said once while it may pass, again and again if it will not."""

    said_at: float | None = None

    def waiting(self, error: Exception) -> None:
        """The database is away."""
        if self.said_at is None:
            log.error("ledger.waiting", reason=_first_line(error))
            self.said_at = time.monotonic()

    def denied(self, error: Exception) -> None:
        """The database refuses; somebody has to look."""
        now = time.monotonic()
        if self.said_at is None or now - self.said_at >= COMPLAIN:
            log.error("ledger.refused", reason=_first_line(error))
            self.said_at = now

    def over(self) -> None:
        """A step was stored."""
        if self.said_at is not None:
            log.info("ledger.resumed")
            self.said_at = None


async def run(ledger: Ledger, stop: asyncio.Event) -> None:
    """Work until told to stop; what keeps us from storing is waited for, and nothing is lost."""
    trouble = Trouble()
    while not stop.is_set():
        pause = RETRY
        try:
            busy = await ledger.step()
        except _AWAY as error:
            trouble.waiting(error)
        except _DENIED as error:
            trouble.denied(error)
            ledger.careful = isinstance(error, REFUSED)
        else:
            trouble.over()
            pause = 0.0 if busy and ledger.behind else GATHER
        await _pause(stop, pause)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def calm_collector() -> None:
    """Look for cycles rarely: a batch makes a hundred thousand small objects that hold none."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


async def main(settings: Settings) -> None:
    """Run the ledger of a home until SIGTERM or SIGINT; what is being stored is stored whole."""
    calm_collector()
    engine = make_engine(settings.database, pool_size=1)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    log.info("ledger.started", node=settings.node)
    await run(Ledger.of(settings, make_sessions(engine)), stop)
    await engine.dispose()


def start() -> None:
    """Run the ledger of this home; wrong settings or rules are said in a sentence."""
    configure_logging("ledger")
    try:
        asyncio.run(main(get_settings()))
    except HotlineError as error:
        raise SystemExit(str(error)) from error
