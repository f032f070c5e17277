"""How a keeper lives: round after round, whatever is away meanwhile, until it is told to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError

from telephony.ami import AmiError

# Seconds between two rounds.
EVERY = 1.0

log = structlog.get_logger()

_AWAY = (AmiError, DBAPIError, InterfaceError, OSError)


def stop_by_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def keep_going(name: str, look: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Look again and again until told to stop; switch and database are waited for."""
    away = False
    while not stop.is_set():
        try:
            await look()
        except _AWAY as error:
            if not away:
                log.error(f"{name}.waiting", reason=str(error).splitlines()[0])
            away = True
        else:
            if away:
                log.info(f"{name}.resumed")
            away = False
        await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), EVERY)
    except TimeoutError:
        return
