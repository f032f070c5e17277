"""What the hall's wall shows of the day: half-hours as the reports count them, lines by name."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import local, utc_now
from tests.as_program import as_program
from tests.integration.console import Sessions, browser, served, settings_of
from tests.integration.test_answer_rate import a_call, stored
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration


async def test_half_hours_of_today_count_who_asked_and_who_was_answered(
    sessions: Sessions, tmp_path: Path, database_url: str
) -> None:
    now = utc_now()
    await stored(
        sessions,
        a_call(started_at=now),
        a_call(Outcome.ABANDONED, started_at=now),
        a_call(started_at=now - timedelta(days=1)),
    )
    settings = settings_of(tmp_path, database_url)
    async with served(settings) as app, browser(app) as page:
        page.headers.update(as_program(tmp_path))
        (found,) = (await page.get("/api/live/half-hours")).json()
        assert (found["human_requests"], found["answered"]) == (2, 1)
        minute = "30" if local(now).minute >= 30 else "00"
        assert found["begin"][11:16] == f"{local(now):%H}:{minute}"


async def test_the_line_of_a_waiting_call_is_told_by_its_name(
    sessions: Sessions, tmp_path: Path, database_url: str
) -> None:
    call = a_call(line="mayor", started_at=utc_now())
    await stored(sessions, call)
    settings = settings_of(tmp_path, database_url)
    async with served(settings) as app, browser(app) as page:
        page.headers.update(as_program(tmp_path))
        found = await page.get("/api/live/lines", params={"call": [call.uid, "unknown"]})
        assert found.json() == {call.uid: "市长公开电话"}
        assert (await page.get("/api/live/lines")).status_code == 422
