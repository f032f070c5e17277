"""Citizens' own doors: a matter handed in once, followed by code, and nothing told to strangers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings
from tests.citizen_pictures import png
from tests.integration.redis_server import RedisServer
from tests.integration.ticket_life import WAYS, Life
from tickets.states import TicketState

pytestmark = pytest.mark.integration

ADDRESS = "http://127.0.0.1/api/citizen"
PHONE = "13812345678"
MATTER = {
    "phone": PHONE,
    "text": "高新区　门口路灯不亮",
    "place": "高新区",
    "name": "王先生",
}
KEY = {"Idempotency-Key": "0123456789abcdef"}
GOOD = {"service": 1, "handling": 2, "solved": "yes"}
REVIEWER = {"Hotline-Actor": "review-1", "Hotline-Role": "reviewer"}
UNIT = {"Hotline-Actor": "zhang", "Hotline-Role": "unit", "Hotline-Unit": "ZJJ"}


@pytest.fixture
async def api(
    database_url: str, tmp_path: Path, redis_server: RedisServer, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    away = getattr(request, "param", "") == "redis-away"
    settings = Settings(
        home=tmp_path,
        database_url=database_url,
        redis_url="unix:///nowhere" if away else redis_server.url,
        node=f"n{tmp_path.name[-12:].lower().replace('_', '-')}",
    )
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url=ADDRESS) as client,
    ):
        client.key = settings.secrets.api  # type: ignore[attr-defined]
        yield client


async def handed_in(api: httpx.AsyncClient, **changes: Any) -> dict[str, str]:
    answer = await api.post("/matters", json=MATTER | changes, headers=KEY)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


def key_of(submitted: dict[str, str], phone: str = PHONE) -> dict[str, str]:
    return {"phone": phone, "code": submitted["query_code"]}


async def test_a_matter_sent_twice_is_one_and_is_followed_by_its_code(
    api: httpx.AsyncClient,
) -> None:
    first = await handed_in(api)
    again = await api.post("/matters", json=MATTER | {"phone": "+86 138-1234-5678"}, headers=KEY)
    assert (again.status_code, again.json()) == (200, first)
    told = await api.post("/progress", json=key_of(first))
    assert told.json()["stage"] == "received"
    assert PHONE not in told.text
    # Another citizen with the same key has a matter of their own.
    other = await api.post("/matters", json=MATTER | {"phone": "13900000001"}, headers=KEY)
    assert other.status_code == 201
    assert other.json()["number"] != first["number"]


async def test_a_stranger_learns_nothing_and_is_shut_out_after_a_few_codes(
    api: httpx.AsyncClient,
) -> None:
    mine = await handed_in(api)
    wrong = {"phone": PHONE, "code": f"{(int(mine['query_code']) + 1) % 1_000_000:06}"}
    nobody = {"phone": "13900000099", "code": "123456"}
    answers = [await api.post("/progress", json=wrong) for _ in range(5)]
    assert {one.status_code for one in answers} == {404}
    stranger = await api.post("/progress", json=nobody)
    assert stranger.json() == answers[0].json(), "it is told whether the number is known"
    shut = await api.post("/progress", json=key_of(mine))
    assert shut.status_code == 429
    assert 0 < int(shut.headers["Retry-After"]) <= 3600


@pytest.mark.parametrize("api", ["redis-here", "redis-away"], indirect=True)
async def test_three_matters_a_day_and_no_more_also_without_redis(api: httpx.AsyncClient) -> None:
    codes = []
    for one in range(5):
        key = {"Idempotency-Key": f"{one:016}"}
        codes.append((await api.post("/matters", json=MATTER, headers=key)).status_code)
    assert codes == [201, 201, 201, 429, 429]
    assert (
        await api.post("/matters", json=MATTER, headers={"Idempotency-Key": "0" * 16})
    ).is_success


async def test_addresses_are_what_the_pages_saw_and_not_what_a_client_claims(
    api: httpx.AsyncClient,
) -> None:
    codes = []
    for one in range(32):
        headers = {
            "Idempotency-Key": f"{one:016}",
            "X-Forwarded-For": f"10.0.0.{one}, 203.0.113.7",
        }
        matter = MATTER | {"phone": f"139{one:08}"}
        codes.append((await api.post("/matters", json=matter, headers=headers)).status_code)
    assert codes.count(201) == 30
    assert codes[-1] == 429


async def test_supplement_urge_and_rating_reach_the_ticket(
    api: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    mine = await handed_in(api)
    key = key_of(mine)
    assert (await api.post("/supplement", json=key | {"text": "还有隔壁楼"})).status_code == 204
    assert (await api.post("/urge", json=key)).status_code == 204
    assert (await api.post("/urge", json=key)).status_code == 429
    early = await api.post("/ratings", json=key | GOOD)
    assert (early.status_code, early.json()["type"]) == (409, "urn:hotline:answered-already")
    async with sessions.begin() as session:
        await session.execute(
            text("UPDATE matter SET type='BY', urgency='normal', category='0401', area='371502'")
        )
    life = Life(sessions)
    for act in WAYS[TicketState.DONE]:
        await life.act(mine["number"], act)
    told = (await api.post("/progress", json=key)).json()
    assert (told["stage"], told["unit"]) == ("answered", "市住房和城乡建设局")
    assert told["reply"]
    for _ in range(2):
        rated = await api.post("/ratings", json=key | GOOD)
        assert (rated.status_code, rated.json()) == (200, {"state": "closed"}), rated.text
    assert (await api.post("/supplement", json=key | {"text": "谢谢"})).status_code == 409
    async with sessions() as session:
        story = (await session.execute(text("SELECT reason FROM ticket_event"))).scalars().all()
    assert "citizen adds: 还有隔壁楼" in story


async def test_pictures_are_cleaned_and_seen_by_those_who_may(
    api: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    raw = png(1, b"GPS\0N36.45 E115.98")
    sent = (await api.post("/pictures", content=raw)).json()
    assert sent["mime"] == "image/png"
    mine = await handed_in(api, pictures=[sent["token"]])
    stolen = await api.post(
        "/matters",
        json=MATTER | {"pictures": [sent["token"]]},
        headers={"Idempotency-Key": "x" * 16},
    )
    assert (stolen.status_code, stolen.json()["type"]) == (400, "urn:hotline:bad-picture")
    staff = {"Authorization": f"Bearer {api.key}"} | REVIEWER  # type: ignore[attr-defined]
    address = f"http://127.0.0.1/api/tickets/{mine['number']}/pictures"
    no = await api.post("/pictures", content=b"<svg onload=alert(1)>")
    assert (no.status_code, no.json()["type"]) == (400, "urn:hotline:bad-picture")
    (listed,) = (await api.get(address, headers=staff)).json()
    shown = await api.get(f"{address}/{listed['token']}", headers=staff)
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.content == png(1)
    refused = await api.get(address, headers=staff | UNIT)
    assert refused.status_code == 403


async def test_hostile_text_is_a_matter_like_any_other_or_refused(api: httpx.AsyncClient) -> None:
    for one, words in enumerate(
        ("'; DROP TABLE ticket;--", "\u202egnp\u200b.exe\x00 灯\U0001f4a1")
    ):
        key = {"Idempotency-Key": f"{one:016}"}
        answer = await api.post("/matters", json=MATTER | {"text": words}, headers=key)
        assert answer.status_code == 201, answer.text
    refused: tuple[dict[str, Any], ...] = (
        {"text": "x" * 2001},
        {"text": "\u200b\u202e"},
        {"phone": "138' OR 1=1"},
        {"pictures": ["../../etc/passwd"]},
        {"pictures": ["x"] * 10},
        {"extra": 1},
    )
    for one, changes in enumerate(refused):
        matter = MATTER | {"phone": f"1390000000{one}"} | changes
        answer = await api.post("/matters", json=matter, headers=KEY)
        assert answer.status_code in (400, 422), (changes, answer.text)
    huge = await api.post("/matters", content=b"{" + b" " * 2_000_000, headers=KEY)
    assert huge.status_code in (413, 422)
    assert (await api.get("/ratings/..%2f..%2fetc")).status_code in (404, 422)
    assert (await api.get("/ratings/aaaaaaaaaaaaaaaa")).status_code == 404
