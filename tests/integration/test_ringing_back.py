"""People work off who gave up: nobody twice, nobody who got through, every attempt kept."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from api.app import make_app
from cli.main import app
from core.secrets import ensure_secrets
from core.settings import Settings, get_settings
from queues.callbacks.orders import AlreadyDone, CannotRing, LedgerBehind, NotAbandoned, Orders
from queues.callbacks.states import CallbackResult, CallbackState, IllegalCallbackMove
from queues.journal import JournalKind
from queues.ledger.ledger import Ledger
from reports.abandoned import list_abandoned, longest_to_do, tally_abandoned
from reports.answer_rate import Period
from telephony.journal import Journal
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
THE_DAY = Period(date(2026, 11, 24), date(2026, 11, 25))
ANNA, BERTA = "13800000001", "13800000002"


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    ensure_secrets(get_settings().secrets_file)
    yield get_settings()
    get_settings.cache_clear()


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


@pytest.fixture
def orders(settings: Settings, sessions: Sessions) -> Orders:
    return Orders.of(settings, sessions)


@asynccontextmanager
async def ledger_at_work(settings: Settings, sessions: Sessions) -> AsyncIterator[None]:
    """A ledger that has read what there is, and reads on."""
    ledger = Ledger.of(settings, sessions, quiet=0)
    while await ledger.step():
        pass

    async def work() -> None:
        while True:
            await ledger.step()
            await asyncio.sleep(0.02)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


def gave_up(number: int, caller: str, began: float = NOON) -> ACall:
    return ACall(number, began, caller).arrives().in_menu().queues().wait(30).abandons()


def uid(number: int, began: float = NOON) -> str:
    return ACall(number, began).uid


async def ring(orders: Orders, call: str, agent: str = "8013") -> CallbackState:
    async def choice(_: AsyncSession) -> str:
        return call

    return (await orders.ring_back(choice, agent, "wang")).state


async def open_callers(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return [one.call.caller for one in await list_abandoned(session, THE_DAY, to_do=True)]


async def test_two_who_pick_the_next_one_at_once_get_two_callers_longest_first(
    settings: Settings, files: SwitchFiles, sessions: Sessions, orders: Orders
) -> None:
    files.tell(gave_up(1, BERTA, NOON + 60), gave_up(2, ANNA))

    async def pick(agent: str) -> str:
        made = await orders.ring_back(lambda s: longest_to_do(s, THE_DAY), agent, "wang")
        return made.number

    async with ledger_at_work(settings, sessions):
        first, second = await asyncio.gather(pick("8013"), pick("8014"))
        assert {first, second} == {ANNA, BERTA}
        assert await open_callers(sessions) == []
        async with sessions() as session:
            assert await longest_to_do(session, THE_DAY) is None
            assert (await tally_abandoned(session, THE_DAY)).at_work == 2


async def test_a_caller_who_gave_up_twice_is_rung_once_whichever_call_is_named(
    settings: Settings, files: SwitchFiles, sessions: Sessions, orders: Orders
) -> None:
    files.tell(gave_up(1, ANNA), gave_up(2, ANNA, NOON + 60))
    async with ledger_at_work(settings, sessions):
        assert await ring(orders, uid(1)) is CallbackState.TAKEN
        with pytest.raises(AlreadyDone, match="by 8013: taken"):
            await ring(orders, uid(2, NOON + 60), "8014")


async def test_nobody_is_rung_who_got_through_or_withheld_the_number_or_never_gave_up(
    settings: Settings, files: SwitchFiles, sessions: Sessions, orders: Orders
) -> None:
    helped = answered_call(3, NOON + 600)
    helped.lines = [
        (at, s, line.replace(b"13800000000", ANNA.encode())) for at, s, line in helped.lines
    ]
    files.tell(gave_up(1, ANNA), gave_up(2, "anonymous"), helped)
    async with ledger_at_work(settings, sessions):
        with pytest.raises(AlreadyDone, match="got through"):
            await ring(orders, uid(1))
        with pytest.raises(CannotRing):
            await ring(orders, uid(2))
        for call in (uid(3, NOON + 600), "node1-1.1"):
            with pytest.raises(NotAbandoned):
                await ring(orders, call)
    assert await open_callers(sessions) == ["anonymous"]


async def test_what_people_settle_leaves_the_list_with_its_reason_and_stays_in_the_record(
    settings: Settings, files: SwitchFiles, sessions: Sessions, orders: Orders
) -> None:
    files.tell(gave_up(1, ANNA), gave_up(2, BERTA))
    async with ledger_at_work(settings, sessions):
        helped = CallbackResult.ALREADY_HELPED
        made = await orders.settle(uid(1), helped, "wang", "told me 13900001111")
        assert (made.state, made.reason, made.by) == (CallbackState.SETTLED, helped, "wang")
        with pytest.raises(IllegalCallbackMove):
            await orders.settle(uid(1), helped, "li")
        assert await open_callers(sessions) == [BERTA]
        async with sessions() as session:
            tally = await tally_abandoned(session, THE_DAY)
        assert (tally.settled, tally.open) == (1, 1)
        # Whoever gives up once more is owed a call again.
        files.tell(gave_up(4, ANNA, made.ended_at.timestamp() + 60 if made.ended_at else 0))
        shown = await asyncio.to_thread(CliRunner().invoke, app, ["abandoned", "attempts", uid(1)])
        assert "already-helped" in shown.output
        assert "139****1111" in shown.output


async def test_an_order_that_failed_may_be_given_again_and_every_attempt_is_kept(
    settings: Settings, files: SwitchFiles, sessions: Sessions, orders: Orders
) -> None:
    files.tell(gave_up(1, ANNA))
    journal = Journal(settings.journal)
    async with ledger_at_work(settings, sessions):
        for agent in ("8013", "8014"):
            assert await ring(orders, uid(1), agent) is CallbackState.TAKEN
            journal.write(f"cb-{uid(1)}000", JournalKind.CALLBACK_PLACED, number=1)
            journal.write(f"cb-{uid(1)}000", JournalKind.CALLBACK_LOST, reason="agent-not-reached")
            journal.write(f"cb-{uid(1)}000", JournalKind.CALLBACK_GIVEN_UP, reason="busy")
            journal.flush()
            await until_open(sessions)
    async with sessions() as session:
        (one,) = await list_abandoned(session, THE_DAY)
    assert one.work is not None
    assert [attempt["agent"] for attempt in one.work.attempts] == ["8013", "8014"]
    assert one.work.state is CallbackState.NOT_REACHED


async def test_nothing_is_ordered_while_the_ledger_is_away(
    settings: Settings,
    files: SwitchFiles,
    sessions: Sessions,
    orders: Orders,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files.tell(gave_up(1, ANNA))
    monkeypatch.setattr("queues.callbacks.orders._PATIENCE", 0.1)
    with pytest.raises(LedgerBehind):
        await ring(orders, uid(1))
    assert "callback-assigned" not in settings.journal.read_text()


async def test_the_api_orders_settles_and_tells_of_attempts_by_named_people(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.tell(gave_up(1, ANNA), gave_up(2, BERTA))
    web = make_app(settings)
    door = httpx.ASGITransport(web, raise_app_exceptions=False)
    async with (
        ledger_at_work(settings, sessions),
        web.router.lifespan_context(web),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1/api/abandoned") as api,
    ):
        assert (await api.post(f"/{uid(1)}/order", json={"agent": "8013"})).status_code == 401
        key = f"Bearer {settings.secrets.api}"
        api.headers.update({"Authorization": key, "Hotline-Actor": "wang"})
        made = await api.post(f"/{uid(1)}/order", json={"agent": "8013", "note": "urgent"})
        told = made.json()
        assert (made.status_code, told["state"], told["number"]) == (202, "taken", "138****0001")
        assert (told["agent"], told["by"]) == ("8013", "wang")
        days = {"since": "2026-11-24", "until": "2026-11-24"}
        following = await api.post("/next", json={"agent": "8014", **days})
        assert following.json()["number"] == "138****0002"
        nobody = await api.post("/next", json={"agent": "8014", **days})
        assert (nobody.status_code, nobody.json()["type"]) == (409, "urn:hotline:nobody-to-ring")
        seat = await api.post(f"/{uid(1)}/order", json={"agent": "9999"})
        assert seat.status_code == 404
        settled = await api.post(f"/{uid(1)}/result", json={"result": "already-helped"})
        assert (settled.json()["state"], settled.json()["reason"]) == ("settled", "already-helped")
        (attempt,) = (await api.get(f"/{uid(1)}/attempts")).json()
        assert (attempt["by"], attempt["result"]) == ("wang", "already-helped")
        listed = (
            await api.get("http://127.0.0.1/api/abandoned?from=2026-11-24&to=2026-11-24")
        ).json()["items"]
        assert {one["work"]["state"] for one in listed} == {"settled", "taken"}


async def until_open(sessions: Sessions) -> None:
    """Until the caller is owed a call again."""
    for _ in range(200):
        if await open_callers(sessions):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the caller was not open again")
