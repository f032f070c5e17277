"""Counts the same calls a second time, from the switch's own lines and not from what we made of
them: a call that we lost, invented or judged wrongly shows as a doubt, and by name.

`hearing` asks day by day and keeps the answers; reports that count calls say what came of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight, utc_now
from queues.models import LOADED

# Nobody is joined with an agent later than this after the call began.
_LONGEST_WAY = timedelta(hours=6)

# The index ix_switch_event_witness holds these kinds and no others. A call that also tried a
# partner line is not judged by its bridges, since it takes more than their number to tell whose
# they were. Counting, not EXISTS: the few calls in question are looked up one by one that way,
# where the planner would else read all lines ever written. Half a second is the limit below which
# nobody has said a word.
_JUDGED = text("""
    WITH told AS (
        SELECT call_uid,
               min(at) FILTER (WHERE kind = 'HL-ARRIVED') AS arrived_at,
               bool_or(kind = 'CONNECT') AS picked_up,
               bool_or(kind = 'BRIDGE_ENTER') AS joined,
               bool_or(kind = 'HL-PARTNER') AS tried_partner
        FROM switch_event
        WHERE kind IN ('HL-ARRIVED', 'HL-PARTNER', 'CONNECT', 'BRIDGE_ENTER')
          AND call_uid <> '' AND at >= :begin AND at < :last
        GROUP BY call_uid
    ), counted AS (
        SELECT uid, outcome, ended_at FROM call
        WHERE day >= :since AND day < :until AND node <> :loaded
    ), both_sides AS (
        SELECT coalesce(uid, call_uid) AS call_uid, uid, outcome, ended_at,
               coalesce(arrived_at < :end, false) AS arrived,
               coalesce(picked_up, false) AS picked_up, coalesce(joined, false) AS joined,
               coalesce(picked_up AND joined AND NOT tried_partner, false) AS may_have_talked
        FROM counted FULL JOIN told ON told.call_uid = counted.uid
    ), judged AS MATERIALIZED (
        SELECT call_uid, arrived,
               uid IS NOT NULL AND picked_up AND joined AS answered, CASE
            WHEN uid IS NULL AND arrived AND 0 =
                 (SELECT count(*) FROM call WHERE call.uid = both_sides.call_uid)
                THEN 'arrived and is not counted'
            WHEN uid IS NOT NULL AND NOT arrived AND 0 =
                 (SELECT count(*) FROM switch_event AS any_line
                  WHERE any_line.call_uid = both_sides.call_uid)
                THEN 'is counted and no line tells of it'
            WHEN outcome = 'answered' AND NOT picked_up AND NOT joined
                THEN 'counts as answered and nobody picked up'
            WHEN uid IS NOT NULL AND outcome <> 'answered' AND may_have_talked AND 0 <
                 (SELECT count(*) FROM switch_event AS entry
                  WHERE entry.call_uid = both_sides.call_uid AND entry.kind = 'BRIDGE_ENTER'
                    AND entry.line LIKE '%"BRIDGE_ENTER","' || entry.call_uid || '"%'
                    AND NOT EXISTS (SELECT FROM switch_event AS leave
                        WHERE leave.call_uid = entry.call_uid AND leave.kind = 'BRIDGE_EXIT'
                          AND leave.at BETWEEN entry.at AND entry.at + interval '0.5 seconds'))
                THEN 'talked with an agent and does not count as answered'
        END AS why
        FROM both_sides
    )
    SELECT why, count(*) FILTER (WHERE arrived) AS arrivals,
           count(*) FILTER (WHERE answered) AS answered,
           (array_agg(call_uid ORDER BY call_uid) FILTER (WHERE why IS NOT NULL))[1:100] AS uids
    FROM judged GROUP BY why ORDER BY why
""")

# To compile this statement takes longer than to run it.
_NO_JIT = text("SET LOCAL jit = off")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call about which the lines and our count disagree."""

    uid: str
    why: str


@dataclass(frozen=True, slots=True)
class Witness:
    """What the lines say of a period: calls that arrived, calls in which an agent was met.

    The second includes agents who were gone before the first word, and talks with partner lines
    after one had picked up: it may be higher than the calls of class answered without a doubt about
    any. At most a hundred doubts of a kind. `as_of` is when they were asked, the earliest instant
    of several; `unheard` the days with calls about which they were not asked yet.
    """

    arrivals: int = 0
    answered: int = 0
    doubts: Sequence[Doubt] = field(default_factory=tuple)
    as_of: datetime | None = None
    unheard: int = 0


async def ask_the_lines(session: AsyncSession, since: date, until: date) -> Witness:
    """Count the calls of the local days [since, until) by their lines and compare."""
    as_of, begin, end = utc_now(), midnight(since), midnight(until)
    await session.execute(_NO_JIT)
    found = await session.execute(
        _JUDGED,
        {
            "since": since,
            "until": until,
            "begin": begin,
            "end": end,
            "last": end + _LONGEST_WAY,
            "loaded": LOADED,
        },
    )
    rows = found.all()
    return Witness(
        arrivals=sum(row.arrivals for row in rows),
        answered=sum(row.answered for row in rows),
        doubts=tuple(Doubt(uid, row.why) for row in rows if row.why for uid in row.uids),
        as_of=as_of,
    )
