"""Counts tickets, by any of their sides at once, and lists the tickets behind a number.

A ticket belongs to the local day it came in. Tickets of calls that no agent heard are calls and no
matters: they are counted by the reports of calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import HotlineError
from reports.ticket_counts import TICKET_SELECTIONS, TICKET_SUMS, TicketCounts
from reports.ticket_facts import Dated, Scope, facts, make_room, parameters
from reports.ticket_sides import KEYS, TicketGrouping
from tickets.city import City

TicketPlace = tuple[datetime, int]


class UnknownTicketSelection(HotlineError):
    """Nobody counts tickets by that name."""

    slug = "unknown-ticket-selection"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no number {name!r}. Choose one of: {', '.join(TICKET_SELECTIONS)}."
        )


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
        *(f"coalesce(sum({sql}), 0)" for sql in TICKET_SUMS.values()),
    ]
    keys = [f"{KEYS[grouping]} AS {grouping}_key" for grouping in groupings]
    sets = ", ".join(["()", *(f"({grouping}_key)" for grouping in groupings)])
    marks = ", ".join(f"grouping({grouping}_key)" for grouping in groupings)
    names = ", ".join(f"{grouping}_key" for grouping in groupings)
    query = f"""
        WITH {facts(dated)}, keyed AS (SELECT {", ".join(["*", *keys])} FROM fact)
        SELECT {", ".join(filter(None, [marks, names, *amounts]))} FROM keyed
        GROUP BY GROUPING SETS ({sets})
    """  # noqa: S608 - made of our own words
    await make_room(session)
    rows = await session.execute(text(query), parameters(city, since, until, scope))
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
        conditions.append(f"{KEYS[grouping]} = :key")
        given["key"] = key
    if before is not None:
        conditions.append("(new_at, id) < (:at, :tie)")
        given |= {"at": before[0], "tie": before[1]}
    query = f"""
        WITH {facts(Dated.RECEIVED)}
        SELECT id, number, new_at, channel, state, type, category, lead FROM fact
        WHERE {" AND ".join(f"({condition})" for condition in conditions)}
        ORDER BY new_at DESC, id DESC LIMIT :limit
    """  # noqa: S608 - made of our own words
    await make_room(session)
    rows = await session.execute(text(query), parameters(city, since, until, scope) | given)
    return [TicketInList(*row) for row in rows]


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
