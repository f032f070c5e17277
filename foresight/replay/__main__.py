"""`python -m foresight.replay`: answers one question in a process of its own, and ends.

The API starts it, so that nobody else waits for its reckoning and a time limit can end it. One JSON
object on standard input (`Asked`), one on standard output: an answer, or what is wrong.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings, get_settings
from foresight.replay.past import PastDay
from foresight.replay.question import Question, as_dict
from foresight.replay.reading import read_past
from foresight.replay.stage import Stage
from ivr.life.names import find_text, in_database
from ivr.written import Written, find_written


@dataclass(frozen=True, slots=True)
class Asked:
    """What to replay: a `flow` known here, with `text` a draft of that name; `day` None invents
    one."""

    flow: str
    text: str | None
    day: str | None
    agents: int | None
    runs: int
    seed: int
    after_call: float | None


def main() -> None:
    """Read, answer, write."""
    asked = Asked(**json.load(sys.stdin))
    try:
        told: dict[str, object] = {"answer": asyncio.run(answer(asked, get_settings()))}
    except HotlineError as fault:
        told = {"slug": fault.slug, "detail": str(fault)}
    json.dump(told, sys.stdout, ensure_ascii=False)


async def answer(asked: Asked, settings: Settings) -> dict[str, object]:
    """Answer one question. Raises HotlineError."""
    stage = Stage.of(settings)
    question = Question(
        stage.draft(await _written(asked, settings)),
        asked.agents,
        asked.runs,
        asked.seed,
        asked.after_call,
    )
    past = await _past(asked, stage)
    return as_dict(await stage.ask(question, past))


async def _written(asked: Asked, settings: Settings) -> Written:
    if asked.text is not None:
        return Written(asked.flow, Path(f"{asked.flow}.yaml"), asked.text)
    if not in_database(asked.flow):
        return find_written(settings, asked.flow)
    async with _session(settings) as session:
        return await find_text(session, settings, asked.flow)


async def _past(asked: Asked, stage: Stage) -> PastDay:
    if asked.day is None:
        return await stage.invent(asked.seed)
    async with _session(stage.settings) as session:
        return await read_past(session, date.fromisoformat(asked.day))


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[AsyncSession]:
    engine = make_engine(settings.database, pool_size=1)
    try:
        async with make_sessions(engine)() as session:
            yield session
    finally:
        await engine.dispose()


if __name__ == "__main__":
    main()
