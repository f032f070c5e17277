"""The keeper of call-backs as a process: round after round, whatever is away meanwhile."""

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from queues.callbacks import dialler
from queues.callbacks.keeper import Keeper
from queues.callbacks.rules import load_callback_rules
from queues.definitions import load_queues
from telephony.ami import Ami, AmiError
from telephony.journal import Journal

# Seconds between two rounds.
EVERY = 1.0

log = structlog.get_logger()

_AWAY = (AmiError, DBAPIError, InterfaceError, OSError)


async def run(keeper: Keeper, stop: asyncio.Event) -> None:
    """Work until told to stop; what is away is waited for."""
    away = ""
    while not stop.is_set():
        try:
            await keeper.round()
        except _AWAY as error:
            reason = str(error).splitlines()[0]
            if not away:
                log.error("callbacks.waiting", reason=reason)
            away = reason
        else:
            if away:
                log.info("callbacks.resumed")
            away = ""
        await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), EVERY)
    except TimeoutError:
        return


async def main(settings: Settings) -> None:
    """Keep the call-backs of a home until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    rules = load_callback_rules(settings.config_dir)
    engine = make_engine(settings.database, pool_size=1)
    secret = settings.secrets.dialler
    switch = Ami.of(settings)
    dialling = Ami("127.0.0.1", settings.ami_port, dialler.USER, secret, classes="off")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        for ami in (switch, dialling):
            connecting = asyncio.create_task(ami.connect_when_up())
            stack.push_async_callback(ami.close)
            stack.callback(connecting.cancel)
        log.info("callbacks.started", node=settings.node)
        keeper = Keeper(
            settings.node,
            rules,
            load_queues(settings)[0].name,
            make_sessions(engine),
            Journal(settings.journal),
            switch,
            dialling,
        )
        await run(keeper, stop)


def start() -> None:
    """Run the keeper of this home; wrong settings or rules are said in a sentence."""
    configure_logging("callbacks")
    try:
        asyncio.run(main(get_settings()))
    except HotlineError as error:
        raise SystemExit(str(error)) from error
