"""People of the small city who sign in to its console, as `./hotline person add` makes them."""

import asyncio

from core.database import make_engine, make_sessions
from core.settings import Settings
from people import roster
from people.roles import Role
from people.roster import Hand, Wish

PASSWORD = "sunlit-Harbour-12345"
AGENT = "8013"
EVERYBODY = {
    AGENT: Wish(Role.AGENT, seat="8013", shown="8013号"),
    "reviewer": Wish(Role.REVIEWER, shown="审核一"),
    "clerk": Wish(Role.UNIT_CLERK, unit="ZJJ", shown="住建承办"),
    "leader": Wish(Role.SHIFT_LEADER, shown="值班长"),
    "admin": Wish(Role.ADMIN, shown="管理员"),
}


def move_in(settings: Settings) -> None:
    """Let everybody of the table sign in."""
    asyncio.run(_move_in(settings))


async def _move_in(settings: Settings) -> None:
    engine = make_engine(settings.database)
    hand = Hand("tests", settings.secrets.audit.encode())
    async with make_sessions(engine).begin() as session:
        for name, wish in EVERYBODY.items():
            await roster.add(session, name, PASSWORD, wish, hand)
    await engine.dispose()
