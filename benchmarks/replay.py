"""`python -m benchmarks.replay`: a day of about 4,000 calls lived again, on one core.

The limit is the same calls on the simulator one after the other, each hanging up where a line
begins: what menus alone cost. Needs nothing but Python. Time is CPU time.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.figures import Figure, ratio
from benchmarks.report import verdict
from benchmarks.rounds import interleave
from core.clock import local, midnight
from core.settings import CHECKOUT, Settings
from foresight.history import synthetic_history
from foresight.plan import USUAL_WISH, make_plan
from foresight.replay.past import PastDay
from foresight.replay.person import Casting
from foresight.replay.run import live_day
from foresight.replay.stage import Stage
from foresight.service import Service
from foresight.size_table import size_table
from ivr.simulator import Arrival, Event, HangUp, Moment, Situation, simulate

ALONE, DAY, STORM = "menus alone", "replay", "replay, 24 agents"
ROUNDS, SEED, LONGEST = 5, 12345, 10.0
TUESDAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Lived:
    """One round of one contestant."""

    calls: int
    cpu: float


def main() -> None:
    """Measure and print."""
    stage = Stage.of(Settings(config_dir=CHECKOUT / "config"))
    day = asyncio.run(stage.invent(SEED))
    rounds = interleave([ALONE, DAY, STORM], _measure(stage, day), ROUNDS)
    limit = [one.cpu for one in rounds[ALONE]]
    print(f"{len(day.calls)} calls; target: less than {LONGEST:g} s")
    for name, seen in rounds.items():
        taken = [one.cpu for one in seen]
        figure = Figure.of(taken)
        print(
            f"{name:18} s {figure.text(2):22} {verdict(figure.median < LONGEST):6} "
            f"calls/s {Figure.of(one.calls / one.cpu for one in seen).text():24} "
            f"× menus alone {ratio(taken, limit).text(2)}"
        )
    print(f"plan of a day from half a year, with its back-test, ms {_plan(stage).text()}")
    print(f"the table of sizes up to 415,150 calls/h, ms {_timed(size_table).text()}")


def _measure(stage: Stage, day: PastDay) -> Callable[[str], Lived]:
    def measure(name: str) -> Lived:
        began = time.process_time()
        asyncio.run(_alone(stage, day) if name == ALONE else _replay(stage, day, name))
        return Lived(len(day.calls), time.process_time() - began)

    return measure


async def _replay(stage: Stage, day: PastDay, name: str) -> None:
    roster = type(day.roster).constant(24) if name == STORM else day.roster
    casting = Casting(day.calls, day.after_call, SEED)
    cast = [(call, casting.traits(call)) for call in day.calls]
    await live_day(day.day, cast, stage.ran_on, roster, stage.around)


class _Leaves:
    """Hangs up as soon as there is a line to wait in."""

    def next(self, moment: Moment) -> Event | None:
        return HangUp() if moment.situation is Situation.QUEUE else None


async def _alone(stage: Stage, day: PastDay) -> None:
    began = local(midnight(day.day))
    for call in day.calls:
        arrival = Arrival(
            at=began + timedelta(seconds=call.at),
            workdays=stage.around.workdays,
            timetable=stage.around.timetable,
        )
        await simulate(stage.ran_on(call), _Leaves(), stage.around.sounds, arrival)


def _plan(stage: Stage) -> Figure:
    workdays = stage.around.workdays
    history = synthetic_history(TUESDAY, 182, workdays)
    return _timed(lambda: make_plan(TUESDAY, history, workdays, Service(), USUAL_WISH))


def _timed(work: Callable[[], object]) -> Figure:
    seen = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        seen.append((time.process_time() - began) * 1000)
    return Figure.of(seen)


if __name__ == "__main__":
    main()
