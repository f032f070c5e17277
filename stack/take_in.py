"""What `up` does about flows: takes the configuration's files in and brings all into effect."""

import asyncio
import getpass

from core.database import make_engine, make_sessions
from core.settings import Settings
from ivr.life.files import Fate, TakenIn, take_in_files
from ivr.life.repository import InUse, in_use
from ivr.life.rules import rules_of
from stack.in_step import Home
from stack.progress import Progress


def take_in_flows(settings: Settings, home: Home, progress: Progress) -> None:
    """Publish or put aside what changed in config/flows, and say so. Raises HotlineError only for
    a flow that was never published and cannot run."""
    with progress.working("Taking in the flows"):
        taken, found = asyncio.run(_take_in(settings))
        home.bring_in_step(found)
    for one in taken:
        if one.fate is not Fate.UNCHANGED:
            progress.fact(f"Flow {one.flow}", one.sentence)


async def _take_in(settings: Settings) -> tuple[list[TakenIn], InUse]:
    engine = make_engine(settings.database, pool_size=1)
    sessions = make_sessions(engine)
    try:
        actor = getpass.getuser()
        taken = await take_in_files(sessions, settings, rules_of(settings), actor)
        async with sessions() as session:
            return taken, await in_use(session)
    finally:
        await engine.dispose()
