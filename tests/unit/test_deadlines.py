"""Deadlines: each published example, the hours of the offices, and what no calendar may change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI, local
from core.settings import CHECKOUT
from tickets.calendar import Workdays, load_workdays
from tickets.deadlines import Deadline, WorkingTime, in_the_units_favour
from tickets.durations import Span, Unit, read_span, stricter
from tickets.office_hours import DayEnd, OfficeHours, read_frames

pytestmark = pytest.mark.unit

TABLE = load_workdays(CHECKOUT / "config" / "calendar.toml")
HOURS = OfficeHours(read_frames("08:30-12:00, 13:30-17:30"))
CITY = WorkingTime(TABLE, HOURS)

instants = st.integers(0, 37 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2004, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=seconds)
)
workdays = st.builds(Span, st.integers(1, 60), st.just(Unit.WORKDAYS))
working_hours = st.builds(Span, st.integers(1, 40), st.just(Unit.WORKING_HOURS))
spans = st.builds(Span, st.integers(1, 60), st.sampled_from(Unit))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(since: str, limit: str, city: WorkingTime = CITY) -> str:
    """The deadline as a local minute; 24:00 shows as the next day's 00:00."""
    return f"{local(city.deadline(at(since), read_span(limit)).at):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("dispatched", "limit", "last_day", "why"),
    [
        ("2026-02-13", "1 wd", date(2026, 2, 14), "make-up Saturday"),
        ("2026-02-13", "5 wd", date(2026, 2, 27), "Spring Festival, 15 to 23 February"),
        ("2026-09-18", "2 wd", date(2026, 9, 21), "Sunday the 20th is worked"),
        ("2026-09-29", "5 wd", date(2026, 10, 12), "1 to 7 October off, Saturday the 10th worked"),
        ("2026-04-30", "5 wd", date(2026, 5, 11), "1 to 5 May off, Saturday the 9th worked"),
        ("2026-01-01", "2 wd", date(2026, 1, 5), "a holiday; Sunday the 4th is worked"),
        ("2025-09-26", "5 wd", date(2025, 10, 10), "Sunday the 28th worked, 1 to 8 October off"),
        ("2026-12-14", "15 wd", date(2027, 1, 5), "1 January 2027 is off, its notice is not out"),
    ],
)
@pytest.mark.parametrize("minute", ["00:00", "09:00", "17:29", "17:30", "23:59"])
def test_a_limit_of_working_days_ends_at_24_00_of_its_last_day(
    dispatched: str, limit: str, last_day: date, why: str, minute: str
) -> None:
    deadline = CITY.deadline(at(f"{dispatched} {minute}"), read_span(limit))
    assert deadline.day == last_day, why
    assert local(deadline.at).time() == time(0)


def test_a_deadline_in_a_year_without_its_notice_is_provisional_and_no_error() -> None:
    assert CITY.deadline(at("2026-12-14 10:00"), read_span("15 wd")).provisional
    assert not CITY.deadline(at("2026-12-14 10:00"), read_span("5 wd")).provisional
    assert CITY.deadline(at("2031-02-03 10:00"), read_span("4 wh")).provisional


def test_a_limit_of_natural_hours_never_waits_for_a_notice() -> None:
    assert not CITY.deadline(at("2027-01-01 02:00"), read_span("24 h")).provisional


def test_where_the_rule_is_office_hours_the_last_day_ends_when_offices_close() -> None:
    strict = replace(CITY, hours=replace(HOURS, day_end=DayEnd.OFFICE))
    assert due("2026-02-13 10:00", "1 wd", strict) == "2026-02-14 17:30"
    assert strict.deadline(at("2026-02-13 10:00"), read_span("1 wd")).day == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("dispatched", "begins"),
    [
        ("2026-11-24 17:29", "2026-11-24 17:29"),
        ("2026-11-24 17:30", "2026-11-25 08:30"),
        ("2026-11-24 07:00", "2026-11-24 07:00"),
        ("2026-02-14 10:00", "2026-02-14 10:00"),
        ("2026-02-14 18:00", "2026-02-24 08:30"),
        ("2026-01-01 10:00", "2026-01-04 08:30"),
    ],
)
def test_after_half_past_five_the_units_time_begins_on_the_next_working_day(
    dispatched: str, begins: str
) -> None:
    assert CITY.begins(at(dispatched)) == at(begins)


@pytest.mark.parametrize(
    ("since", "limit", "over"),
    [
        ("2026-02-17 02:00", "24 h", "2026-02-18 02:00"),
        ("2026-02-17 23:50", "15 min", "2026-02-18 00:05"),
        ("2026-11-24 09:00", "4 wh", "2026-11-24 14:30"),
        ("2026-11-24 08:30", "3 wh", "2026-11-24 11:30"),
        ("2026-11-24 10:00", "2 wh", "2026-11-24 12:00"),
        ("2026-11-24 12:30", "2 wh", "2026-11-24 15:30"),
        ("2026-11-24 15:30", "4 wh", "2026-11-25 10:30"),
        ("2026-11-24 20:00", "4 wh", "2026-11-25 14:00"),
        # Friday before the make-up Saturday; Saturday before the Spring Festival.
        ("2026-02-13 16:30", "2 wh", "2026-02-14 09:30"),
        ("2026-02-14 16:30", "2 wh", "2026-02-24 09:30"),
    ],
)
def test_hours_run_day_and_night_and_working_hours_only_in_offices(
    since: str, limit: str, over: str
) -> None:
    assert due(since, limit) == over


def test_an_extension_counts_from_the_old_deadline() -> None:
    extended = CITY.deadline(at("2026-02-13 10:00"), read_span("5 wd"), [read_span("2 wd")])
    assert extended.day == date(2026, 3, 2)
    hours = CITY.deadline(at("2026-02-13 10:00"), read_span("2 h"), [read_span("3 h")])
    assert hours.at == at("2026-02-13 15:00")


def test_a_lengthened_holiday_moves_open_deadlines_and_a_shortened_one_does_not() -> None:
    dispatched, limit = at("2020-01-22 10:00"), read_span("5 wd")
    known_then = set(TABLE.holidays) - {date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)}
    before = replace(CITY, workdays=replace(TABLE, holidays=dict.fromkeys(known_then, "春节")))
    promised = before.deadline(dispatched, limit)
    anew = CITY.deadline(dispatched, limit)
    assert (promised.day, anew.day) == (date(2020, 2, 5), date(2020, 2, 6))
    assert in_the_units_favour(promised.at, anew) == anew.at
    assert in_the_units_favour(anew.at, promised) == anew.at


def test_an_instant_is_the_same_in_utc() -> None:
    since = at("2026-02-13 10:00")
    for limit in ("1 wd", "3 wh", "2 h"):
        span = read_span(limit)
        assert CITY.deadline(since, span) == CITY.deadline(since.astimezone(UTC), span)


# What holds for every instant, span and calendar


@given(instants, workdays)
def test_exactly_n_working_days_lie_between_dispatch_and_deadline(
    since: datetime, limit: Span
) -> None:
    last = CITY.deadline(since, limit).day
    days = [since.date() + timedelta(n) for n in range(1, (last - since.date()).days + 1)]
    assert sum(map(TABLE.works, days)) == limit.amount
    assert TABLE.works(last)


@given(instants, working_hours)
def test_exactly_n_office_hours_lie_between_start_and_deadline(
    since: datetime, limit: Span
) -> None:
    since = since.replace(second=0, microsecond=0)
    over, worked = local(CITY.deadline(since, limit).at), timedelta(0)
    for n in range((over.date() - since.date()).days + 1):
        day = since.date() + timedelta(n)
        for opens, closes in HOURS.frames if TABLE.works(day) else ():
            midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
            begin = max(since, midnight + timedelta(minutes=opens))
            end = min(over, midnight + timedelta(minutes=closes))
            worked += max(end - begin, timedelta(0))
    assert worked == timedelta(hours=limit.amount)


@given(instants, spans, st.timedeltas(timedelta(0), timedelta(30)))
def test_a_later_dispatch_is_never_due_earlier(
    since: datetime, limit: Span, later: timedelta
) -> None:
    assert CITY.deadline(since + later, limit).at >= CITY.deadline(since, limit).at


@given(instants, spans, spans)
def test_an_extension_never_shortens(since: datetime, limit: Span, extension: Span) -> None:
    assert CITY.deadline(since, limit, [extension]).at >= CITY.deadline(since, limit).at


@given(instants, workdays | working_hours, st.dates(date(2004, 1, 1), date(2041, 12, 31)))
def test_one_more_holiday_never_brings_a_deadline_forward(
    since: datetime, limit: Span, day: date
) -> None:
    longer = Workdays(TABLE.notices, {**TABLE.holidays, day: "一天"}, TABLE.makeups)
    assert WorkingTime(longer, HOURS).deadline(since, limit).at >= CITY.deadline(since, limit).at


@given(instants, workdays | working_hours, st.integers(0, 20))
def test_one_more_make_up_day_never_puts_a_deadline_off(
    since: datetime, limit: Span, weeks: int
) -> None:
    saturday = since.date() + timedelta(5 - since.weekday() + 7 * weeks)
    more = replace(TABLE, makeups=TABLE.makeups | {saturday})
    assert WorkingTime(more, HOURS).deadline(since, limit).at <= CITY.deadline(since, limit).at


@given(instants, instants, spans)
def test_a_calendar_change_never_takes_a_given_date_away(
    promised: datetime, since: datetime, limit: Span
) -> None:
    anew = CITY.deadline(since, limit)
    assert in_the_units_favour(promised, anew) >= max(promised, anew.at)


@given(instants)
def test_the_units_time_begins_in_a_working_day_and_never_before_dispatch(since: datetime) -> None:
    begins = CITY.begins(since)
    assert begins >= since
    assert TABLE.works(local(begins).date())
    assert local(begins).time() < time(17, 30)


# Spans


@pytest.mark.parametrize("text", ["5 wd", "4 wh", "24 h", "30 min"])
def test_a_span_reads_as_it_is_written(text: str) -> None:
    assert str(read_span(text)) == text


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0 wd", "-1 h", "5wd", "5 days", "99999 h", "\u0665 h"]
)
def test_what_is_no_span_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no span of time such as"):
        read_span(text)


def test_the_stricter_of_two_spans_is_the_one_over_first() -> None:
    day, natural, quarter = read_span("1 wd"), read_span("24 h"), read_span("15 min")
    assert stricter(day, quarter) == stricter(quarter, day) == quarter
    assert stricter(day, natural) == natural
    assert stricter(None, day) == stricter(day, None) == day
    assert stricter(None, None) is None


def test_the_last_day_of_a_deadline_at_midnight_is_the_day_it_ends() -> None:
    assert Deadline(at("2026-02-15 00:00"), provisional=False).day == date(2026, 2, 14)
