"""The keeper of call-backs as a process: round after round, whatever is away meanwhile."""

import asyncio
from contextlib import AsyncExitStack

import structlog

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from queues.callbacks.keeper import Keeper
from queues.callbacks.rules import load_callback_rules
from queues.definitions import load_queues
from queues.dialling import dialling_hand
from queues.rounds import keep_going, stop_by_signal
from telephony.ami import Ami
from telephony.journal import Journal

log = structlog.get_logger()


async def main(settings: Settings) -> None:
    """Keep the call-backs of a home until SIGTERM or SIGINT."""
    stop = stop_by_signal()
    rules = load_callback_rules(settings.config_dir)
    engine = make_engine(settings.database, pool_size=1)
    switch, dialling = Ami.of(settings), dialling_hand(settings)
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
        await keep_going("callbacks", keeper.round, stop)


def start() -> None:
    """Run the keeper of this home; wrong settings or rules are said in a sentence."""
    configure_logging("callbacks")
    try:
        asyncio.run(main(get_settings()))
    except HotlineError as error:
        raise SystemExit(str(error)) from error
