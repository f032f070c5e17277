"""POST /api/replays: what a flow and a staff would have done with the calls of a past day.

It changes nothing. It reckons in a process of its own, one at a time and not for ever, so that no
other request waits for it.
"""

import asyncio
import json
import os
import sys
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.fields import Answer
from api.resources import Open
from core.errors import HotlineError
from core.settings import CHECKOUT, Settings
from foresight.history import Source
from ivr.drafts import NAME
from ivr.located import SIZE_LIMIT
from reports.definitions import Unit

router = APIRouter(prefix="/api/replays", tags=["flows"])

# Seconds; the largest day with the most runs takes less on a machine with time.
LONGEST = 60.0
_NAMED = rf"^({NAME.pattern}(@[0-9a-f]{{1,8}})?|draft:[0-9]{{1,15}})$"


class ReplayBusy(HotlineError):
    """Another replay is under way."""

    slug = "replay-busy"


class ReplayTooLong(HotlineError):
    """A replay was ended because it took too long."""

    slug = "replay-too-long"


class ReplayRefused(HotlineError):
    """A replay that cannot be answered; the slug says why."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug


class ReplayRequest(BaseModel):
    """`flow` is direct, direct@3, draft:12 or, with `text`, the name of that draft. Without `day`
    one is invented; without `agents` those of the day are there, `after_call` is as measured."""

    model_config = ConfigDict(extra="forbid")

    flow: Annotated[str, Field(pattern=_NAMED, max_length=60)]
    text: Annotated[str | None, Field(max_length=SIZE_LIMIT)] = None
    day: date | None = None
    agents: Annotated[int | None, Field(ge=0, le=10_000)] = None
    runs: Annotated[int, Field(ge=1, le=10)] = 3
    seed: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    after_call: Annotated[float | None, Field(ge=0, le=3600)] = None


class PatienceAnswer(Answer):
    """How many of those who waited gave up, and the mean seconds of patience beyond that."""

    gave_up: int
    waited: int
    mean: float


class FigureAnswer(Answer):
    """A figure as it happened, as this method relives the day (`error` is the difference), and as
    predicted, from the least to the most of all runs."""

    measure: str
    version: int
    name_zh: str
    name_en: str
    formula: str
    unit: Unit
    happened: float | None
    relived: float | None
    error: float | None
    predicted: float | None
    least: float | None
    most: float | None


class ReplayAnswer(Answer):
    """What would have been; `source` synthetic is an invented day."""

    day: date
    source: Source
    flow: str
    calls: int
    agents: int | None
    most_agents: int
    runs: int
    seed: int
    after_call: float
    patience: PatienceAnswer
    rows: list[FigureAnswer]


_at_work = asyncio.Lock()


@router.post("")
async def post_replay(opened: Open, asked: ReplayRequest) -> ReplayAnswer:
    """Live a past day again with another flow and other staff, beside what really happened."""
    if _at_work.locked():
        raise ReplayBusy("Another replay is under way. Try again in a minute.")
    async with _at_work:
        told = await _reckon(asked.model_dump(mode="json"), opened.settings)
    if "answer" not in told:
        raise ReplayRefused(told["slug"], told["detail"])
    return ReplayAnswer.model_validate(told["answer"])


async def _reckon(asked: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Ask a process of our own. Raises ReplayTooLong."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "foresight.replay"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
        env={**os.environ, **_as_environment(settings)},
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), LONGEST)
    except TimeoutError:
        raise ReplayTooLong(
            f"The replay took more than {LONGEST:.0f} s; ask for fewer runs."
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found: dict[str, Any] = json.loads(out)
    return found


def _as_environment(settings: Settings) -> dict[str, str]:
    """Let the process see the hotline that this one serves."""
    return {
        "HOTLINE_HOME": str(settings.home),
        "HOTLINE_CONFIG_DIR": str(settings.config_dir),
        "HOTLINE_DATABASE_URL": settings.database_url,
    }
