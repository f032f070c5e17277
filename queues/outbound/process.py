"""The keeper of our calls as a process: round after round, whatever is away meanwhile."""

import asyncio
from contextlib import AsyncExitStack

import structlog

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from queues.dialling import dialling_hand
from queues.outbound.keeper import Keeper
from queues.rounds import keep_going, stop_by_signal
from telephony.ami import Ami

log = structlog.get_logger()


async def main(settings: Settings) -> None:
    """Keep the calls of a home until SIGTERM or SIGINT."""
    stop = stop_by_signal()
    engine = make_engine(settings.database, pool_size=1)
    switch, dialling = Ami.of(settings), dialling_hand(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        for ami in (switch, dialling):
            connecting = asyncio.create_task(ami.connect_when_up())
            stack.push_async_callback(ami.close)
            stack.callback(connecting.cancel)
        log.info("outbound.started", node=settings.node)
        keeper = Keeper(settings, make_sessions(engine), switch, dialling)
        await keep_going("outbound", keeper.round, stop)


def start() -> None:
    """Run the keeper of this home; wrong settings or rules are said in a sentence."""
    configure_logging("outbound")
    try:
        asyncio.run(main(get_settings()))
    except HotlineError as error:
        raise SystemExit(str(error)) from error
