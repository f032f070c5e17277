"""How commands place a call about a ticket: written down first, then rung."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.reading import transact
from core.settings import get_settings
from queues.dialling import dialling_hand
from queues.outbound.placing import Office, Placed, ring
from tickets.city import load_city

WriteDown = Callable[[AsyncSession, Office], Awaitable[Placed]]


def place(write_down: WriteDown) -> str:
    """Place a call and return its uid. Raises HotlineError for every refusal."""
    settings = get_settings()
    office = Office.of(settings, load_city(settings.config_dir))

    async def work(sessions: async_sessionmaker[AsyncSession]) -> str:
        async with dialling_hand(settings) as ami:
            call = await ring(sessions, ami, office, lambda one: write_down(one, office))
        return call.uid

    return transact(work)
