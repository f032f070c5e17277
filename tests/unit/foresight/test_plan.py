from datetime import date, datetime, timedelta

import pytest

from core.clock import SHANGHAI, local, local_day, utc_now
from core.settings import CHECKOUT
from foresight.definitions import PREDICTIONS
from foresight.history import Source
from foresight.plan import DayTooFar, NoSuchInterval, Wish, invent_plan
from foresight.repository import ServiceSums
from foresight.service import USUAL_PATIENCE, USUAL_TALK, Service
from foresight.sizing import Goal
from reports.definitions import BY_ID
from tickets.calendar import load_workdays

pytestmark = pytest.mark.unit

WORKDAYS = load_workdays(CHECKOUT / "config" / "calendar.toml")
DAY = date(2026, 11, 25)


def test_a_plan_covers_the_day_in_quarters_of_an_hour() -> None:
    plan = invent_plan(DAY, WORKDAYS, Wish())
    assert len(plan.intervals) == 96
    assert local(plan.intervals[0].begin) == datetime(2026, 11, 25, tzinfo=SHANGHAI)
    assert local(plan.intervals[-1].begin).hour == 23
    assert plan.source is Source.SYNTHETIC
    assert plan.accuracy is not None


def test_every_interval_reaches_the_goal_with_agents_to_spare_for_breaks() -> None:
    plan = invent_plan(DAY, WORKDAYS, Wish(minutes=30))
    assert len(plan.intervals) == 48
    for one in plan.intervals:
        assert one.expected.within >= 0.95
        assert one.scheduled >= one.agents / 0.7 - 1e-6


def test_a_harder_goal_takes_more_agents() -> None:
    usual, hard = (
        sum(one.agents for one in invent_plan(DAY, WORKDAYS, Wish(goal)).intervals)
        for goal in (Goal(0.80, 20), Goal(0.98, 10))
    )
    assert hard > usual


def test_a_day_two_years_from_now_is_refused() -> None:
    with pytest.raises(DayTooFar, match="more than a year"):
        invent_plan(local_day(utc_now()) + timedelta(days=700), WORKDAYS, Wish())


def test_seven_minutes_are_no_interval() -> None:
    with pytest.raises(NoSuchInterval, match="15, 30 or 60"):
        Wish(minutes=7)


def test_patience_counts_the_answered_with_the_time_they_waited() -> None:
    # 100 gave up, and all who queued waited 12,000 seconds together.
    service = Service.of(ServiceSums(900, 900 * 240.0, 100, 12_000.0), after_call=60)
    assert service.patience == 120
    assert service.handling == 300
    assert service.busy_from is service.patience_from is Source.LEDGER


def test_a_handful_of_calls_teaches_neither_talk_nor_patience() -> None:
    service = Service.of(ServiceSums(5, 10.0, 1, 900.0), after_call=90)
    assert (service.busy, service.patience) == (USUAL_TALK, USUAL_PATIENCE)
    assert service.busy_from is Source.SYNTHETIC


def test_what_predicts_a_published_figure_bears_its_name() -> None:
    predicted = {one.id: one for one in PREDICTIONS if one.measure}
    assert {one.measure for one in predicted.values()} == {
        "answered_in_15s_over_offered",
        "answer_rate_gross",
        "abandon_rate",
        "mean_wait_answered",
    }
    for one in predicted.values():
        assert one.measure is not None
        assert one.name_zh == BY_ID[one.measure].name_zh
