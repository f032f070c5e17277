"""Figures of handing over, by partner line, and the attempts behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from reports.definitions.transfers import TransferCounts

_ATTEMPTS = """
    FROM call, jsonb_array_elements(call.parties -> 'transfers') AS attempt
    WHERE call.day >= :since AND call.day < :until AND call.ended_at IS NOT NULL
"""
_COUNTED = text(f"""
    SELECT attempt ->> 'partner' AS partner,
        count(*) FILTER (WHERE attempt ->> 'how' = 'menu') AS by_menu,
        count(*) FILTER (WHERE attempt ->> 'how' <> 'menu') AS by_agent,
        count(*) FILTER (WHERE attempt ->> 'outcome' = 'accepted') AS accepted,
        count(attempt ->> 'answered') AS answered,
        coalesce(sum((attempt ->> 'answered')::float8 - (attempt ->> 'asked')::float8), 0)
            AS answer_seconds,
        count(attempt ->> 'back_to') AS came_back
    {_ATTEMPTS} AND attempt ->> 'how' NOT IN ('data', 'guidance')
    GROUP BY 1 ORDER BY 1
""")
_LISTED = text(f"""
    SELECT call.uid, attempt {_ATTEMPTS} ORDER BY (attempt ->> 'asked')::float8 DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as the ledger keeps it, and its call."""

    call: str
    told: dict[str, Any]


async def transfer_counts(
    session: AsyncSession, since: date, until: date
) -> dict[str, TransferCounts]:
    """Count the attempts of ended calls of the days from `since` up to but not including `until`.

    By partner code; a line that nobody was handed over to is left out.
    """
    rows = await session.execute(_COUNTED, {"since": since, "until": until})
    return {
        row["partner"]: TransferCounts(**{k: v for k, v in row.items() if k != "partner"})
        for row in rows.mappings()
    }


async def newest_attempts(
    session: AsyncSession, since: date, until: date, limit: int
) -> Sequence[Attempt]:
    """Return the newest attempts of those days, voiceless ones among them."""
    rows = await session.execute(_LISTED, {"since": since, "until": until, "limit": limit})
    return [Attempt(uid, told) for uid, told in rows]
