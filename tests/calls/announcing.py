"""Announcements on the air of a city, for as long as a test lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.database import make_engine, make_sessions
from ivr import incidents
from ivr.incidents import Order
from tests.calls.city import City
from tickets.incidents import service
from tickets.incidents.models import Incident

Sessions = async_sessionmaker[AsyncSession]
TEXT = "东昌路供水管道爆裂，抢修正在进行，预计18:00恢复。"
WHO = "8001"


@asynccontextmanager
async def on_air(city: City, key: str = "") -> AsyncIterator[tuple[Incident, Sessions]]:
    """One announcement, taken off the air at the end if it is still on."""
    engine = make_engine(city.settings.database, pool_size=1)
    sessions = make_sessions(engine)
    try:
        order = Order(TEXT, area="371502", key=key)
        incident = await incidents.start(city.settings, sessions, order, WHO)
        yield incident, sessions
        async with sessions() as session:
            still = [one.id for one in await service.on_air(session, utc_now())]
        if incident.id in still:
            await incidents.stop(city.settings, sessions, incident.id, WHO, "over")
    finally:
        await engine.dispose()
