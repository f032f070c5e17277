"""A change through the API names a person and carries the key of this home."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.acting import Actor
from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings

pytestmark = pytest.mark.integration


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)

    @app.post("/api/who")
    async def who(actor: Actor) -> str:
        return actor

    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


async def test_a_chinese_name_arrives_whole(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/who", headers={"Hotline-Actor": "%E7%8E%8B%E5%8A%9B"})
    assert answer.json() == "王力"


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer 0123", "Bearer ключ"])
async def test_a_change_without_the_key_is_refused(api: httpx.AsyncClient, key: str) -> None:
    headers = {b"Authorization": key.encode(), b"Hotline-Actor": b"8013"}
    answer = await api.post("/api/who", headers=list(headers.items()))
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:hotline:unauthorized")


@pytest.mark.parametrize("name", ["", "a%0Ab", "x" * 65, "%3Cscript%3E"])
async def test_a_change_by_nobody_is_refused(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.post("/api/who", headers={"Hotline-Actor": name})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hotline:refused")
