"""Today's figures for wallboards: the measures of `definitions`, over the ledger's calls so far.

The jobs process computes them every second and puts them beside the live picture in Redis. They are
the same code as every report; `live_check` compares what hangs on the wall with a count of its own.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from queues.live_store import live_key
from queues.models import Call
from reports.alerts import SHOWN as SHOWN_FOR
from reports.alerts import Alert, alerts_since
from reports.amounts import AMOUNTS, counts_of
from reports.counts import Counts
from reports.definitions import MEASURES, CallMeasure
from reports.rollups import NO_JIT, counted
from reports.selections import Grouping

SHOWN = (
    "arrivals",
    "human_requests",
    "answered",
    "abandoned_total",
    "abandoned_short",
    "answer_rate_gross",
    "answer_rate_net",
    "answered_in_15s_over_offered",
    "mean_wait_answered",
)
"""Measures on the wall, by id."""

LATELY = timedelta(minutes=30)
"""How far back "now" reaches: a rate needs calls to be a rate of."""

_DAY = timedelta(days=1)
_BY_ID: Mapping[str, CallMeasure] = {measure.id: measure for measure in MEASURES}

Figures = dict[str, Any]


async def live_figures(session: AsyncSession) -> Figures:
    """Return {as_of, today, lately, queues: {name: …}, versions, alerts}, values by measure id.

    `today` and `queues` are calls that began since midnight, `lately` those of the last 30 minutes;
    `versions` says by which version of each definition. `alerts` are the emergency buttons that no
    supervisor has taken note of, without the agents' words.
    """
    as_of = utc_now()
    today = local_day(as_of)
    queues = await counted(session, today, today + _DAY, Grouping.QUEUE)
    return {
        "as_of": as_of.isoformat(),
        "today": values(sum(queues.values(), Counts())),
        "lately": values(await counted_since(session, as_of - LATELY)),
        "queues": {name: values(counts) for name, counts in queues.items() if name},
        "versions": {name: _BY_ID[name].version for name in SHOWN},
        "alerts": [_on_the_wall(one) for one in await alerts_since(session, as_of - SHOWN_FOR)],
    }


def _on_the_wall(alert: Alert) -> dict[str, str]:
    return {
        "call": alert.call,
        "at": alert.at.isoformat(),
        "cause": alert.cause,
        "agent": alert.agent,
        "partner": alert.partner,
    }


def values(counts: Counts) -> dict[str, float | None]:
    """Return the measures on the wall of some calls."""
    return {name: _BY_ID[name].value(counts) for name in SHOWN}


def shown_measures() -> list[CallMeasure]:
    """Return the definitions of what is on the wall."""
    return [_BY_ID[name] for name in SHOWN]


async def counted_since(session: AsyncSession, instant: datetime) -> Counts:
    """Count the calls that began since an instant, one by one and not from counted tables."""
    await session.execute(NO_JIT)
    amounts = (amount.label(name) for name, amount in AMOUNTS.items())
    row = (await session.execute(select(*amounts).where(Call.started_at >= instant))).one()
    return counts_of(row)


async def hang_up(redis: Redis, node: str, name: str, document: Mapping[str, Any]) -> None:
    """Put a document on the wall: `figures` or `check`."""
    text = json.dumps(document, ensure_ascii=False)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(live_key(node, name), text)
        pipe.publish(live_key(node, "changes"), json.dumps({name: document}, ensure_ascii=False))
        await pipe.execute()
