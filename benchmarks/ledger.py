"""`python -m benchmarks.ledger [calls]`: the ledger reading a half-year's files into PostgreSQL,
beside a bare COPY of the same rows, and what verify and rebuild make of them.

All 632,919 calls unless fewer are asked for: a quarter of an hour, twelve gigabytes, removed
afterwards. The answer is known, so it is checked as well.
"""

import asyncio
import logging
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import structlog
from psycopg import Copy
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks import half_year
from benchmarks.database import scratch_database
from benchmarks.processes import cpu_seconds, family
from benchmarks.report import judged
from benchmarks.scratch import plain_url
from core.database import make_engine, make_sessions
from core.settings import Settings, get_settings
from queues.ledger.facts import Rules
from queues.ledger.ledger import Ledger
from queues.ledger.process import calm_collector
from queues.ledger.rebuild import rebuild
from queues.ledger.remaking import Days
from queues.ledger.verify import verify
from queues.models import Stream
from reports.answer_rate import Period
from reports.counts import Counts
from reports.miscounts import miscounted
from reports.recount import mark_days, recount
from reports.rollups import total
from tickets.outcomes import Outcome

TARGET = 0.2
# The first tenth fills caches and pools; from then on memory has to stay.
WARM = 0.1


def main(settings: Settings, calls: int) -> None:
    """Write, read, compare and print."""
    paths = {
        Stream.CEL: settings.cel_file,
        Stream.QUEUE_LOG: settings.queue_log,
        Stream.JOURNAL: settings.journal,
    }
    for path in paths.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    with _timed("files written"):
        lines = half_year.write(paths, calls, settings.node)
    seconds, cpu, warm_mb, last_mb = asyncio.run(_read(settings))
    print(f"ledger    {lines:>12,} lines  {lines / seconds:>10,.0f}/s")
    (bare, bare_cpu), (keyed, _) = _copy(settings)
    for took, where in ((bare, "a bare table"), (keyed, "one with the same keys")):
        print(f"COPY      {lines:>12,} lines  {lines / took:>10,.0f}/s into {where}")
    share, with_keys = bare / seconds, keyed / seconds
    print(f"of COPY's {share:.3f} {judged(share, TARGET)}; with the same keys {with_keys:.3f}")
    # Client and server: other work on the machine moves it least.
    ours, copys = (used / lines * 1e6 for used in (cpu, bare_cpu))
    print(f"CPU µs a line {ours:.1f}, COPY's {copys:.1f}: {copys / ours:.3f}")
    print(f"memory {warm_mb:.0f} MB after a tenth, {last_mb:.0f} MB in the end")
    asyncio.run(_check(settings, calls))


async def _read(settings: Settings) -> tuple[float, float, float, float]:
    """Let the ledger read to the end; return seconds, CPU seconds, MB after a tenth and at last."""
    engine = make_engine(settings.database, pool_size=1)
    calm_collector()
    ledger = Ledger.of(settings, make_sessions(engine))
    async with engine.connect():  # whose CPU counts from here on
        pass
    cpu, began, warm = _cpu(settings), time.monotonic(), 0.0
    size = sum(source.tail.path.stat().st_size for source in ledger.sources.values())
    while await ledger.step() or ledger.behind:
        left = sum(source.unread for source in ledger.sources.values())
        if not warm and left < size * (1 - WARM):
            warm = _megabytes()
    seconds, cpu = time.monotonic() - began, _cpu(settings) - cpu
    # What is ended is handed on a moment later, as in the running process.
    while ledger.book.waiting:
        await ledger.step()
        await asyncio.sleep(0.1)
    await engine.dispose()
    return seconds, cpu, warm, _megabytes()


def _megabytes() -> float:
    """Return the memory of this process."""
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    return resident * resource.getpagesize() / 1e6


def _copy(settings: Settings) -> list[tuple[float, float]]:
    """Return seconds and CPU seconds of COPY of the same rows: into a bare table, with our keys."""
    with psycopg.connect(plain_url(settings), autocommit=True) as connection:
        took = []
        path = settings.home / "postgres" / "rows"
        connection.execute(f"COPY switch_event TO '{path}'")
        for name, like in (("bare", ""), ("keyed", "INCLUDING INDEXES")):
            connection.execute(f"CREATE TABLE {name} (LIKE switch_event {like})")
            began, cpu = time.monotonic(), _cpu(settings)
            with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                _pour(path, copy)
            took.append((time.monotonic() - began, _cpu(settings) - cpu))
            connection.execute(f"DROP TABLE {name}")
        path.unlink()
    return took


def _pour(path: Path, copy: Copy) -> None:
    with path.open("rb") as rows:
        while data := rows.read(1 << 20):
            copy.write(data)


async def _check(settings: Settings, calls: int) -> None:
    """Count, verify and rebuild, and compare with what is known."""
    engine = make_engine(settings.database, pool_size=1)
    sessions, rules = make_sessions(engine), Rules.of(settings)
    with _timed("counted"):
        await recount(sessions)
    before = await _figures(sessions)
    share = before.of(Outcome.ANSWERED) / before.human_requests
    growth = before.arrivals / half_year.A_YEAR_BEFORE - 1
    print(
        f"{before.arrivals:,} arrivals of {calls:,}: {share:.2%} answered, {growth:+.2%} in a year"
    )
    async with sessions() as session:
        with _timed("verified"):
            findings = await verify(session, rules, Days())
        print(f"verify: {'all holds' if findings.holds else findings.differences[:3]}")
        with _timed("rebuilt"):
            done = await rebuild(session, rules, Days())
        print(f"rebuild: {done.written} of {done.calls:,} calls written")
    async with sessions.begin() as session:
        await mark_days(session, None, None)
    with _timed("counted anew"):
        await recount(sessions)
    async with sessions() as session:
        wrong = await miscounted(session, None, None)
    print(f"identical after rebuild: {before == await _figures(sessions) and not wrong}")
    await engine.dispose()


async def _figures(sessions: async_sessionmaker[AsyncSession]) -> Counts:
    period = Period.through(half_year.FIRST_DAY, half_year.LAST_DAY)
    async with sessions() as session:
        return await total(session, period.since, period.until)


def _cpu(settings: Settings) -> float:
    """Return the CPU seconds so far of ourselves and of the database's processes now alive."""
    server = int((settings.home / "postgres" / "postmaster.pid").read_text().split()[0])
    return time.process_time() + sum(map(cpu_seconds, family(server)))


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{what} in {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with scratch_database(get_settings()) as here:
        main(here, int(sys.argv[1]) if len(sys.argv) > 1 else half_year.CALLS)
