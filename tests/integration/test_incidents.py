"""An incident: put on air by a person, with one ticket, on which each caller is counted once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.clock import utc_now
from core.secrets import ensure_secrets
from core.settings import Settings
from ivr import incidents
from ivr.incidents import BadAnnouncement, Order
from ivr.on_air import FileBoard
from queues.ledger.ledger import Ledger
from queues.ledger.remaking import Days, remake
from queues.models import Call
from recordings.news_music import news_link
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall
from tickets.acts import Actor
from tickets.channels import Channel
from tickets.incidents import service
from tickets.incidents.models import Incident, IncidentEvent, TicketContact
from tickets.incidents.service import AirIsFull, UnknownIncident
from tickets.incidents.words import NotOnAir
from tickets.life.drafts import BadMatter
from tickets.life.facts import Person
from tickets.models import Ticket
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
BURST = Order("东昌路水管爆裂，预计18:00恢复。", area="371502", topic="0204", reason="暴雨")
BY = "8001"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    made.sounds_dir.mkdir()
    ensure_secrets(made.secrets_file)
    return made


def heard(settings: Settings) -> list[int]:
    return [one.incident for one in FileBoard(settings.sounds_dir).on_air(utc_now())]


async def test_it_is_on_air_with_its_sound_and_its_ticket(
    settings: Settings, sessions: Sessions
) -> None:
    made = await incidents.start(settings, sessions, BURST, BY)
    (one,) = FileBoard(settings.sounds_dir).on_air(utc_now())
    assert (one.incident, one.key) == (made.id, "1")
    for language in ("zh", "en"):
        assert (settings.sounds_dir / language / f"{one.prompt}.wav").stat().st_size > 50_000
        assert news_link(settings.sounds_dir, language).stat().st_size > 50_000
    assert made.text_zh.endswith("请按1登记并挂机，其他问题请稍候。")
    async with sessions() as session:
        ticket = await session.get_one(Ticket, made.ticket_id)
        (event,) = await session.scalars(select(IncidentEvent))
    assert (ticket.channel, ticket.call_uid) == (Channel.INCIDENT, None)
    assert (event.actor, event.reason) == (BY, "暴雨")


async def test_several_are_said_in_their_order_each_with_its_own_key(
    settings: Settings, sessions: Sessions
) -> None:
    late = await incidents.start(settings, sessions, BURST, BY)
    first = await incidents.start(settings, sessions, Order("停电。", position=1), BY)
    silent = await incidents.start(settings, sessions, Order("公告。", key="none"), BY)
    assert heard(settings) == [first.id, late.id, silent.id]
    assert [late.key, first.key, silent.key] == ["1", "6", ""]
    await incidents.start(settings, sessions, Order("停气。"), BY)
    with pytest.raises(AirIsFull, match="Every key"):
        await incidents.start(settings, sessions, Order("停暖。"), BY)
    await incidents.start(settings, sessions, Order("公告二。", key="none"), BY)
    with pytest.raises(AirIsFull, match="5 announcements"):
        await incidents.start(settings, sessions, Order("公告三。", key="none"), BY)


async def test_what_is_stopped_is_over(settings: Settings, sessions: Sessions) -> None:
    made = await incidents.start(settings, sessions, BURST, BY)
    await incidents.extend(settings, sessions, made.id, 300, BY, "还没好")
    await incidents.stop(settings, sessions, made.id, BY, "修好了")
    assert heard(settings) == []
    with pytest.raises(NotOnAir, match="is stopped"):
        await incidents.extend(settings, sessions, made.id, 5, BY, "")
    with pytest.raises(UnknownIncident):
        await incidents.stop(settings, sessions, 999, BY, "")
    async with sessions() as session:
        told = await session.scalars(select(IncidentEvent.act).order_by(IncidentEvent.id))
        assert [str(act) for act in told] == ["start", "extend", "stop"]
        with pytest.raises(DBAPIError, match=r"append-only|refuse|never"):
            await session.execute(text("DELETE FROM incident_event"))


async def test_what_has_expired_cannot_be_extended(settings: Settings, sessions: Sessions) -> None:
    made = await incidents.start(settings, sessions, BURST, BY)
    async with sessions.begin() as session:
        past = made.started_at + timedelta(microseconds=1)
        await service.extend(session, made.id, past, Person(BY, Actor.REVIEWER), "")
    with pytest.raises(NotOnAir, match="is expired"):
        await incidents.extend(settings, sessions, made.id, 5, BY, "")


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        (Order(""), BadAnnouncement),
        (Order("a\nb"), BadAnnouncement),
        (Order("长" * 301), BadAnnouncement),
        (Order("好", key="9"), BadAnnouncement),
        (Order("好", minutes=0), BadAnnouncement),
        (Order("好", area="nowhere"), BadMatter),
        (Order("好", topic="nothing"), BadMatter),
    ],
)
async def test_nothing_is_half_published(
    settings: Settings, sessions: Sessions, order: Order, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        await incidents.start(settings, sessions, order, BY)
    assert heard(settings) == []
    async with sessions() as session:
        assert (await session.scalars(select(Ticket))).all() == []


async def counted(sessions: Sessions) -> list[str | None]:
    async with sessions() as session:
        return list(await session.scalars(select(TicketContact.caller).order_by(TicketContact.id)))


def pressed(number: int, incident: Incident, caller: str) -> ACall:
    call = ACall(number=number, began=NOON + number * 60, caller=caller).arrives().in_menu()
    call.queues().wait(9).leaves_queue("key-1").journal("counted", incident=incident.id)
    return call.wait(3).is_hung_up()


async def test_each_number_is_counted_once_and_the_lines_say_so_again(
    settings: Settings, sessions: Sessions
) -> None:
    made = await incidents.start(settings, sessions, BURST, BY)
    files, ledger = SwitchFiles(settings), Ledger.of(settings, sessions, quiet=0)
    files.tell(
        pressed(1, made, "13800000001"),
        pressed(2, made, "13800000001"),
        pressed(3, made, "13800000002"),
        pressed(4, made, ""),
        pressed(5, made, ""),
    )
    while await ledger.step():
        pass
    await ledger.step()
    everybody = ["13800000001", "13800000002", None, None]
    assert await counted(sessions) == everybody
    async with sessions() as session:
        calls = (await session.scalars(select(Call))).all()
        (listed,) = await service.list_incidents(session, 10)
    assert {call.outcome for call in calls} == {Outcome.IVR_SERVED}
    assert {call.counted_with for call in calls} == {made.id}
    assert listed.counted == 4
    async with sessions() as session:
        again = [one async for page in remake(session, ledger.book.rules, Days()) for one in page]
    assert {one.entry.facts and one.entry.facts.counted_with for one in again} == {made.id}


async def test_a_made_up_incident_in_the_journal_counts_nobody(
    settings: Settings, sessions: Sessions
) -> None:
    files, ledger = SwitchFiles(settings), Ledger.of(settings, sessions, quiet=0)
    for number, incident in enumerate((7, -1, 2**40, "7", None)):
        call = ACall(number=number + 1).arrives().in_menu().journal("counted", incident=incident)
        files.tell(call.wait(1).hangs_up())
    while await ledger.step():
        pass
    assert await counted(sessions) == []


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        yield client


async def test_a_supervisor_does_it_over_http(api: httpx.AsyncClient, settings: Settings) -> None:
    order = {"text": "停水，按{key}登记。", "minutes": 30}
    assert (await api.post("/api/incidents", json=order)).status_code == 401
    api.headers["Authorization"] = f"Bearer {settings.secrets.api}"
    api.headers["Hotline-Actor"] = BY
    made = (await api.post("/api/incidents", json=order)).json()
    number = made["id"]
    assert heard(settings) == [number]
    assert (await api.post(f"/api/incidents/{number}/extend", json={"minutes": 60})).is_success
    (one,) = (await api.get("/api/incidents")).json()["items"]
    assert (one["text"], one["state"], one["counted"]) == ("停水，按1登记。", "on-air", 0)
    assert (await api.post(f"/api/incidents/{number}/stop", json={})).is_success
    assert (await api.post(f"/api/incidents/{number}/stop", json={})).status_code == 409
    assert (await api.post("/api/incidents/999/stop", json={})).status_code == 404
    assert (await api.post("/api/incidents", json={"text": ""})).status_code == 422
    assert heard(settings) == []
