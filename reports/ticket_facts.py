"""One row of facts for each ticket of a period: what counting and listing tickets look at."""

from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight, utc_now
from tickets.city import City
from tickets.states import ENDED


class Scope(StrEnum):
    """Whose matters: what citizens brought themselves, what service teams brought from visits."""

    CITIZENS = "citizens"
    VISITS = "visits"
    ALL = "all"


class Dated(StrEnum):
    """By which instant a ticket belongs to a period."""

    RECEIVED = "new_at"
    ARCHIVED = "closed_at"


# A ticket may be dispatched long before a period, and settled long after it.
_BEYOND = timedelta(days=400)
_ENDED = ", ".join(f"'{state}'" for state in sorted(ENDED))
_CLOCKS = {"dispatch": "dispatch", "sign": "sign", "contact": "first-contact", "handle": "handle"}


def _clock(name: str, kind: str) -> str:
    there = f"kind = '{kind}'"
    return f"""
        bool_or({there}) AS {name}_there,
        bool_or({there} AND stopped_at IS NULL) AS {name}_runs,
        bool_or({there} AND coalesce(stopped_at, paused_at, :now) > due_at) AS {name}_late"""


def facts(dated: Dated) -> str:
    """SQL of `fact`, one row for each ticket of a period, and of what it is made of."""
    return f"""
    chosen AS MATERIALIZED (
        SELECT t.id, t.number, t.channel, t.state, t.new_at, t.closed_at,
               t.state IN ({_ENDED}) AS ended, m.type, m.category, m.area, m.lead,
               coalesce(m.dispatches, 0) AS dispatches, coalesce(m.dispatches, 0) > 0 AS handed,
               m.redos, m.extended, m.adjudicated, m.suspended_days, m.solved,
               t.new_at - lag(t.new_at) OVER (PARTITION BY t.caller, m.category ORDER BY t.new_at)
                   AS since_same_any, t.caller
        FROM ticket AS t LEFT JOIN matter AS m ON m.ticket_id = t.id
        WHERE t.{dated} >= :begin AND t.{dated} < :end
          AND (CAST(:scope AS text) = 'all' OR (t.channel = 'visit') = (:scope = 'visits'))
          AND (t.call_uid IS NULL OR t.outcome IS NULL OR m.ticket_id IS NOT NULL
               OR t.outcome IN ('answered', 'voicemail', 'callback_taken'))
    ), clocks AS (
        SELECT ticket_id, {", ".join(_clock(*clock) for clock in _CLOCKS.items())},
               min(started_at) FILTER (WHERE kind = 'handle') AS handed_at,
               max(stopped_at) FILTER (WHERE kind = 'handle') AS handled_at,
               max(started_at) FILTER (WHERE kind = 'follow-up') AS settled_at
        FROM ticket_clock WHERE ticket_id IN (SELECT id FROM chosen WHERE handed) GROUP BY ticket_id
    ), told AS (
        SELECT ticket_id, count(*) AS returns FROM ticket_event
        WHERE act = 'ask-return' AND ticket_id IN (SELECT id FROM chosen WHERE handed)
        GROUP BY ticket_id
    ), asked AS (
        SELECT ticket_id, count(handling) AS answers,
               count(*) FILTER (WHERE handling <= 3) AS content_answers,
               sum((SELECT count(*) FROM follow_up_attempt AS a WHERE a.follow_up_id = f.id))
                   AS follow_up_calls
        FROM follow_up AS f WHERE ticket_id IN (SELECT id FROM chosen WHERE handed)
        GROUP BY ticket_id
    ), fact AS (
        SELECT chosen.*, clocks.*, coalesce(returns, 0) AS returns, coalesce(answers, 0) AS answers,
               coalesce(content_answers, 0) AS content_answers,
               CASE WHEN handed THEN follow_up_calls END AS follow_up_calls,
               CASE WHEN caller IS NOT NULL AND category IS NOT NULL THEN since_same_any END
                   AS since_same
        FROM chosen LEFT JOIN clocks ON clocks.ticket_id = chosen.id
        LEFT JOIN told ON told.ticket_id = chosen.id
        LEFT JOIN asked ON asked.ticket_id = chosen.id
    )
    """  # noqa: S608 - made of our own words


async def make_room(session: AsyncSession) -> None:
    """Let a quarter's tickets be joined in memory; compiling would take longer than it saves."""
    await session.execute(text("SET LOCAL jit = off"))
    await session.execute(text("SET LOCAL work_mem = '128MB'"))


def parameters(city: City, since: date, until: date, scope: Scope) -> dict[str, object]:
    """Return what `facts` and the sums over them ask for."""
    return {
        "begin": midnight(since),
        "end": midnight(until),
        "now": utc_now(),
        "scope": scope,
        "workdays": _workdays(city, since - _BEYOND, until + _BEYOND),
    }


def _workdays(city: City, since: date, until: date) -> list[date]:
    found = []
    for day in city.time.workdays.after(since - timedelta(days=1)):
        if day >= until:
            break
        found.append(day)
    return found
