"""`python -m benchmarks.reports`: reports over ten million calls beside the same over a hundred
thousand. By itself about ten minutes and eight gigabytes, removed afterwards; `--quick` a tenth.

Both databases hold the same half-year and the one before, counted, but for one half-hour that was
written just now. They take turns; what is timed is what the API does before it makes JSON.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from benchmarks.database import scratch_database
from benchmarks.figures import Figure, ratio
from benchmarks.report import verdict
from benchmarks.rounds import interleave
from benchmarks.scratch import plain_url
from core.database import make_engine, make_sessions
from core.settings import Settings, get_settings
from reports.answer_rate import Period, answer_rate
from reports.recount import recount
from reports.rolling import rolling
from reports.selections import Grouping
from reports.year_on_year import year_on_year
from stack.private_servers import ensure_database

FEW, MANY, QUICK = 100_000, 10_000_000, 1_000_000
ROUNDS = 21
LONGEST_MS, MOST_TIMES = 100.0, 1.2
MONTH = Period(date(2020, 6, 1), date(2020, 7, 1))
HALF_YEAR = Period(date(2020, 1, 1), date(2020, 7, 1))
A_YEAR_EARLIER = Period(date(2019, 1, 1), date(2019, 7, 1))
# How a half-year compares with the one before: +42.05 %.
EARLIER_SHARE = 1 / 2.4205

_WRITTEN_JUST_NOW = text("""
    UPDATE call SET rating = 1
    WHERE uid = (SELECT uid FROM call ORDER BY started_at DESC LIMIT 1)
""")

Question = Callable[[AsyncSession], Awaitable[object]]
QUESTIONS: Mapping[str, Question] = {
    "a month by day": lambda s: answer_rate(s, MONTH, Grouping.DAY),
    "a month by queue": lambda s: answer_rate(s, MONTH, Grouping.QUEUE),
    "a half-year by day": lambda s: answer_rate(s, HALF_YEAR, Grouping.DAY),
    "a half-year by line": lambda s: answer_rate(s, HALF_YEAR, Grouping.LINE),
    "a half-year by month": lambda s: answer_rate(s, HALF_YEAR, Grouping.MONTH),
    "year on year": lambda s: year_on_year(s, HALF_YEAR),
    "any 24 h of a month": lambda s: rolling(s, MONTH),
    "any 24 h of a half-year": lambda s: rolling(s, HALF_YEAR),
}

# Calls spread evenly over a period, four lines and five queues, 99.64 % answered.
_FILL = text("""
    WITH spread AS (
        SELECT n, CAST(:begin AS timestamptz)
                  + n * (CAST(:end AS timestamptz) - CAST(:begin AS timestamptz)) / :calls AS began
        FROM generate_series(0, :calls - 1) AS n
    )
    INSERT INTO call (uid, node, line, did, caller, started_at, day, keys, human_requested_at,
        queue, queue_visits, answered_at, agent, wait_seconds, ring_seconds, talk_seconds,
        orphaned, ended_at, ended_by, outcome, settled_at, late_changes)
    SELECT 'b-' || extract(epoch FROM began)::bigint || '.' || n, 'b',
           'line' || n % 4, '12345', '', began, (began AT TIME ZONE 'Asia/Shanghai')::date, '',
           began, 'Q' || n % 5, 1,
           CASE WHEN n % 10000 >= 36 THEN began + make_interval(secs => n % 40) END,
           '8' || n % 184, n % 40, 4, CASE WHEN n % 10000 >= 36 THEN 60 + n % 300 END,
           false, began + make_interval(secs => 100 + n % 300), 'caller',
           CASE WHEN n % 10000 >= 36 THEN 'answered' ELSE 'abandoned' END, began, 0
    FROM spread
""")


def main(settings: Settings, many: int) -> None:
    """Fill both databases, measure and print."""
    small = _beside(settings)
    ensure_database(small)
    engines = {FEW: make_engine(small.database), many: make_engine(settings.database)}
    with asyncio.Runner() as loop:
        for calls, engine in engines.items():
            began = time.monotonic()
            loop.run(_fill(engine, calls))
            print(f"{calls:>10,} calls written and counted in {time.monotonic() - began:.0f} s")
        for name, question in QUESTIONS.items():
            _compare(name, partial(_ask, loop, question), engines)
        for engine in engines.values():
            loop.run(engine.dispose())


def _compare(
    name: str, ask: Callable[[AsyncEngine], float], engines: Mapping[int, AsyncEngine]
) -> None:
    took = interleave(map(str, engines), lambda calls: ask(engines[int(calls)]), ROUNDS)
    few, many = took.values()
    figure, times = Figure.of(many), ratio(many, few)
    print(
        f"{name:24} ms {figure.text(1):20} {verdict(figure.median < LONGEST_MS):5}  "
        f"of {FEW:,} calls' {times.text(2):18} {verdict(times.median <= MOST_TIMES)}"
    )


def _ask(loop: asyncio.Runner, question: Question, engine: AsyncEngine) -> float:
    """Return the milliseconds that an answer takes."""

    async def ask() -> float:
        async with make_sessions(engine)() as session:
            began = time.perf_counter()
            await question(session)
            return (time.perf_counter() - began) * 1000

    return loop.run(ask())


def _beside(settings: Settings) -> Settings:
    """Return settings with a second database on the same server."""
    with psycopg.connect(plain_url(settings), autocommit=True) as connection:
        connection.execute("CREATE DATABASE few")
    url = make_url(settings.database).set(database="few")
    return settings.model_copy(update={"database_url": url.render_as_string(hide_password=False)})


async def _fill(engine: AsyncEngine, calls: int) -> None:
    for period, share in ((A_YEAR_EARLIER, EARLIER_SHARE), (HALF_YEAR, 1 - EARLIER_SHARE)):
        async with engine.begin() as connection:
            await connection.execute(
                _FILL,
                {
                    "begin": f"{period.since} 00:00+08",
                    "end": f"{period.until} 00:00+08",
                    "calls": int(calls * share),
                },
            )
    await recount(make_sessions(engine))
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    async with engine.begin() as connection:
        await connection.execute(_WRITTEN_JUST_NOW)


if __name__ == "__main__":
    with scratch_database(get_settings()) as here:
        main(here, QUICK if "--quick" in sys.argv else MANY)
