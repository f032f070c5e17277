"""Loads a demonstration in one transaction: whole, or as if nothing had been.

Every row is one that calls, channels and people would have left, but for the lines of the switch:
`ledger verify` and the second count by the switch's lines pass these calls over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.errors import HotlineError
from demo import cases, rows
from demo.dealing import dealt
from demo.dues import Due, TypeLimits, dues_of, limits_of
from demo.published import PERIODS, VISITS, Period
from demo.rhythm import Hour, hours
from demo.stories import Way
from reports.recount import recount
from tickets.city import City

Progress = Callable[[str, float], None]

_IS_LOADED = text("""
    SELECT EXISTS (SELECT FROM call WHERE uid >= 'demo-' AND uid < 'demo.')
        OR EXISTS (SELECT FROM ticket WHERE external_id >= 'demo-' AND external_id < 'demo.')
""")
_HAS_DATA = text(
    "SELECT EXISTS (SELECT FROM call) OR EXISTS (SELECT FROM ticket) OR EXISTS (SELECT FROM matter)"
)
_COUNT = text("SELECT (SELECT count(*) FROM call), (SELECT count(*) FROM ticket)")
_ANALYZE = text(
    "ANALYZE call, ticket, matter, ticket_event, ticket_clock, ticket_task, ticket_hop, "
    "follow_up, follow_up_attempt"
)
_NO_JIT = text("SET LOCAL jit = off")
_STATEMENTS = (
    cases.CASES, cases.LIVES, rows.DAYS, rows.CALLS, rows.TICKETS, *rows.CLOCKS, *rows.TASKS,
    *(rows.events(way) for way in Way), *(rows.hops(way) for way in Way),
    *rows.FOLLOW_UPS, rows.CARDS,
    # Last: what is searched is made of the matter, once the rest of its ticket is there.
    rows.MATTERS,
)  # fmt: skip


class HomeInUse(HotlineError):
    """The home has data that a demonstration would mix with."""

    slug = "home-in-use"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a home has after loading."""

    calls: int
    tickets: int


async def load(
    sessions: async_sessionmaker[AsyncSession],
    city: City,
    by: str,
    *,
    force: bool = False,
    periods: Sequence[Period] = (*PERIODS, VISITS),
    progress: Progress = lambda *_: None,
) -> Loaded:
    """Load a demonstration and count it; `progress` is told a sentence and the share done.

    Raises HomeInUse for a home with calls or tickets unless forced, and always for one that has
    the demonstration already.
    """
    async with sessions.begin() as session:
        await _refuse(session, force)
        await session.execute(_NO_JIT)
        await _prepare(session, city, periods)
        opener = {"opener": f"demo, loaded by {by}", "edition": city.time.workdays.edition()}
        months = [(period, *month) for period in periods for month in _months(period)]
        for done, (period, since, until) in enumerate(months):
            progress(f"{since:%Y-%m}", done / (len(months) + 1))
            await _month(session, period, since, until, dealt(period, city) | opener)
    progress("counting half-hours", len(months) / (len(months) + 1))
    await recount(sessions)
    async with sessions.begin() as session:
        await session.execute(_ANALYZE)
        calls, tickets = (await session.execute(_COUNT)).one()
    return Loaded(calls, tickets)


async def _refuse(session: AsyncSession, force: bool) -> None:
    if await session.scalar(_IS_LOADED):
        raise HomeInUse("The demonstration is here already; it is loaded once.")
    if not force and await session.scalar(_HAS_DATA):
        raise HomeInUse(
            "This home has calls or tickets of its own, and a demonstration would stand among them "
            "for good. Load it into a fresh home (HOTLINE_HOME=…), or use --force."
        )


async def _prepare(session: AsyncSession, city: City, periods: Sequence[Period]) -> None:
    for statement in cases.PREPARE:
        await session.execute(text(statement))
    await session.execute(text(cases.LIMITS), _columns(TypeLimits, limits_of(city)))
    for period in periods:
        dues = list(dues_of(city, period.since, period.until))
        await session.execute(text(cases.DUES), _columns(Due, dues))
    await session.execute(text("ANALYZE demo_due"))


async def _month(
    session: AsyncSession, period: Period, since: date, until: date, parameters: dict[str, Any]
) -> None:
    await session.execute(text(cases.EMPTY))
    for statement, total in (
        (cases.CALLS_ARRIVE, period.calls),
        (cases.OTHERS_ARRIVE, sum(period.others.values())),
    ):
        begun = [h for h in hours(period.since, period.until, total) if since <= h.day < until]
        if begun:
            await session.execute(text(statement), parameters | _columns(Hour, begun))
    for statement in _STATEMENTS:
        await session.execute(text(statement), parameters)


def _months(period: Period) -> Iterator[tuple[date, date]]:
    since = period.since
    while since < period.until:
        next_ = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield since, min(next_, period.until)
        since = next_


def _columns(kind: type[Any], said: Sequence[Any]) -> dict[str, list[Any]]:
    """Return them as one list for each field, as `unnest` takes them."""
    dicts = [asdict(one) for one in said]
    return {field.name: [row[field.name] for row in dicts] for field in fields(kind)}
