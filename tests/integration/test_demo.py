"""A demonstration is read by the ordinary reports, to the last ticket."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from cli.main import app
from core.settings import CHECKOUT, get_settings
from demo.load import HomeInUse, load
from demo.published import SECOND_QUARTER, Period, like
from queues.ledger.facts import Rules
from queues.ledger.remaking import Days
from queues.ledger.verify import verify
from reports.alarms import alarms
from reports.bulletin import Bulletin, bulletin
from reports.half_year import half_year
from reports.hearing import hear
from reports.recount import recount
from reports.spans import span_of
from reports.ticket_facts import Scope
from reports.ticket_sides import TicketGrouping
from reports.ticket_tally import tally, tickets_behind
from reports.visits import visits
from tests.integration.test_answer_rate import a_call, stored
from tickets.channels import Channel
from tickets.city import load_city

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
CITY = load_city(CHECKOUT / "config")
QUARTER = span_of("2020-Q2")
NOW = like(
    SECOND_QUARTER, date(2020, 4, 20), date(2020, 5, 10), calls=700, unanswered=3, others=40,
    topics={"1001": 50},
)  # fmt: skip
BEFORE = like(
    NOW, date(2019, 6, 20), date(2019, 7, 1), calls=500, unanswered=4, others=20, flow_days=3.09
)
TEAMS = Period(
    since=date(2020, 5, 6), until=date(2020, 5, 20), calls=0, unanswered=0,
    others={Channel.VISIT: 99}, types={"QZ": 99}, dispatched=90, late=2, redone=0, unreached=6,
    retried=0, topics={}, flow_days=2.73, unreasonable=5,
)  # fmt: skip


@pytest.fixture
async def loaded(sessions: Sessions) -> Sessions:
    await load(sessions, CITY, "测试", periods=(BEFORE, NOW, TEAMS))
    return sessions


async def bulletin_of(sessions: Sessions) -> Bulletin:
    async with sessions() as session:
        return await bulletin(session, CITY, QUARTER)


async def changed(sessions: Sessions, statement: str) -> None:
    async with sessions.begin() as session:
        await session.execute(text(statement))


async def test_the_bulletin_has_every_number_that_went_in(loaded: Sessions) -> None:
    found = await bulletin_of(loaded)
    assert found.adds_up
    assert found.received.now == NOW.tickets
    assert found.received.before == BEFORE.tickets
    assert found.channels == {
        "phone": NOW.calls - NOW.unanswered, **{k.value: n for k, n in NOW.others.items() if n}
    }  # fmt: skip
    kinds = NOW.types
    assert found.natures["投诉举报"] == kinds["TS"] + kinds["JB"]
    assert found.natures["无效"] == kinds["WX"]
    assert found.figures["tickets_answered_online"] == NOW.online
    assert found.figures["tickets_handed_over"] == NOW.dispatched
    assert found.figures["answer_rate_gross"] == 1 - NOW.unanswered / NOW.calls
    assert found.figures["handling_on_time"] == 1 - NOW.late / NOW.dispatched
    reached = NOW.dispatched - NOW.unreached
    assert found.figures["overall_satisfaction"] == reached / (reached + NOW.redone)
    assert found.figures["follow_up_calls"] == (
        NOW.dispatched + NOW.redone + 2 * NOW.unreached + NOW.retried
    )
    assert (found.topics[0].code, found.topics[0].now) == ("1001", 50)
    await visits_print_the_four_numbers_and_the_rest(loaded)
    await the_half_year_tells_both_readings_of_a_shorter_time(loaded)


async def test_one_row_more_or_less_is_one_in_the_figure(loaded: Sessions) -> None:
    before = await bulletin_of(loaded)
    await stored(loaded, a_call(started_at=before.as_of.replace(2020, 5, 1)))
    oldest = "(SELECT min(id) FROM ticket JOIN matter ON id = ticket_id WHERE new_at > '2020-01-01'"
    suggest = "UPDATE matter SET type = 'JY' WHERE ticket_id ="
    await changed(loaded, f"{suggest} {oldest} AND type = 'ZX')")
    later = "UPDATE ticket SET new_at = '2020-12-01' WHERE id ="
    await changed(loaded, f"{later} {oldest} AND state = 'INVALID')")
    await recount(loaded)
    after = await bulletin_of(loaded)
    assert after.received.now == before.counts.of("received") - 1
    assert after.natures["无效"] == before.natures["无效"] - 1
    assert after.natures["建议"] == before.natures.get("建议", 0) + 1
    assert after.natures["咨询"] == before.natures["咨询"] - 1
    assert after.calls.arrivals == before.calls.arrivals + 1
    assert after.adds_up


async def visits_print_the_four_numbers_and_the_rest(loaded: Sessions) -> None:
    async with loaded() as session:
        found = await visits(session, CITY, QUARTER)
    assert found.adds_up
    names = ("received", "handed_over", "solved", "unreasonable", "unsolved")
    assert [found.counts.of(name) for name in names] == [99, 90, 79, 5, 6]


async def the_half_year_tells_both_readings_of_a_shorter_time(loaded: Sessions) -> None:
    async with loaded() as session:
        found = await half_year(session, CITY, span_of("2020-H1"))
    flow = next(c for c in found.changes if c.measure.id == "flow_days")
    assert flow.now == pytest.approx(2.73)
    assert flow.before == pytest.approx(3.09)
    assert flow.relative == pytest.approx(-0.1165, abs=5e-5)
    assert flow.speed == pytest.approx(0.1319, abs=5e-5)
    arrivals = next(c for c in found.changes if c.measure.id == "arrivals")
    assert arrivals.relative == (NOW.calls - BEFORE.calls) / BEFORE.calls


async def test_a_number_has_as_many_tickets_behind_it_and_pages_meet_each_once(
    loaded: Sessions,
) -> None:
    days = QUARTER.since, QUARTER.until
    async with loaded() as session:
        by_unit = (await tally(session, CITY, *days, [TicketGrouping.UNIT]))[TicketGrouping.UNIT]
        unit, counts = max(by_unit.items(), key=lambda row: row[1].of("handed_over"))
        found, before = [], None
        while page := await tickets_behind(
            session, CITY, *days, "handed_over",
            grouping=TicketGrouping.UNIT, key=unit, limit=5, before=before,
        ):  # fmt: skip
            found += page
            before = (page[-1].new_at, page[-1].id)
        visited = await tickets_behind(session, CITY, *days, "received", scope=Scope.VISITS)
    assert len(found) == len({t.number for t in found}) == counts.of("handed_over")
    assert {t.lead for t in found} == {unit}
    assert {t.channel for t in visited} == {"visit"}
    await checks_of_real_calls_pass_the_demonstration_over(loaded)


async def checks_of_real_calls_pass_the_demonstration_over(loaded: Sessions) -> None:
    await hear(loaded, [date(2020, 5, 4)])
    async with loaded() as session:
        assert await alarms(session) == []
        found = await verify(session, Rules.of(get_settings()), Days())
    assert found.holds
    assert found.calls == 0


async def test_a_home_in_use_is_left_alone_unless_forced_and_no_home_gets_it_twice(
    sessions: Sessions,
) -> None:
    await stored(sessions, a_call())
    with pytest.raises(HomeInUse, match="--force"):
        await load(sessions, CITY, "测试", periods=(TEAMS,))
    await load(sessions, CITY, "测试", periods=(TEAMS,), force=True)
    with pytest.raises(HomeInUse, match="already"):
        await load(sessions, CITY, "测试", periods=(TEAMS,), force=True)


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("home")
def test_the_commands_print_what_was_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.demo.load", _only_visits)
    run = CliRunner()
    assert "99 tickets" in run.invoke(app, ["demo", "load", "--by", "测试"]).output
    words = ["report", "visits", "--to", "2020-10-10", "--json"]
    figures = json.loads(run.invoke(app, words).output)["figures"]
    names = (
        "tickets_received", "tickets_handed_over", "visits_solved", "tickets_unreasonable",
    )  # fmt: skip
    assert [figures[name] for name in names] == [99, 90, 79, 5]
    assert "87.78%" in run.invoke(app, words[:-1]).output
    for report in (["bulletin", "--quarter", "2020-Q2"], ["half-year", "2020-H1"], ["tickets"]):
        for more in ([], ["--json"]):
            assert run.invoke(app, ["report", *report, *more]).exit_code == 0
    assert run.invoke(app, ["report", "bulletin", "--quarter", "2020-X2"]).exit_code == 1


async def _only_visits(*given: object, **named: object) -> object:
    return await load(*given, **named, periods=(TEAMS,))  # type: ignore[arg-type]
