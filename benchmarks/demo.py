"""`python -m benchmarks.demo`: the whole demonstration into an empty database, and its reports.

Five minutes and four gigabytes, removed afterwards. What is printed must be what was published.
"""

import asyncio
import time
from datetime import date

from benchmarks.database import scratch_database
from core.database import make_engine, make_sessions
from core.settings import CHECKOUT, Settings, get_settings
from demo.load import load
from reports.answer_rate import Period
from reports.bulletin import bulletin
from reports.half_year import half_year
from reports.spans import span_of
from reports.visits import visits
from tickets.city import load_city

VISITED = Period.through(date(2020, 3, 6), date(2020, 10, 10))


async def main(settings: Settings) -> None:
    """Load, ask and print, with seconds."""
    engine, city = make_engine(settings.database), load_city(CHECKOUT / "config")
    sessions = make_sessions(engine)
    began = time.monotonic()
    done = await load(sessions, city, "benchmark")
    print(f"{done.calls:,} calls, {done.tickets:,} tickets in {time.monotonic() - began:.0f} s")
    async with sessions() as session:
        began = time.monotonic()
        quarter = await bulletin(session, city, span_of("2020-Q2"))
        print(f"bulletin in {time.monotonic() - began:.1f} s: {quarter.received.now:,}")
        print(dict(quarter.channels), dict(quarter.natures), quarter.topics, sep="\n")
        print(dict(quarter.figures), f"adds up: {quarter.adds_up}", sep="\n")
        began = time.monotonic()
        visited = await visits(session, city, VISITED)
        print(f"visits in {time.monotonic() - began:.1f} s: {dict(visited.figures)}")
        began = time.monotonic()
        half = await half_year(session, city, span_of("2020-H1"))
        print(f"half-year in {time.monotonic() - began:.1f} s")
        for change in half.changes:
            print(change.measure.id, change.now, change.before, change.relative, change.speed)
    await engine.dispose()


if __name__ == "__main__":
    with scratch_database(get_settings()) as here:
        asyncio.run(main(here))
