"""Every broken promise is found once, and a month that was assessed is never assessed otherwise."""

import wave
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from cli.main import app
from core.settings import CHECKOUT, get_settings
from demo.load import load
from oversight import assessing
from oversight.assessing import AssessmentRefused, IllegalAssessmentMove
from oversight.auditing import DayNotOver, audit, defects_of
from oversight.months import look
from oversight.rules import load_assessment_rules
from oversight.words import AssessmentState, Decision, Promise
from people.roles import Role
from queues.models import Call
from recordings.models import Recording, RecordingState
from tests.as_program import as_program
from tests.integration.console import a_person, browser, enter, served, settings_of
from tests.integration.test_answer_rate import a_call
from tests.integration.test_demo import CITY, NOW
from tickets.outcomes import Outcome
from tickets.service import CallForTicket, close_for_calls

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
RULES = load_assessment_rules(CHECKOUT / "config")
DAY, APRIL = date(2020, 5, 6), date(2020, 4, 1)
# A Monday, ten in the city.
THIRD = datetime(2020, 5, 11, 2, 0, tzinfo=UTC)
LATER = THIRD + timedelta(days=10)
TALKED = datetime(2020, 5, 6, 4, 0, tzinfo=UTC)


@pytest.fixture
async def city(sessions: Sessions) -> Sessions:
    await load(sessions, CITY, "测试", periods=(NOW,))
    return sessions


async def changed(sessions: Sessions, *statements: tuple[str, int]) -> None:
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement, ticket in statements:
            await session.execute(text(statement), {"id": ticket})


async def audited(sessions: Sessions, folder: Path) -> tuple[dict[Promise, int], dict[str, str]]:
    """Return how many each promise was due for, and each defect as ticket → promise and owner."""
    async with sessions.begin() as session:
        made = await audit(session, folder, DAY, "测试")
        defects = await defects_of(session, made.id, 100)
    due = {Promise(name): told["due"] for name, told in made.coverage.items()}
    assert sum(t["due"] - t["kept"] for t in made.coverage.values()) == len(defects)
    return due, {d.number: f"{d.defect.promise} {d.defect.owner}" for d in defects}


async def a_recorded_talk(sessions: Sessions, folder: Path) -> Path:
    call: Call = a_call(started_at=TALKED, talk_seconds=3.0)
    path = folder / "talk.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((2, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x01\x02" * 2 * 8000 * 3)
    async with sessions.begin() as session:
        session.add(call)
        told = CallForTicket(
            call.uid, call.started_at, "12345", "13812345678", ended_at=call.ended_at,
            outcome=Outcome.ANSWERED, agent="8013", talk_seconds=3.0,
        )  # fmt: skip
        await close_for_calls(session, [told])
        session.add(
            Recording(
                call_uid=call.uid, state=RecordingState.FINISHED, path=path.name, seconds=3.0,
                channels=2, sha256="0", finished_at=TALKED,
            )
        )  # fmt: skip
    return path


async def number_of(sessions: Sessions, condition: str) -> tuple[int, str]:
    """Return id and number of the oldest dispatched ticket of the day that fulfils a condition."""
    within = "BETWEEN '2020-05-05 16:00+00' AND '2020-05-06 15:59+00'"
    query = "SELECT t.id, t.number FROM ticket t JOIN matter m ON m.ticket_id = t.id WHERE "
    query += condition.replace("TODAY", within) + " ORDER BY t.id LIMIT 1"
    async with sessions() as session:
        row = (await session.execute(text(query))).one()
    return int(row[0]), str(row[1])


async def test_one_planted_defect_of_each_kind_is_found_and_nothing_else(
    city: Sessions, tmp_path: Path
) -> None:
    path = await a_recorded_talk(city, tmp_path)
    async with city.begin() as session:
        await assessing.freeze(session, CITY, RULES, APRIL, "测试")
    due, defects = await audited(city, tmp_path)
    assert defects == {}
    assert all(due[promise] for promise in Promise)
    path.unlink()
    talk = await number_of_call(city)
    closed = "m.dispatches > 0 AND t.closed_at TODAY"
    reply, reply_no = await number_of(city, closed)
    service, service_no = await number_of(city, f"{closed} AND t.id > {reply}")
    late, late_no = await number_of(city, f"{closed} AND t.id > {service}")
    asked, asked_no = await number_of(city, f"{closed} AND t.id > {late}")
    given, given_no = await number_of(city, "m.dispatches > 0 AND t.new_at TODAY")
    month = "t.closed_at BETWEEN '2020-04-01' AND '2020-04-30'"
    scored, scored_no = await number_of(city, f"m.dispatches > 0 AND {month}")
    await changed(
        city,
        ("UPDATE matter SET answer = '', public_reply = '' WHERE ticket_id = :id", reply),
        ("DELETE FROM ticket_event WHERE ticket_id = :id AND act = 'feed-back'", service),
        ("UPDATE ticket_clock SET stopped_by = 'sign' WHERE ticket_id = :id", service),
        ("UPDATE ticket_clock SET due_at = started_at, first_due_at = started_at "
         "WHERE kind = 'handle' AND ticket_id = :id", late),
        ("DELETE FROM follow_up WHERE ticket_id = :id", asked),
        ("DELETE FROM ticket_task WHERE ticket_id = :id", given),
        ("UPDATE matter SET lead = 'NEW' WHERE ticket_id = :id", scored),
    )  # fmt: skip
    _, defects = await audited(city, tmp_path)
    lead = (await audit_owner(city, reply), await audit_owner(city, service))
    assert defects == {
        talk: "record center",
        reply_no: f"reply {lead[0]}",
        given_no: "dispatch review",
        service_no: f"service {lead[1]}",
        asked_no: "follow-up follow-up",
        late_no: "supervision center",
        scored_no: "assessment assessment",
    }


async def audit_owner(sessions: Sessions, ticket: int) -> str:
    async with sessions() as session:
        query = text("SELECT lead FROM matter WHERE ticket_id = :id")
        return str(await session.scalar(query, {"id": ticket}))


async def number_of_call(sessions: Sessions) -> str:
    async with sessions() as session:
        query = text("SELECT number FROM ticket WHERE call_uid NOT LIKE 'demo-%'")
        return str(await session.scalar(query))


async def test_a_silent_or_short_recording_is_a_defect_and_a_day_that_is_not_over_waits(
    sessions: Sessions, tmp_path: Path
) -> None:
    path = await a_recorded_talk(sessions, tmp_path)
    assert (await audited(sessions, tmp_path))[1] == {}
    for frames in (bytes(4 * 8000 * 3), b"\x01\x02" * 100, b""):
        with wave.open(str(path), "wb") as sound:
            sound.setparams((2, 2, 8000, 0, "NONE", ""))
            sound.writeframes(frames)
        assert list((await audited(sessions, tmp_path))[1].values()) == ["record center"]
    async with sessions() as session:
        with pytest.raises(DayNotOver):
            await audit(session, tmp_path, DAY, "测试", TALKED)


async def test_a_month_is_frozen_appealed_decided_and_published_in_this_order_only(
    city: Sessions,
) -> None:
    async def act(name: str, *said: object, now: datetime = THIRD) -> object:
        async with city.begin() as session:
            made = getattr(assessing, name)
            begin = (session, APRIL) if name == "decide" else (session, CITY, RULES, APRIL)
            return await made(*begin, *said, now=now)

    with pytest.raises(IllegalAssessmentMove, match="open"):
        await act("publish", "测试")
    with pytest.raises(AssessmentRefused, match="not over"):
        await act("freeze", "测试", now=datetime(2020, 4, 30, tzinfo=UTC))
    assert await act("freeze", "测试")
    with pytest.raises(IllegalAssessmentMove, match="frozen"):
        await act("freeze", "测试")
    async with city() as session:
        found = await look(session, CITY, RULES, APRIL)
    unit = found.standings[0].row.unit
    with pytest.raises(AssessmentRefused, match="evidence"):
        await act("appeal", unit, "单位", "系统故障", " ")
    appeal = await act("appeal", unit, "单位", "系统故障", "截图一")
    with pytest.raises(AssessmentRefused, match="wait for a decision"):
        await act("publish", "测试", now=LATER)
    await act("decide", appeal, "评审组", Decision.GRANTED, "属实", -5.0)
    with pytest.raises(AssessmentRefused, match="already"):
        await act("decide", appeal, "评审组", Decision.REFUSED, "重复")
    with pytest.raises(AssessmentRefused, match="may appeal"):
        await act("publish", "测试")
    with pytest.raises(AssessmentRefused, match="were taken"):
        await act("appeal", unit, "单位", "迟到", "截图二", now=LATER)
    await act("publish", "测试", now=LATER)
    async with city() as session:
        found = await look(session, CITY, RULES, APRIL)
    assert found.state is AssessmentState.PUBLISHED
    mine = next(s for s in found.standings if s.row.unit == unit)
    assert mine.row.score is not None
    assert mine.final == pytest.approx(mine.row.score - 5)
    with pytest.raises(DBAPIError, match="append-only"):
        async with city.begin() as session:
            await session.execute(text("UPDATE assessment_score SET score = 100"))


async def test_few_tickets_have_a_score_and_no_rank(city: Sessions) -> None:
    async with city.begin() as session:
        await assessing.freeze(session, CITY, RULES, APRIL, "测试")
        found = await look(session, CITY, RULES, APRIL)
    few = [s for s in found.standings if s.row.sample < RULES.smallest_sample]
    assert few
    assert all(s.rank is None and s.final is not None for s in few if s.row.sample)
    ranked = [s for s in found.standings if s.rank]
    for peers in {s.row.peers for s in ranked}:
        ranks = [s.rank for s in ranked if s.row.peers == peers]
        assert ranks[0] == 1
        assert ranks == sorted(rank or 0 for rank in ranks)


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("home")
def test_the_commands_say_what_is_wrong_and_do_the_rest() -> None:
    run = CliRunner()
    assert run.invoke(app, ["audit", "show", "--day", "2020-05-06"]).exit_code == 1
    for words in (
        ["audit", "run", "--day", "2020-05-06", "--by", "测试"],
        ["audit", "show", "--day", "2020-05-06", "--json"],
        ["assessment", "freeze", "2020-04", "--by", "测试"],
        ["assessment", "show", "2020-04"],
        ["assessment", "show", "2020-04", "--json"],
        ["assessment", "publish", "2020-04", "--by", "测试"],
    ):
        result = run.invoke(app, words)
        assert (result.exit_code == 0) is (words[1] != "publish"), result
    assert "有记录" in run.invoke(app, ["audit", "show", "--day", "2020-05-06"]).output


async def test_a_unit_sees_others_only_once_published_and_appeals_for_itself_alone(
    city: Sessions, tmp_path: Path, database_url: str
) -> None:
    settings = settings_of(tmp_path, database_url)
    async with city.begin() as session:
        await assessing.freeze(session, CITY, RULES, APRIL, "测试")
    async with served(settings) as app_, browser(app_) as page:
        await a_person(city, settings, "zhang", Role.UNIT_HEAD, "ZJJ")
        await enter(page, "zhang")
        seen = (await page.get("/api/assessments/2020-04")).json()
        assert [unit["unit"] for unit in seen["units"]] == ["ZJJ"]
        said = {"unit": "SCJ", "reason": "系统故障", "evidence": "截图一"}
        assert (await page.post("/api/assessments/2020-04/appeals", json=said)).status_code == 403
        said["unit"] = "ZJJ"
        late = await page.post("/api/assessments/2020-04/appeals", json=said)
        assert late.status_code == 200, late.text
        assert [act["act"] for act in late.json()["acts"]] == ["freeze", "appeal"]
        assert (await page.get("/api/audits/2020-05-06")).status_code == 403
        page.cookies.clear()
        program = as_program(tmp_path) | {"Hotline-Actor": "test"}
        asked = await page.get("/api/audits/2020-05-06", headers=program)
        assert (asked.status_code, asked.json()["type"]) == (404, "urn:hotline:not-audited")
        async with city.begin() as session:
            await audit(session, tmp_path, DAY, "测试")
        told = (await page.get("/api/audits/2020-05-06", headers=program)).json()
        assert told["coverage"]["reply"]["due"] > 0
        defects = await page.get("/api/audits/2020-05-06/defects?limit=1", headers=program)
        assert defects.status_code == 200
        quarter = "from=2020-04-01&to=2020-06-30"
        for path in (
            "bulletin?quarter=2020-Q2",
            "half-year?half=2020-H1",
            f"tickets?by=unit&{quarter}",
            f"visits?{quarter}",
            f"tickets/behind?behind=handed_over&{quarter}",
        ):
            report = await page.get(f"/api/reports/{path}", headers=program)
            assert report.status_code == 200, report.text
        page_one = report.json()
        after = await page.get(f"/api/reports/{path}&cursor={page_one['next']}", headers=program)
        assert after.json()["items"][0]["number"] not in {t["number"] for t in page_one["items"]}
        days = "from=2020-04-01&to=2020-04-02"
        for wrong in ("bulletin?quarter=2020", f"tickets/behind?behind=x&{days}"):
            assert (await page.get(f"/api/reports/{wrong}", headers=program)).status_code == 400
