"""Counts tickets, by any of their sides at once, and lists the tickets behind a number.

A ticket belongs to the local day it came in. Tickets of calls that no agent heard are calls and no
matters: they are counted by the reports of calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight, utc_now
from core.errors import HotlineError
from reports.ticket_counts import TICKET_SELECTIONS, TICKET_SUMS, TicketCounts
from tickets.city import City
from tickets.states import ENDED

TicketPlace = tuple[datetime, int]


class Scope(StrEnum):
    """Whose matters: what citizens brought themselves, what service teams brought from visits."""

    CITIZENS = "citizens"
    VISITS = "visits"
    ALL = "all"


class Dated(StrEnum):
    """By which instant a ticket belongs to a period."""

    RECEIVED = "new_at"
    ARCHIVED = "closed_at"


class Nature(StrEnum):
    """诉求性质 as bulletins print it: types that are published as one are one."""

    HELP = "求助"
    CONSULTATION = "咨询"
    INVALID = "无效"
    COMPLAINT = "投诉举报"
    SUGGESTION = "建议"
    OTHER = "其它"
    UNTOLD = "未定"


class TicketGrouping(StrEnum):
    """What a row of a report of tickets stands for."""

    UNIT = "unit"
    CATEGORY = "category"
    NATURE = "nature"
    TYPE = "type"
    CHANNEL = "channel"
    AREA = "area"
    DAY = "day"
    MONTH = "month"


class UnknownTicketSelection(HotlineError):
    """Nobody counts tickets by that name."""

    slug = "unknown-ticket-selection"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no number {name!r}. Choose one of: {', '.join(TICKET_SELECTIONS)}."
        )


_ENDED = ", ".join(f"'{state}'" for state in sorted(ENDED))
_LOCAL = "new_at AT TIME ZONE 'Asia/Shanghai'"
_KEYS = {
    TicketGrouping.UNIT: "coalesce(lead, '')",
    TicketGrouping.CATEGORY: "coalesce(category, '')",
    TicketGrouping.NATURE: f"""CASE WHEN state = 'INVALID' THEN '{Nature.INVALID}'
        WHEN type = 'QZ' THEN '{Nature.HELP}' WHEN type = 'ZX' THEN '{Nature.CONSULTATION}'
        WHEN type IN ('TS', 'JB') THEN '{Nature.COMPLAINT}'
        WHEN type = 'JY' THEN '{Nature.SUGGESTION}' WHEN type IS NULL THEN '{Nature.UNTOLD}'
        ELSE '{Nature.OTHER}' END""",
    TicketGrouping.TYPE: "coalesce(type, '')",
    TicketGrouping.CHANNEL: "channel",
    TicketGrouping.AREA: "coalesce(area, '')",
    TicketGrouping.DAY: f"to_char({_LOCAL}, 'YYYY-MM-DD')",
    TicketGrouping.MONTH: f"to_char({_LOCAL}, 'YYYY-MM')",
}
_CLOCKS = {"dispatch": "dispatch", "sign": "sign", "contact": "first-contact", "handle": "handle"}


def _clock(name: str, kind: str) -> str:
    there = f"kind = '{kind}'"
    return f"""
        bool_or({there}) AS {name}_there,
        bool_or({there} AND stopped_at IS NULL) AS {name}_runs,
        bool_or({there} AND coalesce(stopped_at, paused_at, :now) > due_at) AS {name}_late"""


# One row for each ticket. A clock never starts before its ticket comes in.
_FACTS = f"""
    chosen AS MATERIALIZED (
        SELECT t.id, t.number, t.channel, t.state, t.new_at, t.closed_at,
               t.state IN ({_ENDED}) AS ended, m.type, m.category, m.area, m.lead,
               coalesce(m.dispatches, 0) AS dispatches, coalesce(m.dispatches, 0) > 0 AS handed,
               m.redos, m.extended, m.adjudicated, m.suspended_days, m.solved,
               t.new_at - lag(t.new_at) OVER (PARTITION BY t.caller, m.category ORDER BY t.new_at)
                   AS since_same_any, t.caller
        FROM ticket AS t LEFT JOIN matter AS m ON m.ticket_id = t.id
        WHERE t.DATED >= :begin AND t.DATED < :end
          AND (CAST(:scope AS text) = 'all' OR (t.channel = 'visit') = (:scope = 'visits'))
          AND (t.call_uid IS NULL OR t.outcome IS NULL OR m.ticket_id IS NOT NULL
               OR t.outcome IN ('answered', 'voicemail', 'callback_taken'))
    ), clocks AS (
        SELECT ticket_id, {", ".join(_clock(*clock) for clock in _CLOCKS.items())},
               min(started_at) FILTER (WHERE kind = 'handle') AS handed_at,
               max(stopped_at) FILTER (WHERE kind = 'handle') AS handled_at,
               max(started_at) FILTER (WHERE kind = 'follow-up') AS settled_at
        FROM ticket_clock WHERE ticket_id IN (SELECT id FROM chosen) GROUP BY ticket_id
    ), told AS (
        SELECT ticket_id, count(*) AS returns FROM ticket_event
        WHERE act = 'ask-return' AND ticket_id IN (SELECT id FROM chosen) GROUP BY ticket_id
    ), asked AS (
        SELECT ticket_id, count(handling) AS answers,
               count(*) FILTER (WHERE handling <= 3) AS content_answers,
               sum((SELECT count(*) FROM follow_up_attempt AS a WHERE a.follow_up_id = f.id))
                   AS follow_up_calls
        FROM follow_up AS f WHERE ticket_id IN (SELECT id FROM chosen) GROUP BY ticket_id
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


@dataclass(frozen=True, slots=True)
class TicketInList:
    """A ticket behind a number."""

    id: int
    number: str
    new_at: datetime
    channel: str
    state: str
    type: str | None
    category: str | None
    lead: str | None


async def tally(
    session: AsyncSession,
    city: City,
    since: date,
    until: date,
    groupings: Sequence[TicketGrouping] = (),
    scope: Scope = Scope.CITIZENS,
    *,
    dated: Dated = Dated.RECEIVED,
) -> dict[TicketGrouping | None, dict[str, TicketCounts]]:
    """Count the tickets of the local days [since, until): all together under None and 'total', and
    under each grouping by its keys; a ticket belongs to the day it came in, or was archived.
    '' is the key of tickets without one.
    """
    amounts = [
        *(f"count(*) FILTER (WHERE {sql})" for sql in TICKET_SELECTIONS.values()),
        *(f"coalesce(sum({_in_workdays(sql)}), 0)" for sql in TICKET_SUMS.values()),
    ]
    keys = [f"{_KEYS[grouping]} AS {grouping}_key" for grouping in groupings]
    sets = ", ".join(["()", *(f"({grouping}_key)" for grouping in groupings)])
    marks = ", ".join(f"grouping({grouping}_key)" for grouping in groupings)
    names = ", ".join(f"{grouping}_key" for grouping in groupings)
    query = f"""
        WITH {_FACTS.replace("DATED", dated)}, keyed AS (SELECT {", ".join(["*", *keys])} FROM fact)
        SELECT {", ".join(filter(None, [marks, names, *amounts]))} FROM keyed
        GROUP BY GROUPING SETS ({sets})
    """  # noqa: S608 - made of our own words
    await _make_room(session)
    rows = await session.execute(text(query), _parameters(city, since, until, scope))
    return _sorted(rows.all(), groupings)


async def tickets_behind(
    session: AsyncSession,
    city: City,
    since: date,
    until: date,
    selection: str,
    *,
    grouping: TicketGrouping | None = None,
    key: str | None = None,
    scope: Scope = Scope.CITIZENS,
    limit: int = 50,
    before: TicketPlace | None = None,
) -> list[TicketInList]:
    """Return the tickets a number counted, newest first. Raises UnknownTicketSelection."""
    if selection not in TICKET_SELECTIONS:
        raise UnknownTicketSelection(selection)
    conditions = [TICKET_SELECTIONS[selection]]
    given: dict[str, object] = {"limit": limit}
    if grouping is not None and key is not None:
        conditions.append(f"{_KEYS[grouping]} = :key")
        given["key"] = key
    if before is not None:
        conditions.append("(new_at, id) < (:at, :tie)")
        given |= {"at": before[0], "tie": before[1]}
    query = f"""
        WITH {_FACTS.replace("DATED", Dated.RECEIVED)}
        SELECT id, number, new_at, channel, state, type, category, lead FROM fact
        WHERE {" AND ".join(f"({condition})" for condition in conditions)}
        ORDER BY new_at DESC, id DESC LIMIT :limit
    """  # noqa: S608 - made of our own words
    await _make_room(session)
    rows = await session.execute(text(query), _parameters(city, since, until, scope) | given)
    return [TicketInList(*row) for row in rows]


async def _make_room(session: AsyncSession) -> None:
    """Let a quarter's tickets be joined in memory; compiling would take longer than it saves."""
    await session.execute(text("SET LOCAL jit = off"))
    await session.execute(text("SET LOCAL work_mem = '128MB'"))


def _in_workdays(sql: str) -> str:
    """Number an instant's working day; days off have the number of the one before."""
    if "workday_of(" not in sql:
        return sql
    for name in ("settled_at", "handed_at"):
        day = f"({name} AT TIME ZONE 'Asia/Shanghai')::date"
        counted = f"width_bucket({day}, CAST(:workdays AS date[]))"
        sql = sql.replace(f"workday_of({name})", counted)
    return sql


def _parameters(city: City, since: date, until: date, scope: Scope) -> dict[str, object]:
    return {
        "begin": midnight(since),
        "end": midnight(until),
        "now": utc_now(),
        "scope": scope,
        "workdays": _workdays(city, since, until + timedelta(days=400)),
    }


def _workdays(city: City, since: date, until: date) -> list[date]:
    found = []
    for day in city.time.workdays.after(since - timedelta(days=1)):
        if day >= until:
            break
        found.append(day)
    return found


def _sorted(
    rows: Sequence[Sequence[object]], groupings: Sequence[TicketGrouping]
) -> dict[TicketGrouping | None, dict[str, TicketCounts]]:
    found: dict[TicketGrouping | None, dict[str, TicketCounts]] = {None: {"total": TicketCounts()}}
    found |= {grouping: {} for grouping in groupings}
    count = len(groupings)
    for row in rows:
        marks, keys, amounts = row[:count], row[count : 2 * count], row[2 * count :]
        mine = next((g for g, mark in zip(groupings, marks, strict=True) if mark == 0), None)
        key = str(keys[list(groupings).index(mine)]) if mine else "total"
        found[mine][key] = _counts(amounts)
    return {grouping: dict(sorted(by_key.items())) for grouping, by_key in found.items()}


def _counts(amounts: Sequence[object]) -> TicketCounts:
    numbers = [float(str(amount)) for amount in amounts]
    selected = zip(TICKET_SELECTIONS, numbers[: len(TICKET_SELECTIONS)], strict=True)
    return TicketCounts(
        selected={name: int(number) for name, number in selected},
        sums=dict(zip(TICKET_SUMS, numbers[len(TICKET_SELECTIONS) :], strict=True)),
    )


def counts_by(
    found: Mapping[TicketGrouping | None, Mapping[str, TicketCounts]], grouping: TicketGrouping
) -> Mapping[str, TicketCounts]:
    """Return the rows of a grouping, most tickets first."""
    rows = found[grouping].items()
    return dict(sorted(rows, key=lambda row: (-row[1].of("received"), row[0])))
