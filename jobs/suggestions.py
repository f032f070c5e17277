"""Learns the city's categories anew every night, in a process of its own that then ends."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from tickets.suggesting.model import Card, save
from tickets.suggesting.service import examples
from tickets.suggesting.training import Example, TooFewTickets, train

log = structlog.get_logger()

TRAIN = "suggestions.train"


@dataclass(frozen=True, slots=True)
class SuggestionJobs:
    """The task of learning, and where what is learnt is kept."""

    sessions: async_sessionmaker[AsyncSession]
    folder: Path

    def register(self, app: App) -> None:
        """Make the task known to the worker."""
        task = app.task(name=TRAIN, queue="suggestions", queueing_lock=TRAIN)(self.train)
        app.periodic(cron="40 19 * * *")(task)  # 03:40 in the city

    async def train(self, timestamp: int) -> None:
        """Learn from what is closed; a young hotline has too little, and says so."""
        del timestamp
        async with self.sessions() as session:
            found = await examples(session)
        # The learning library stays out of this process, which lives long.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            running = asyncio.get_running_loop()
            learnt = await running.run_in_executor(apart, _learn, found, utc_now(), self.folder)
        if isinstance(learnt, Card):
            log.info("suggestions.trained", version=learnt.version, right=learnt.right)
        else:
            log.info("suggestions.not_trained", why=learnt)


def _learn(found: list[Example], at: datetime, folder: Path) -> Card | str:
    try:
        model = train(found, at)
    except TooFewTickets as few:
        return str(few)
    save(model, folder)
    return model.card
