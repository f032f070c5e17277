"""GET /health: whether the parts this hotline needs are there, for supervisors and people."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from pydantic import BaseModel
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.resources import Open, Resources
from reports.alarms import alarms
from reports.freshness import freshness

router = APIRouter(tags=["health"])

# Whoever asks must have an answer even when a server accepts and then says nothing.
_PATIENCE = 4.0


class Part(BaseModel):
    """One part; `says` is a sentence when it is not well."""

    ok: bool
    took_ms: float
    says: str | None = None
    silent_seconds: float | None = None
    unread_bytes: int | None = None


class Health(BaseModel):
    """The whole is well when every part is.

    `figures` says whether they add up; if not, a person has to look, but the hotline works.
    """

    ok: bool
    parts: dict[str, Part]
    figures: Part


@router.get("/health", responses={503: {"model": Health, "description": "Some part is not well."}})
async def health(opened: Open, response: Response) -> Health:
    """Say how database, Redis and ledger are. 200 when all are well, 503 when one is not."""
    names = ("database", "redis", "ledger")
    *checked, figures = await asyncio.gather(
        *(_timed(check, opened) for check in (_database, _redis, _ledger, _figures))
    )
    parts = dict(zip(names, checked, strict=True))
    answer = Health(ok=all(part.ok for part in checked), parts=parts, figures=figures)
    if not answer.ok:
        response.status_code = 503
    return answer


async def _timed(check: Callable[[Resources], Awaitable[Part]], opened: Resources) -> Part:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(_PATIENCE):
            part = await check(opened)
    except TimeoutError:
        part = _ill(f"no answer within {_PATIENCE:.0f} s")
    except (SQLAlchemyError, RedisError, OSError) as error:
        part = _ill(str(error).splitlines()[0] if str(error) else type(error).__name__)
    part.took_ms = round((time.perf_counter() - began) * 1000, 1)
    return part


async def _database(opened: Resources) -> Part:
    async with opened.sessions() as session:
        await session.execute(text("SELECT 1"))
    return Part(ok=True, took_ms=0)


async def _redis(opened: Resources) -> Part:
    await opened.redis.ping()
    return Part(ok=True, took_ms=0)


async def _ledger(opened: Resources) -> Part:
    async with opened.sessions() as session:
        now = await freshness(session)
    silent = None if now.silent_seconds is None else round(now.silent_seconds, 1)
    return Part(
        ok=now.is_fresh,
        took_ms=0,
        says=None if now.is_fresh else "the ledger does not read the switch's files",
        silent_seconds=silent,
        unread_bytes=now.unread_bytes,
    )


async def _figures(opened: Resources) -> Part:
    async with opened.sessions() as session:
        found = await alarms(session)
    if found:
        return _ill(f"{len(found)} calls keep the figures from adding up: /api/reports/alarms")
    return Part(ok=True, took_ms=0)


def _ill(sentence: str) -> Part:
    return Part(ok=False, took_ms=0, says=sentence)
