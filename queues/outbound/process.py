"""The keeper of our calls as a process: round after round, whatever is away meanwhile."""

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from queues.outbound.dialler import dialling_hand
from queues.outbound.keeper import Keeper
from telephony.ami import Ami, AmiError

# Seconds between two rounds.
EVERY = 1.0

log = structlog.get_logger()

_AWAY = (AmiError, DBAPIError, InterfaceError, OSError)


async def run(keeper: Keeper, stop: asyncio.Event) -> None:
    """Work until told to stop; what is away is waited for."""
    away = False
    while not stop.is_set():
        try:
            await keeper.round()
        except _AWAY as error:
            if not away:
                log.error("outbound.waiting", reason=str(error).splitlines()[0])
            away = True
        else:
            if away:
                log.info("outbound.resumed")
            away = False
        try:
            await asyncio.wait_for(stop.wait(), EVERY)
        except TimeoutError:
            continue


async def main(settings: Settings) -> None:
    """Keep the calls of a home until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    engine = make_engine(settings.database, pool_size=1)
    switch, dialling = Ami.of(settings), dialling_hand(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        for ami in (switch, dialling):
            connecting = asyncio.create_task(ami.connect_when_up())
            stack.push_async_callback(ami.close)
            stack.callback(connecting.cancel)
        log.info("outbound.started", node=settings.node)
        await run(Keeper(settings, make_sessions(engine), switch, dialling), stop)


def start() -> None:
    """Run the keeper of this home; wrong settings or rules are said in a sentence."""
    configure_logging("outbound")
    try:
        asyncio.run(main(get_settings()))
    except HotlineError as error:
        raise SystemExit(str(error)) from error
