"""Versions of flows side by side: the same measures over the calls that each of them served.

The calls themselves say which version they ran on, so nothing is counted twice or by guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from queues.models import Call
from reports.amounts import AMOUNTS, counts_of
from reports.counts import Counts
from reports.definitions import BY_ID, CallMeasure

# A flow and the hash of one of its versions, as calls carry them.
Ran = tuple[str, str]

_IDS = (
    "arrivals",
    "human_requests",
    "answered",
    "answer_rate_gross",
    "answer_rate_net",
    "answered_in_15s_over_offered",
    "mean_wait_from_call",
    "mean_wait_answered",
    "abandon_rate",
)
SIDE_BY_SIDE: tuple[CallMeasure, ...] = tuple(BY_ID[one] for one in _IDS)


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """What one version did for its callers; a figure is None where there is nothing to divide."""

    counts: Counts
    figures: Mapping[str, float | None]


async def compare_versions(
    session: AsyncSession,
    versions: Sequence[Ran],
    lines: Sequence[str],
    since: datetime,
    until: datetime,
) -> dict[Ran, VersionFigures]:
    """Measure each version over the calls of these lines that began in [since, until)."""
    query = (
        select(Call.flow, Call.flow_version, *AMOUNTS.values())
        .where(Call.started_at >= since, Call.started_at < until, Call.line.in_(lines))
        .where(tuple_(Call.flow, Call.flow_version).in_(versions))
        .group_by(Call.flow, Call.flow_version)
    )
    told = {
        (flow, version): counts_of(amounts)
        for flow, version, *amounts in await session.execute(query)
    }
    return {one: _figures(told.get(one, Counts())) for one in versions}


def _figures(counts: Counts) -> VersionFigures:
    return VersionFigures(counts, {one.id: one.value(counts) for one in SIDE_BY_SIDE})
