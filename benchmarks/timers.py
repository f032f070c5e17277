"""`python -m benchmarks.timers`: the timers' pass over half a million open tickets, and the ticket
that is written when its call ends beside the same rows by bare SQL. By itself, about three minutes.

The alarms that have come are found by one worker alone and by two processes at once, which together
must issue each card once. Calls end a hundred a second; what is timed is the whole transaction.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.database import scratch_database
from benchmarks.figures import Figure, ratio
from benchmarks.report import verdict
from benchmarks.rounds import interleave
from benchmarks.scratch import environment_of, plain_url
from core.database import make_engine, make_sessions
from core.settings import CHECKOUT, Settings, get_settings
from tickets.cards.repository import fall_due
from tickets.cards.timer import watch
from tickets.city import load_city
from tickets.outcomes import Outcome
from tickets.service import CallForTicket, close_for_calls, open_for_calls

OPEN, QUICK, DUE = 500_000, 50_000, 1_000
ROUNDS, ENDS, A_SECOND = 7, 500, 100
LONGEST_S, LONGEST_MS, LEAST = 2.0, 20.0, 0.5
CALLERS = ("ours", "bare SQL")
NOW = datetime(2026, 12, 2, 1, tzinfo=UTC)

# Signed by forty units on ordinary days before; one clock each, most of them due days from now.
_FILL = """
    INSERT INTO ticket (number, channel, external_id, query_code, line, state, new_at)
    SELECT 'LC' || n, 'web', n, '000000', '12345', 'SIGNED', %(now)s - interval '5 days'
    FROM generate_series(1, %(open)s) AS n;
    INSERT INTO matter (ticket_id, type, urgency, category, area, lead, changed_at)
    SELECT id, 'QZ', 'normal', '0401', '371502', 'ZJJ', new_at FROM ticket;
    INSERT INTO ticket_task (ticket_id, unit, role, opened_at)
    SELECT id, 'ZJJ', 'lead', new_at FROM ticket;
    INSERT INTO ticket_hop (ticket_id, holder, state, since_at)
    SELECT id, 'ZJJ', 'SIGNED', new_at FROM ticket;
    INSERT INTO ticket_clock (ticket_id, kind, unit, "limit", started_at, first_due_at, due_at,
                              provisional, edition, next_card, alert_at)
    SELECT id, 'handle', 'ZJJ', '5 wd', new_at, due, due, false, %(edition)s, 'red', due
    FROM (SELECT ticket.id, new_at, %(now)s + make_interval(mins => 1 + (id %% 7000)::int) AS due
          FROM ticket) AS ticket;
"""
# What a minute brings. All of the city's deadlines end at midnight, so it may be many at once.
_COME_DUE = text("""
    WITH these AS (SELECT id FROM ticket_clock
                   WHERE card IS NULL AND alert_at > :now ORDER BY id LIMIT :due)
    UPDATE ticket_clock AS clock
    SET first_due_at = :due_at, due_at = :due_at, alert_at = :due_at FROM these
    WHERE clock.id = these.id
""")
_PUT_OFF = text("""
    UPDATE ticket_clock SET alert_at = alert_at + interval '7 days' WHERE due_at < :now
""")
_SILENCE = text("""
    UPDATE ticket_clock SET alert_at = NULL, next_card = NULL WHERE due_at < :now
""")
_TWICE = text("""
    SELECT count(*), count(*) FILTER (WHERE state = 'issued'), count(DISTINCT clock_id),
           (SELECT count(*) FROM notice) FROM ticket_card
""")
_BARE = (
    "SELECT id FROM ticket WHERE call_uid = %s FOR UPDATE",
    "UPDATE ticket SET state = 'NEW', outcome = 'answered', call_ended_at = %s,"
    " first_agent = '8013', talk_seconds = 100 WHERE id = %s",
    "INSERT INTO ticket_event (ticket_id, from_state, to_state, actor, reason, at)"
    " VALUES (%s, 'NEW', 'NEW', 'ledger', 'call ended: answered', %s)",
)


def main(settings: Settings, open_: int) -> None:
    """Fill, measure and print."""
    city = load_city(settings.config_dir)
    began = time.monotonic()
    with psycopg.connect(plain_url(settings), autocommit=True) as connection:
        edition = city.time.workdays.edition()
        for statement in _FILL.split(";")[:-1]:
            connection.execute(statement, {"now": NOW, "open": open_, "edition": edition})
        connection.execute("VACUUM ANALYZE")
    print(f"{open_:,} open tickets written in {time.monotonic() - began:.0f} s")
    with asyncio.Runner() as loop:
        engine = make_engine(settings.database)
        _tell("a pass with nothing due", [loop.run(_pass(engine, settings)) for _ in range(ROUNDS)])
        _tell(f"finding {DUE:,} that are due", [loop.run(_find(engine)) for _ in range(ROUNDS)])
        _two_workers(loop, engine, settings)
        _call_ends(loop, engine, settings)
        loop.run(engine.dispose())


def _tell(what: str, seconds: list[float]) -> None:
    figure = Figure.of(seconds)
    print(f"{what:26} s {figure.text(3)} {verdict(figure.high <= LONGEST_S)}")


async def _pass(engine: AsyncEngine, settings: Settings) -> float:
    city = load_city(settings.config_dir)
    began = time.perf_counter()
    await watch(make_sessions(engine), city, NOW)
    return time.perf_counter() - began


async def _find(engine: AsyncEngine) -> float:
    """Find what a minute brings, and take it back."""
    async with engine.begin() as connection:
        await connection.execute(_COME_DUE, _due())
    async with make_sessions(engine)() as session:
        began = time.perf_counter()
        found = await fall_due(session, NOW, DUE)
        took = time.perf_counter() - began
        await session.rollback()
    if found != DUE:
        raise SystemExit(f"{found} of {DUE} clocks were found")
    async with engine.begin() as connection:
        await connection.execute(_PUT_OFF, {"now": NOW})
    return took


def _two_workers(loop: asyncio.Runner, engine: AsyncEngine, settings: Settings) -> None:
    async def come_due() -> None:
        async with engine.begin() as connection:
            await connection.execute(_SILENCE, {"now": NOW})
            await connection.execute(_COME_DUE, _due())

    loop.run(come_due())
    began = time.perf_counter()
    line = [sys.executable, "-m", "benchmarks.timers", "--worker"]
    workers = [subprocess.Popen(line, cwd=CHECKOUT, env=environment_of(settings)) for _ in range(2)]
    if any(worker.wait(600) for worker in workers):
        raise SystemExit("a worker failed")
    took = time.perf_counter() - began

    async def count() -> tuple[int, ...]:
        async with engine.connect() as connection:
            return tuple((await connection.execute(_TWICE)).one())

    once = loop.run(count()) == (DUE, DUE, DUE, DUE)
    print(
        f"two workers, {DUE:,} cards       s {took:.1f}, {DUE / took:.0f} a second with their"
        f" start; each once: {'yes' if once else 'NO'}"
    )


def work(settings: Settings) -> None:
    """One of the two workers: a pass of its own."""

    async def once() -> None:
        engine = make_engine(settings.database)
        await watch(make_sessions(engine), load_city(settings.config_dir), NOW)
        await engine.dispose()

    asyncio.run(once())


def _call_ends(loop: asyncio.Runner, engine: AsyncEngine, settings: Settings) -> None:
    seen = interleave(
        CALLERS,
        lambda name: loop.run(
            _ours(engine) if name == "ours" else _bare(engine, plain_url(settings))
        ),
        ROUNDS,
    )
    ours, bare = seen["ours"], seen["bare SQL"]
    figure, share = Figure.of(ours), ratio(bare, ours)
    print(
        f"ticket of an ended call, p99 ms {figure.text(1)} {verdict(figure.median <= LONGEST_MS)}; "
        f"bare SQL {Figure.of(bare).text(1)}, {share.text(2)} {verdict(share.median >= LEAST)}"
    )


async def _ours(engine: AsyncEngine) -> float:
    sessions, calls = make_sessions(engine), await _begun(engine)

    async def end(n: int) -> None:
        async with sessions.begin() as session:
            await close_for_calls(session, [calls[n]])

    return await _paced(end)


async def _bare(engine: AsyncEngine, url: str) -> float:
    calls = await _begun(engine)
    connection = await psycopg.AsyncConnection.connect(url)

    async def end(n: int) -> None:
        async with connection.transaction():
            found = await (await connection.execute(_BARE[0], [calls[n].uid])).fetchone()
            ticket = found[0] if found else None
            await connection.execute(_BARE[1], [calls[n].ended_at, ticket])
            await connection.execute(_BARE[2], [ticket, calls[n].ended_at])

    async with connection:
        return await _paced(end)


async def _begun(engine: AsyncEngine) -> list[CallForTicket]:
    """Calls whose tickets were opened when they arrived."""
    ended = datetime.now(UTC)  # noqa: TID251 - calls of this very moment
    calls = [
        CallForTicket(
            uid=f"{time.time_ns()}.{n}", started_at=ended - timedelta(seconds=100), line="12345",
            caller="13800000000", ended_at=ended, outcome=Outcome.ANSWERED, agent="8013",
            talk_seconds=100.0,
        )
        for n in range(ENDS)
    ]  # fmt: skip
    async with make_sessions(engine).begin() as session:
        await open_for_calls(session, calls)
    return calls


async def _paced(end: Callable[[int], Awaitable[None]]) -> float:
    """End calls at their instants, a hundred a second, each when the one before is written; return
    the milliseconds that all but one in a hundred stay below."""
    took, began = [], time.perf_counter()
    for n in range(ENDS):
        await asyncio.sleep(max(0.0, began + n / A_SECOND - time.perf_counter()))
        at = time.perf_counter()
        await end(n)
        took.append((time.perf_counter() - at) * 1000)
    return quantiles(took, n=100)[98]


def _due() -> dict[str, object]:
    return {"now": NOW, "due": DUE, "due_at": NOW - timedelta(hours=9)}


if __name__ == "__main__":
    if "--worker" in sys.argv:
        work(get_settings())
    else:
        with scratch_database(get_settings()) as here:
            main(here, QUICK if "--quick" in sys.argv else OPEN)
