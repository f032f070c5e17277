"""The sizes of known hotlines in agents: printed by `staffing table`, and held by a test.

All rows share a handling time of 308 s (218 s of talk, 90 s of work after it); the busiest hour
has 9.5 % of the day's calls.
"""

from dataclasses import dataclass

from foresight.erlang import Demand, Outlook, erlang_a
from foresight.sizing import STANDARD, Goal, agents_for

HANDLING = 308.0
PEAK_SHARE = 0.095
STRICT, USUAL = STANDARD, Goal(0.80, 20.0)
# Callers wait so many seconds in the mean before they give up.
PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Case:
    """A hotline's busiest hour; `of_day` are calls a day where a day is known."""

    title: str
    calls: float
    of_day: int | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """A case with the fewest agents of either goal, by Erlang C."""

    case: Case
    load: float
    strict: Outlook
    usual: Outlook


def _day(title: str, calls: int) -> Case:
    return Case(title, calls * PEAK_SHARE, calls)


CASES = (
    _day("prefecture, mean day of half a year", 3_478),
    _day("prefecture, busy weekday", 4_000),
    _day("prefecture, day of a rain storm", 3_982),
    Case("prefecture, hour of a storm, 3 × busy", 1_140),
    Case("prefecture, five minutes at 12 × busy", 4_559),
    _day("large city", 20_000),
    _day("Beijing by phone, 2020", 27_360),
    _day("Jiangsu by phone, 2024", 101_651),
    _day("all hotlines of the country in one pool", 4_370_000),
)

# Calls an hour and agents, where callers give up.
STAFFED = (*((330, agents) for agents in (24, 30, 33, 36, 40)), (990, 40), (990, 80), (990, 100))


def size_table() -> list[Size]:
    """Return every case with its agents."""
    return [_size(case) for case in CASES]


def abandon_table() -> list[tuple[int, Outlook]]:
    """Return calls an hour and what to expect of so many agents when callers give up."""
    return [
        (calls, erlang_a(Demand(calls, HANDLING), agents, STRICT.limit, PATIENCE))
        for calls, agents in STAFFED
    ]


def _size(case: Case) -> Size:
    demand = Demand(case.calls, HANDLING)
    return Size(case, demand.load, agents_for(demand, STRICT), agents_for(demand, USUAL))
