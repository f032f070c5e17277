"""When a clock brings which card: a pure function, true for any calendar, limit and instant."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI, local
from core.settings import CHECKOUT
from tickets.calendar import Workdays
from tickets.cards.ladder import next_step, reached, steps
from tickets.cards.states import MOVES, IllegalCardMove, check_move
from tickets.cards.words import CardKind, CardState
from tickets.city import City, load_city
from tickets.durations import Span, Unit
from tickets.life.models import RunningClock
from tickets.life.reckoning import reckon
from tickets.life.words import ClockKind

pytestmark = pytest.mark.unit

CITY = load_city(CHECKOUT / "config")
HARD = (CardKind.YELLOW, CardKind.RED, CardKind.LETTER, CardKind.ESCALATION, CardKind.CENSURE)

instants = st.integers(0, 22 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2004, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=seconds)
)
spans = st.builds(Span, st.integers(1, 30), st.sampled_from(Unit))
workdays = st.builds(Span, st.integers(1, 30), st.just(Unit.WORKDAYS))
working = st.builds(Span, st.integers(1, 30), st.sampled_from([Unit.WORKDAYS, Unit.WORKING_HOURS]))


def clock(since: datetime, limit: Span, kind: ClockKind = ClockKind.HANDLE) -> RunningClock:
    due = CITY.time.deadline(since, limit).at
    return RunningClock(
        kind=kind, unit="ZJJ", limit=str(limit), started_at=since, first_due_at=due, due_at=due,
        edition=CITY.time.workdays.edition(), added=[], provisional=False,
    )  # fmt: skip


@given(instants, workdays)
def test_cards_of_handling_come_in_order_and_red_only_after_the_limit(
    since: datetime, limit: Span
) -> None:
    one = clock(since, limit)
    at = {step.kind: step.at for step in steps(one, CITY)}
    hard = [at[kind] for kind in HARD if kind in at]
    assert all(before < after for before, after in pairwise(hard))
    assert at[CardKind.RED] >= one.due_at
    assert all(step > since for step in at.values())
    assert CITY.time.workdays.works(local(at[CardKind.RED]).date())
    if CardKind.YELLOW in at:
        days = CITY.time.days_passed(at[CardKind.YELLOW] - timedelta(seconds=1), one.due_at)
        assert days - CITY.time.workdays.works(local(one.due_at).date()) == 1


@given(instants, working)
def test_a_day_off_never_counts_towards_a_warning(since: datetime, limit: Span) -> None:
    one = clock(since, limit)
    spare = CITY.time.counted(since, one.due_at, limit) * 0.2
    warned = CITY.time.before(one.due_at, spare, limit)
    assert warned <= one.due_at
    assert CITY.time.counted(warned, one.due_at, limit) == spare
    assert CITY.time.workdays.works(local(warned).date()) or spare == timedelta(0)


@given(instants, spans, workdays, st.sampled_from(ClockKind))
def test_an_extension_never_brings_a_card_nearer(
    since: datetime, limit: Span, more: Span, kind: ClockKind
) -> None:
    one = clock(since, limit, kind)
    before = {step.kind: step.at for step in steps(one, CITY)}
    one.promise(CITY.time.extended(one.due_at, more))
    after = {step.kind: step.at for step in steps(one, CITY)}
    assert all(after[step] >= before[step] for step in before)


@given(instants, spans, st.lists(workdays, max_size=2), st.integers(1, 40), st.booleans())
def test_a_changed_calendar_never_brings_a_deadline_nearer(
    since: datetime, limit: Span, added: list[Span], day: int, worked: bool
) -> None:
    one = clock(since, limit)
    for span in added:
        one.promise(CITY.time.extended(one.due_at, span))
    one.added = [str(span) for span in added]
    changed = with_another_day(local(since) + timedelta(day), worked)
    anew = reckon(one, changed).at
    assert anew >= one.due_at
    if not worked and not limit.natural:
        assert anew >= changed.time.deadline(since, limit, added).at


def with_another_day(day: datetime, worked: bool) -> City:
    """The city with one more holiday, or with one that is worked after all."""
    days = CITY.time.workdays
    holidays = {off: name for off, name in days.holidays.items() if off != day.date()}
    makeups = days.makeups - {day.date()}
    if worked:
        makeups |= {day.date()} if day.weekday() >= 5 else set()
    else:
        holidays[day.date()] = "x"
    changed = Workdays(days.notices, holidays, frozenset(makeups))
    return replace(CITY, time=replace(CITY.time, workdays=changed))


@given(instants, spans, st.sampled_from(ClockKind), st.integers(0, 3000))
def test_after_its_cards_a_clock_waits_for_harder_ones_only(
    since: datetime, limit: Span, kind: ClockKind, hours: int
) -> None:
    one, now = clock(since, limit, kind), since + timedelta(hours=hours)
    if step := reached(one, CITY, now):
        one.card = step.kind
        assert reached(one, CITY, now) is None
    following = next_step(one, CITY)
    assert following is None or following.at > now


def test_a_clock_that_stands_still_has_no_next_card() -> None:
    one = clock(datetime(2026, 11, 24, 10, tzinfo=SHANGHAI), Span(5, Unit.WORKDAYS))
    assert next_step(one, CITY) is not None
    one.paused_at = one.started_at
    assert next_step(one, CITY) is None
    assert reached(one, CITY, one.due_at + timedelta(30)) is None


@pytest.mark.parametrize("kind", CardKind)
@pytest.mark.parametrize("state", CardState)
@pytest.mark.parametrize("wish", CardState)
def test_every_move_of_a_card_is_in_the_table_or_refused(
    kind: CardKind, state: CardState, wish: CardState
) -> None:
    undone = state is CardState.ISSUED and wish is CardState.WITHDRAWN
    if wish in MOVES[state] and not (undone and kind.rank >= CardKind.RED.rank):
        check_move(kind, state, wish)
        return
    with pytest.raises(IllegalCardMove):
        check_move(kind, state, wish)
