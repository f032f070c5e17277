"""The answer rate of any 24 hours: bad nights between good days are found, the future is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import midnight
from reports.answer_rate import Period
from reports.rolling import Rolling, rolling
from tests.integration.test_answer_rate import a_call, stored
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
DAY = date(2026, 10, 20)
MIDNIGHT = midnight(DAY)


async def found(sessions: Sessions, days: int = 1, measure: str = "answer_rate_gross") -> Rolling:
    async with sessions() as session:
        return await rolling(session, Period(DAY, DAY + timedelta(days=days)), measure)


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


async def test_a_day_has_twenty_four_windows_that_end_at_its_full_hours(
    sessions: Sessions,
) -> None:
    await stored(sessions, a_call(started_at=at(0.5)))
    told = await found(sessions)
    assert [window.end for window in told.windows] == [at(hour) for hour in range(1, 25)]
    assert [window.arrivals for window in told.windows] == [1] * 24
    assert told.windows[0].begin == at(-23)


async def test_a_call_is_in_twenty_four_windows_and_not_in_a_twenty_fifth(
    sessions: Sessions,
) -> None:
    await stored(sessions, a_call(started_at=at(10)))
    told = await found(sessions, days=2)
    counted = [window.end for window in told.windows if window.arrivals]
    assert counted == [at(hour) for hour in range(11, 35)]


async def test_a_bad_night_between_two_good_days_falls_short(sessions: Sessions) -> None:
    await stored(
        sessions,
        *(a_call(started_at=at(2)) for _ in range(30)),
        *(a_call(Outcome.ABANDONED, started_at=at(23)) for _ in range(1)),
        *(a_call(Outcome.ABANDONED, started_at=at(25)) for _ in range(1)),
        *(a_call(started_at=at(45)) for _ in range(30)),
    )
    by_day = await found(sessions, days=2)
    ends_of_days = [window for window in by_day.windows if window.end in (at(24), at(48))]
    assert not any(window.falls_short for window in ends_of_days)
    assert by_day.worst is not None
    assert (by_day.worst.value, by_day.worst.end) == (0.0, at(27))
    # From the second call lost until only one is left in the window with thirty answered.
    assert [window.end for window in by_day.short] == [at(hour) for hour in range(26, 48)]


async def test_hours_in_which_nobody_asks_are_neither_good_nor_bad(sessions: Sessions) -> None:
    told = await found(sessions)
    assert (told.worst, told.short) == (None, [])


async def test_a_window_that_is_not_over_is_not_judged(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.rolling.utc_now", lambda: at(5.9).astimezone(UTC))
    await stored(sessions, a_call(Outcome.ABANDONED, started_at=at(1)))
    assert [window.end for window in (await found(sessions)).windows] == [
        at(hour) for hour in range(1, 6)
    ]


async def test_the_share_is_the_one_that_was_asked_for(sessions: Sessions) -> None:
    await stored(sessions, a_call(started_at=at(1), queue_visits=2))
    told = await found(sessions, measure="answer_rate_per_request")
    assert told.worst is not None
    assert told.worst.value == 0.5
