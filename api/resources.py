"""What requests work with: the database and Redis, opened once for each process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.door import Door
from api.live_hub import Hub
from api.throttle import Throttle
from core.database import make_engine, make_sessions
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Resources:
    """Open connections of this process, and the settings they were opened with."""

    settings: Settings
    sessions: async_sessionmaker[AsyncSession]
    redis: Redis
    hub: Hub
    door: Door
    throttle: Throttle


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Make the pools ready and close them in the end; nothing connects before it is asked for."""
    engine = make_engine(settings.database)
    redis = Redis.from_url(settings.redis, socket_timeout=3, socket_connect_timeout=3)
    live = Redis.from_url(
        settings.redis, decode_responses=True, socket_timeout=3, socket_connect_timeout=3
    )
    hub = Hub(live, settings.node)
    reading = asyncio.create_task(hub.run())
    try:
        sessions = make_sessions(engine)
        throttle = Throttle(redis, settings.node, settings.secrets.api)
        yield Resources(settings, sessions, redis, hub, Door(settings, sessions), throttle)
    finally:
        while not reading.done():  # a library that is connecting may swallow one cancellation
            reading.cancel()
            await asyncio.wait([reading], timeout=1)
        await live.aclose()
        await redis.aclose()
        await engine.dispose()


def resources(request: Request) -> Resources:
    """Return the connections that the app opened when it started."""
    found: Resources = request.app.state.resources
    return found


Open = Annotated[Resources, Depends(resources)]


async def _session(opened: Open) -> AsyncIterator[AsyncSession]:
    async with opened.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]
