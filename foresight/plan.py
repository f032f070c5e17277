"""A day's staffing plan: the forecast of every interval, the agents it takes, what callers get.

Each interval is taken by itself, as if it had always been so. Where the load changes fast, the
first minutes of an interval are worse than said and a replay of such a day shows it.
"""

from asyncio import to_thread
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, midnight, utc_now
from core.errors import HotlineError
from foresight.backtest import Accuracy, back_test
from foresight.day_kinds import DayType, day_type
from foresight.erlang import Demand, Outlook, erlang_a
from foresight.forecast import forecast
from foresight.history import History, Source, synthetic_history
from foresight.load_profile import QUARTERS
from foresight.repository import human_requests_by_quarter
from foresight.service import USUAL_AFTER_CALL, Service, read_service
from foresight.sizing import STANDARD, Goal, agents_for, scheduled
from tickets.calendar import Workdays

_QUARTER = 15
LENGTHS = (15, 30, 60)
# Half a year has most types of day; fewer days than these teach nothing.
_DAYS_READ, _LEAST_DAYS = 182, 14
# Nobody makes a roster for later.
_FARTHEST = timedelta(days=366)


class NoSuchInterval(HotlineError):
    """An interval that divides no hour."""

    slug = "no-such-interval"


class DayTooFar(HotlineError):
    """A day that no plan can be made for."""

    slug = "day-too-far"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a plan: interval in minutes, shrinkage a share, `after_call` seconds."""

    goal: Goal = STANDARD
    minutes: int = _QUARTER
    shrinkage: float = 0.30
    after_call: float = USUAL_AFTER_CALL

    def __post_init__(self) -> None:
        if self.minutes not in LENGTHS:
            raise NoSuchInterval(f"An interval has 15, 30 or 60 minutes, not {self.minutes}.")


USUAL_WISH = Wish()


@dataclass(frozen=True, slots=True)
class Interval:
    """One row: calls that will ask for a human, and the agents at their phones and on the roster.

    `expected` is what callers get, by Erlang A: they do give up.
    """

    begin: datetime
    calls: float
    load: float
    agents: int
    scheduled: int
    expected: Outlook


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with all that is needed to judge it.

    `source` says whether the days it learned from are the hotline's own, `known_days` how many;
    `provisional` that the State Council's notice for the year is still missing.
    """

    day: date
    kind: DayType
    provisional: bool
    wish: Wish
    service: Service
    source: Source
    known_days: int
    accuracy: Accuracy | None
    intervals: tuple[Interval, ...]
    as_of: datetime


async def plan_day(session: AsyncSession, day: date, workdays: Workdays, wish: Wish) -> Plan:
    """Plan a day from the hotline's own days before it; from invented ones where they are too few.

    Raises DayTooFar.
    """
    until = _known_until(day)
    history = await _read(session, until)
    if history is None:
        return await to_thread(invent_plan, day, workdays, wish)
    service = await read_service(session, until, wish.after_call)
    return await to_thread(make_plan, day, history, workdays, service, wish)


def invent_plan(day: date, workdays: Workdays, wish: Wish) -> Plan:
    """Plan a day from invented days alone, to see what a plan looks like. Raises DayTooFar."""
    history = synthetic_history(_known_until(day), _DAYS_READ, workdays)
    return make_plan(day, history, workdays, Service(after_call=wish.after_call), wish)


def _known_until(day: date) -> date:
    """Return the first day that is not known when a day is planned."""
    today = local_day(utc_now())
    if not today - _FARTHEST <= day <= today + _FARTHEST:
        raise DayTooFar(f"{day} lies more than a year from today; a plan cannot look so far.")
    return min(day, today)


def make_plan(
    day: date, history: History, workdays: Workdays, service: Service, wish: Wish
) -> Plan:
    """Plan a day from what is known."""
    quarters = wish.minutes // _QUARTER
    calls = forecast(history, day, workdays).reshape(-1, quarters).sum(axis=1)
    length = timedelta(minutes=wish.minutes)
    return Plan(
        day=day,
        kind=day_type(day, workdays),
        provisional=workdays.provisional(day),
        wish=wish,
        service=service,
        source=history.source,
        known_days=len(history.days),
        accuracy=back_test(history, workdays, quarters),
        intervals=tuple(
            _interval(midnight(day) + n * length, float(many), service, wish)
            for n, many in enumerate(calls)
        ),
        as_of=utc_now(),
    )


def _interval(begin: datetime, calls: float, service: Service, wish: Wish) -> Interval:
    demand = Demand(calls * 60 / wish.minutes, service.handling)
    agents = agents_for(demand, wish.goal).agents
    return Interval(
        begin=begin,
        calls=calls,
        load=demand.load,
        agents=agents,
        scheduled=scheduled(agents, wish.shrinkage),
        expected=erlang_a(demand, agents, wish.goal.limit, service.patience),
    )


async def _read(session: AsyncSession, until: date) -> History | None:
    """Read the hotline's own days; None when they are too few."""
    found = await human_requests_by_quarter(session, until - timedelta(_DAYS_READ), until)
    days = sorted({day for day, _, _ in found})
    if len(days) < _LEAST_DAYS:
        return None
    counts = np.zeros((len(days), QUARTERS))
    place = {day: row for row, day in enumerate(days)}
    for day, quarter, calls in found:
        counts[place[day], quarter] = calls
    return History(tuple(days), counts)
