from datetime import date, timedelta

import numpy as np
import pytest

from core.settings import CHECKOUT
from foresight.backtest import back_test
from foresight.day_kinds import DayType, day_type
from foresight.forecast import fit, forecast
from foresight.history import History, Source, synthetic_history
from foresight.load_profile import MEAN_DAY, QUARTERS, WEIGHTS, shares
from tickets.calendar import load_workdays

pytestmark = pytest.mark.unit

WORKDAYS = load_workdays(CHECKOUT / "config" / "calendar.toml")
UNTIL = date(2026, 11, 24)
NOTHING = History((), np.zeros((0, QUARTERS)))


def days_of(calls: dict[DayType, float], days: int = 84) -> History:
    """Days without chance: so many calls by type, spread as the general profile says."""
    dates = tuple(UNTIL - timedelta(n) for n in range(days, 0, -1))
    kinds = [day_type(day, WORKDAYS) for day in dates]
    rows = [calls.get(kind, 1000 * WEIGHTS[kind]) * shares(kind.works) for kind in kinds]
    return History(dates, np.array(rows))


def test_a_hotline_without_history_expects_the_general_profile() -> None:
    monday = forecast(NOTHING, date(2026, 11, 30), WORKDAYS)
    assert monday.sum() == pytest.approx(MEAN_DAY * 1.25)
    assert int(np.argmax(monday)) // 4 == 10


def test_a_regular_week_is_foretold_to_the_call() -> None:
    told = forecast(days_of({}), date(2026, 11, 25), WORKDAYS)
    assert told.sum() == pytest.approx(1120, rel=0.01)


def test_a_city_with_quiet_mondays_is_believed() -> None:
    model = fit(days_of({DayType.MONDAY: 800.0}), WORKDAYS)
    assert model.forecast(DayType.MONDAY).sum() == pytest.approx(800, rel=0.1)
    assert model.forecast(DayType.TUESDAY).sum() == pytest.approx(1120, rel=0.05)


def test_a_storm_is_not_the_new_normal() -> None:
    calm = days_of({})
    stormy = History(calm.days, calm.counts.copy())
    stormy.counts[-1] *= 5
    before = forecast(calm, date(2026, 11, 25), WORKDAYS).sum()
    assert forecast(stormy, date(2026, 11, 25), WORKDAYS).sum() <= before * 1.06


def test_a_lasting_change_is_followed_within_weeks() -> None:
    calm = days_of({})
    grown = History(calm.days, calm.counts.copy())
    grown.counts[-28:] *= 1.3
    before = forecast(calm, date(2026, 11, 25), WORKDAYS).sum()
    assert forecast(grown, date(2026, 11, 25), WORKDAYS).sum() > before * 1.25


def test_the_forecast_of_a_day_knows_nothing_of_that_day() -> None:
    history = days_of({})
    changed = History(history.days, history.counts.copy())
    changed.counts[-1] = 0
    day = history.days[-1]
    assert (forecast(history, day, WORKDAYS) == forecast(changed, day, WORKDAYS)).all()


def test_the_first_of_october_is_no_thursday() -> None:
    history = synthetic_history(date(2026, 10, 1), 100, WORKDAYS)
    holiday = forecast(history, date(2026, 10, 1), WORKDAYS).sum()
    assert holiday < 0.8 * forecast(history, date(2026, 9, 24), WORKDAYS).sum()


def test_invented_days_are_the_same_again_and_say_what_they_are() -> None:
    one, other = (synthetic_history(UNTIL, 30, WORKDAYS) for _ in range(2))
    assert (one.counts == other.counts).all()
    assert one.source is Source.SYNTHETIC
    assert one.days[-1] == UNTIL - timedelta(1)


def test_the_back_test_beats_copying_last_week_and_not_chance() -> None:
    found = back_test(synthetic_history(UNTIL, 182, WORKDAYS), WORKDAYS)
    assert found is not None
    assert found.last_week is not None
    assert found.days == 28
    assert found.chance < found.wape < found.last_week
    assert abs(found.bias) < 0.05
    by_hour = back_test(synthetic_history(UNTIL, 182, WORKDAYS), WORKDAYS, quarters=4)
    assert by_hour is not None
    assert by_hour.wape < found.wape


def test_around_new_year_copying_last_week_is_far_worse() -> None:
    found = back_test(synthetic_history(date(2026, 3, 10), 182, WORKDAYS), WORKDAYS)
    assert found is not None
    assert found.last_week is not None
    assert found.wape < found.last_week / 2


def test_too_few_days_say_nothing_of_their_error() -> None:
    assert back_test(synthetic_history(UNTIL, 20, WORKDAYS), WORKDAYS) is None
    assert back_test(NOTHING, WORKDAYS) is None


def test_a_gap_in_the_history_is_stepped_over() -> None:
    whole = synthetic_history(UNTIL, 60, WORKDAYS)
    kept = [n for n in range(60) if not 40 <= n < 45]
    holed = History(tuple(whole.days[n] for n in kept), whole.counts[kept])
    day = date(2026, 11, 25)
    assert forecast(holed, day, WORKDAYS).sum() == pytest.approx(
        forecast(whole, day, WORKDAYS).sum(), rel=0.05
    )
    assert back_test(holed, WORKDAYS) is not None
